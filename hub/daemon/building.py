"""Every room of the house, built and wired in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub import __version__
from hub.access import Access, Accounts, Invitations, Reads, Trail
from hub.access.asking import Asking
from hub.access.consents import Consents
from hub.access.openid import Identities, OpenId, OpenIdSettings
from hub.access.trail import HEAD
from hub.actions import Actions
from hub.archive import Erasure, Erasures, Exports, Imports, Retention
from hub.archive.house import House
from hub.automation.at_work import Automations, Surroundings
from hub.automation.derived import derived
from hub.automation.elsewhere import OtherRooms
from hub.automation.learner import Learner
from hub.automation.live_memory import LiveMemory
from hub.automation.replay.room import Backtests
from hub.automation.services.room import Deeds
from hub.automation.services.room import Surroundings as Doing
from hub.automation.shelf import Shelf, shipped_folder
from hub.automation.world import UNAVAILABLE, UNKNOWN
from hub.backup.room import Backups
from hub.bus import Bus
from hub.clock import Clock, RealClock
from hub.consent import Sharing
from hub.daemon.actions import hub_actions
from hub.daemon.network import Network
from hub.daemon.outside import Outside
from hub.daemon.secrets import renew
from hub.daemon.settings import Settings
from hub.errors import NotReady
from hub.intake import Intake, Machine
from hub.journal import Journal
from hub.loader import Loaded, load
from hub.model import AccessChanged, Actor, Command, ConfigEntry, NoticeAnswer, Verb
from hub.notify import Notify
from hub.notify.specs import Specs
from hub.recorder import Recorder
from hub.registry import Counting, Entities, People
from hub.states import States
from hub.supervisor import Kept, Services, Supervisor
from hub.vault import Vault
from hub.view import Rooms


async def build(
    settings: Settings, clock: Clock, recorder: Recorder, plugins: Iterable[tuple[str, object]], outside: Outside
) -> tuple[Rooms, Loaded]:
    """Every room, knowing those it needs; nothing runs yet."""
    bus, states = Bus(), States()
    vault = Vault.open(settings.data_dir, named=settings.vault_key)
    await renew(vault, recorder, settings.data_dir)
    loaded = load(extra=plugins)
    people = People(recorder, bus, clock)
    await people.load()
    entities = Entities(recorder, bus, clock, people, loaded.vocabulary)
    access = Access(clock)

    def changed() -> None:
        consents.hold()
        bus.publish(AccessChanged(clock.now()))

    accounts = Accounts(recorder, access, clock, changed, vault=vault)
    consents = Consents(recorder, access, clock, lambda: accounts.all, lambda: accounts.grants)
    await accounts.load()
    await consents.load()
    asking = Asking(recorder, clock)
    await asking.load()
    identities = Identities(recorder, clock, lambda: {one.name for one in accounts.all})
    await identities.load()
    accounts.leaving += [identities.forget, asking.forget]
    openid_settings = OpenIdSettings(recorder, vault, settings.openid)
    await openid_settings.load()
    invitations = Invitations(recorder, accounts, clock)
    await invitations.load()
    trail = Trail(recorder, clock, settings.data_dir / HEAD)
    cut = await trail.open()
    reads = Reads(trail, accounts, clock)
    await reads.load()
    # Only the machine's own clock can be wrong.
    known = {"evidence": Machine().evidence} if isinstance(clock, RealClock) else {}
    intake = Intake(recorder, states, bus, clock, entities, people, loaded.vocabulary, **known)
    journal = Journal(recorder, bus, clock, people, loaded.vocabulary, intake.trust.latest)
    actions = Actions(trail, access, bus, clock)

    async def act(entity_id: str, name: str, parameters: Mapping[str, Any]) -> None:
        await command(rooms, entity_id, name, parameters)

    async def answered(entry: ConfigEntry, answer: NoticeAnswer) -> bool:
        return await rooms.notify.answered(entry, answer)

    async def after_removal(entity_id: str) -> None:
        await intake.refresh(entities.get(entity_id))

    services = Services(
        store=recorder,
        kept=Kept(recorder, vault, loaded.catalogue),
        clock=clock,
        bus=bus,
        states=states,
        intake=intake,
        journal=journal,
        entities=entities,
        people=people,
        vocabulary=loaded.vocabulary,
        data_dir=settings.data_dir,
        http=outside.session,
        act=act,
        after_removal=after_removal,
        withheld=lambda entry, person, entity: (
            rooms.erasures.withheld(person, entity) or rooms.sharing.withheld(entry, person)
        ),
        objection=lambda entry: rooms.sharing.objection(entry),
        answered=answered,
        awaited=lambda kind: rooms.automations.hearing.awaited(kind),
        heard=lambda *told: rooms.automations.hearing.heard(*told),
    )
    supervisor = Supervisor(loaded.catalogue, services, recorder)
    home = House(
        recorder,
        people,
        entities,
        loaded.vocabulary,
        clock,
        __version__,
        intake.refresh,
        lambda: accounts.all,
        bus.publish,
    )
    sharing = Sharing(recorder, supervisor, entities, people, bus, clock, loaded.outgoing)
    intake.refuses = sharing.refused_in
    notify = Notify(
        store=recorder,
        vault=vault,
        clock=clock,
        bus=bus,
        people=people,
        access=access,
        accounts=lambda: accounts.all,
        trail=trail,
        running=supervisor,
        notifiers=loaded.notifiers,
        withheld=sharing.withheld,
    )
    await notify.load()
    accounts.leaving.append(notify.forget_account)
    network = Network(settings, recorder, bus, clock)
    await network.load()
    folders = [one / "blueprints" / "automation" for one in (settings.config_dir, settings.data_dir) if one is not None]
    shelf = Shelf(shipped_folder(), folders)
    learner = Learner()

    def remembering(actor: Actor) -> LiveMemory:
        def sees(person: str, subject: str | None) -> bool:
            return access.allowed(actor, Verb.VIEW, person, subject)

        def at_home(person: str) -> bool | None:
            seen = automations.house.get(f"person.{person}")
            return None if seen is None or seen.state in (UNKNOWN, UNAVAILABLE) else seen.state == "home"

        return LiveMemory(
            recorder, entities, people, loaded.vocabulary, clock, sees,
            quiet=notify.quiet, home=at_home, learner=learner,
        )  # fmt: skip

    automations = Automations(
        Surroundings(
            documents=recorder,
            settings=recorder,
            bus=bus,
            clock=clock,
            entities=entities,
            states=states,
            people=people,
            access=access,
            accounts=accounts,
            actions=actions,
            config_dir=settings.config_dir,
            shelf=shelf,
            memory=remembering,
            elsewhere=OtherRooms,
        )
    )
    for one in derived(automations.engine_of):
        loaded.catalogue.add(one)
    deeds = Deeds(
        Doing(
            documents=recorder,
            bus=bus,
            clock=clock,
            access=access,
            accounts=accounts,
            actions=actions,
            entities=entities,
            automations=automations,
            statistics=recorder,
            time_zone=lambda: people.household.time_zone,
            knows=people.known,
            config_dir=settings.config_dir,
            rest_commands=settings.rest_commands,
        )
    )
    rooms = Rooms(
        clock=clock,
        bus=bus,
        states=states,
        recorder=recorder,
        access=access,
        accounts=accounts,
        invitations=invitations,
        consents=consents,
        asking=asking,
        openid=OpenId(openid_settings, outside.session, clock),
        identities=identities,
        trail=trail,
        reads=reads,
        people=people,
        entities=entities,
        vocabulary=loaded.vocabulary,
        counting=Counting(entities, loaded.vocabulary, recorder, intake.refresh),
        intake=intake,
        journal=journal,
        actions=actions,
        automations=automations,
        shelf=shelf,
        deeds=deeds,
        backtests=Backtests(
            settings.url,
            clock,
            automations.house,
            entities,
            states,
            people,
            access,
            loaded.vocabulary,
            lambda person: notify.wishes.of(person).quiet,
        ),
        supervisor=supervisor,
        erasures=Erasures(home, states, access, accounts, supervisor, settings.data_dir, trail),
        vault=vault,
        network=network,
        notify=notify,
        backups=Backups(settings.data_dir, settings.url, None, vault, settings.vault_key, clock),
        exports=Exports(home, settings.data_dir / "exports"),
        imports=Imports(home, settings.data_dir / "imports"),
        retention=Retention(home, settings.data_dir / "logs"),
        sharing=sharing,
        data_dir=settings.data_dir,
        version=__version__,
        problems={},
    )
    for spec in [*hub_actions(rooms, act), *supervisor.action_specs(), *loaded.actions]:
        actions.add(spec)
    deeds.add_all()
    specs = Specs(notify, actions, bus)
    specs.sync()
    notify.besides.append(specs.follow)

    async def also_erase(erasure: Erasure) -> None:
        await rooms.exports.clear()
        await rooms.imports.clear()
        if erasure.person and erasure.whole:
            await sharing.forget(erasure.person)
            await deeds.forget(erasure.person)
            await notify.forget_person(erasure.person)
        await automations.forget_traces()
        await rooms.backtests.clear()

    rooms.erasures.others.append(also_erase)
    now = clock.now()
    if cut:
        remedy = "If you restored a backup, this is why. Otherwise see Settings > Audit."
        rooms.problems["audit"] = (now, f"The audit trail is not whole: {cut}.", remedy)
    for name, reason in loaded.problems.items():
        remedy = "Mend or remove it, then start the hub again."
        rooms.problems[f"plugin:{name}"] = (now, f"The plugin {name} is not running: {reason}", remedy)
    return rooms, loaded


async def command(rooms: Rooms, entity_id: str, name: str, parameters: Mapping[str, Any]) -> None:
    """Tell a device's entity to do something. Raises NotFound, NotReady."""
    entity = rooms.entities.get(entity_id)
    if name not in entity.commands:
        allowed = ", ".join(entity.commands) or "none"
        raise NotReady(f"{entity_id} does not know the command {name!r}; it knows: {allowed}")
    await rooms.supervisor.act(entity.entry, Command(entity.key, name, dict(parameters)))
