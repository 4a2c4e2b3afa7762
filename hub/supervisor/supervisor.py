"""All running entries: started, reloaded, watched and stopped in one place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.errors import Conflict, NotFound, NotReady
from hub.model import HOUSEHOLD, Command, ConfigEntry, EntryChanged, EntryState, EntryStatus, PeopleChanged
from hub.plugin import ActionSpec, Context, WebhookRequest, WebhookResponse
from hub.registry import RegistryStore
from hub.registry.names import free
from hub.supervisor.actions import action_spec
from hub.supervisor.catalogue import Catalogue
from hub.supervisor.child.trust import Trust
from hub.supervisor.custom import Custom
from hub.supervisor.declared import remedy_for, together
from hub.supervisor.runner import EntryRunner
from hub.supervisor.services import Services
from hub.supervisor.watchdog import Watchdog, blame

_log = logging.getLogger("hub.supervisor")


class Supervisor:
    def __init__(self, catalogue: Catalogue, services: Services, store: RegistryStore) -> None:
        self.catalogue = catalogue
        self._hub, self.kept = services, services.kept
        self._custom = Custom(catalogue, store)
        self._runners: dict[str, EntryRunner] = {}
        self._entries: dict[str, ConfigEntry] = {}
        self._broken: dict[str, EntryStatus] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = False
        self._looking = False
        """Custom integrations are still being asked what they are."""
        self._started = False
        """Every kept entry has been looked at; before that nobody can say that one does not exist."""
        self.watchdog = Watchdog(blame, self._on_block)

    @property
    def entries(self) -> Mapping[str, ConfigEntry]:
        return self._entries

    async def start(self, declared: tuple[ConfigEntry, ...] = (), *, idle: bool = False, looking: bool = False) -> None:
        """Start kept entries and those of the configuration file; a broken one never keeps a healthy one from it.

        `idle`: entries can be added, changed and imported into, and none of them polls or listens. `looking`: more
        integrations may yet be found, until `found_all`.
        """
        self._idle, self._looking = idle, looking
        if not idle:
            self.watchdog.start()
            self._spawn(self._await_people())
        for entry in together(await self._hub.kept.load_entries(), declared, self.catalogue):
            self._entries[entry.id] = entry
        for entry in list(self._entries.values()):
            await self._run(entry)
        self._started = True

    async def found_all(self) -> None:
        """No further integration will be found: entries that still wait for theirs are told of as broken."""
        self._looking = False
        await self.kept.seal_known()
        for entry_id in [one for one, status in self._broken.items() if status.state is EntryState.STARTING]:
            await self._run(self._entries[entry_id])

    async def trust(self, trust: Trust) -> None:
        """Look at the owner's list of withdrawn integrations from now on."""
        if trust.revocations and not self._idle:
            look = self._custom.keep_looking
            self._spawn(look(trust.revocations, self._hub.clock, lambda: map(self.get, self._runners), self.reload))

    async def redeclare(self, declared: tuple[ConfigEntry, ...]) -> list[str]:
        """Take over a changed configuration file; returns the ids of entries that were started, changed or stopped."""
        wanted = {entry.id: entry for entry in together(await self._hub.kept.load_entries(), declared, self.catalogue)}
        changed: list[str] = []
        for entry_id in [one for one in self._entries if one not in wanted]:
            await self._halt(entry_id)
            del self._entries[entry_id]
            self._broken.pop(entry_id, None)
            changed.append(entry_id)
        for entry in wanted.values():
            known = self._entries.get(entry.id)
            self._entries[entry.id] = entry
            # Where it stands in the file is no reason to start it anew.
            if known is None or replace(known, declared_in=entry.declared_in) != entry:
                await self._halt(entry.id)
                await self._run(entry)
                changed.append(entry.id)
        return changed

    async def stop(self) -> None:
        """Stop everything in reverse; says in the log what did not end in time. Safe to call twice."""
        runners = list(reversed(self._runners.values()))
        self._runners.clear()
        for stubborn in await asyncio.gather(*(runner.stop() for runner in runners)):
            for name in stubborn:
                _log.error("%s did not stop within its limit and was left behind", name)
        for task in list(self._tasks):
            task.cancel()
        self.watchdog.stop()

    def status(self, entry_id: str) -> EntryStatus:
        runner = self._runners.get(entry_id)
        if runner is not None:
            return runner.status
        between = EntryStatus(self.get(entry_id).id, EntryState.STARTING, self._hub.clock.now())
        return self._broken.get(entry_id, between)

    def log_lines(self, entry_id: str) -> list[tuple[float, str, str]]:
        runner = self._runners.get(entry_id)
        return list(runner.log.lines) if runner is not None else []

    def get(self, entry_id: str) -> ConfigEntry:
        try:
            return self._entries[entry_id]
        except KeyError:
            raise NotFound(f"there is no config entry {entry_id!r}") from None

    async def add(
        self, domain: str, options: Mapping[str, Any], *, title: str = "", person: str = "", entry_id: str = ""
    ) -> ConfigEntry:
        """Make and start an entry. Raises NotFound (domain), Conflict (only one may be), ValidationError (options)."""
        integration = self.catalogue.get(domain)
        if integration.single and any(one.domain == domain for one in self._entries.values()):
            raise Conflict(f"{integration.name} can be set up only once")
        integration.config.model_validate(dict(options))
        if integration.belongs_to == "household":
            person = HOUSEHOLD
        elif integration.belongs_to == "devices":
            person = ""
        elif not person:
            raise Conflict(f"{integration.name}: say whose data it is")
        elif not self._hub.people.known(person):
            raise Conflict(f"there is no person {person!r}; there are: {', '.join(self._hub.people.all) or 'none yet'}")
        entry = ConfigEntry(
            entry_id or free(domain, self._entries), domain, title or integration.name, person, dict(options)
        )
        await self._hub.kept.save_entry(entry)
        self._entries[entry.id] = entry
        await self.agree(entry.id)
        return entry

    async def agree(self, entry_id: str) -> None:
        """Agree to what the entry's integration wants now, and start the entry anew."""
        entry = self.get(entry_id)
        await self._custom.agree(entry)
        await self.reload(entry.id)

    async def change(self, entry: ConfigEntry) -> None:
        """Keep changed options, title, person or `disabled`, and start anew. Raises Conflict for one of the file."""
        known = self.get(entry.id)
        if known.declared_in:
            raise Conflict(f"{known.title} is declared in {known.declared_in}; change it there")
        if not entry.disabled:
            self.catalogue.get(entry.domain).config.model_validate(dict(entry.options))
        await self._hub.kept.save_entry(entry)
        self._entries[entry.id] = entry
        await self.reload(entry.id)

    async def remove(self, entry_id: str) -> None:
        """Stop and forget an entry; its history stays. Raises Conflict for one of the file."""
        entry = self.get(entry_id)
        if entry.declared_in:
            raise Conflict(f"{entry.title} is declared in {entry.declared_in}; remove it there")
        await self._halt(entry_id)
        await self._hub.kept.remove_entry(entry_id)
        await self._hub.store.entry_forget(entry_id)
        await self._custom.consents.forget(entry_id)
        devices = [one.description.key for one in self._hub.entities.devices.values() if one.entry == entry_id]
        described = [one.key for one in self._hub.entities.all.values() if one.entry == entry_id and not one.metric]
        for gone in await self._hub.entities.forget(entry_id, devices=devices, entities=described):
            self._hub.states.forget(gone.id)
        self._entries.pop(entry_id, None)
        self._broken.pop(entry_id, None)

    async def reload(self, entry_id: str) -> None:
        entry = self.get(entry_id)
        await self._halt(entry_id)
        await self._run(entry)

    async def act(self, entry_id: str, command: Command) -> None:
        await self._runner(entry_id).act(command)

    async def webhook(self, entry_id: str, request: WebhookRequest) -> WebhookResponse:
        return await self._runner(entry_id).webhook(request)

    async def import_file(self, entry_id: str, path: Path, options: dict[str, Any]) -> None:
        await self._runner(entry_id).import_file(path, options)

    def action_specs(self) -> list[ActionSpec]:
        """The actions that integrations declare for their running entries."""
        return [
            action_spec(integration, action, self.running)
            for integration in self.catalogue.integrations
            for action in integration.actions
        ]

    def running(self, domain: str, entry_id: str) -> Context:
        """Raises NotFound, or Conflict when it must be said which of several."""
        found = [one for one in self._runners.values() if one.entry.domain == domain]
        if entry_id:
            found = [one for one in found if one.entry.id == entry_id]
        if not found:
            raise NotFound(f"no entry of {domain} is running")
        if len(found) > 1:
            names = ", ".join(one.entry.id for one in found)
            raise Conflict(f"say which entry of {domain} is meant: {names}")
        return found[0].ready()

    def _runner(self, entry_id: str) -> EntryRunner:
        """Raises NotReady for an entry that may run later, NotFound for one that never was."""
        runner = self._runners.get(entry_id)
        if runner is not None:
            return runner
        if not self._started:
            raise NotReady("the hub is starting", retry_after=5)
        if entry_id in self._entries:
            raise NotReady(f"{self._entries[entry_id].title} is not running")
        raise NotFound(f"there is no running config entry {entry_id!r}")

    async def _halt(self, entry_id: str) -> None:
        runner = self._runners.pop(entry_id, None)
        if runner is not None:
            for name in await runner.stop():
                _log.error("%s did not stop within its limit and was left behind", name)

    async def _run(self, entry: ConfigEntry) -> None:
        self._broken.pop(entry.id, None)
        try:
            integration = self.catalogue.get(entry.domain)
        except NotFound as error:
            if self._looking and entry.domain not in self.catalogue.items and not entry.problem:
                self._broken[entry.id] = EntryStatus(entry.id, EntryState.STARTING, self._hub.clock.now())
                return
            item = self.catalogue.items.get(entry.domain)
            if item is not None and item.problem and not entry.problem:
                what = f"Mend {item.file or f'the plugin {item.name}'}, then start the hub again."
                self._not_started(entry, str(error), what, elsewhere=True)
                return
            self._not_started(
                entry, entry.problem or str(error), "Install or mend the integration, or remove this entry."
            )
            return
        if entry.problem:
            self._not_started(entry, entry.problem, "")
            return
        if entry.person and not self._hub.people.known(entry.person):
            people = ", ".join(self._hub.people.all) or "nobody yet"
            self._not_started(entry, f"There is no person {entry.person!r}; there are: {people}.", "Add the person.")
            return
        objection = await self.kept.objection(entry) or await self._custom.objection(entry)
        if objection is not None:
            self._not_started(entry, *objection, elsewhere=True)
            return
        if withdrawn := self._hub.objection(entry):
            self._not_started(entry, withdrawn, "See Settings > What leaves this house.", elsewhere=True)
            return
        runner = EntryRunner(entry, integration, self._hub)
        self._runners[entry.id] = runner
        await runner.start(idle=self._idle)

    def _not_started(self, entry: ConfigEntry, problem: str, what_to_do: str, *, elsewhere: bool = False) -> None:
        """`elsewhere`: what is wrong is not where the entry is declared."""
        status = EntryStatus(
            entry.id,
            EntryState.MISCONFIGURED,
            self._hub.clock.now(),
            problem=problem,
            remedy=what_to_do if elsewhere else remedy_for(entry, what_to_do),
        )
        self._broken[entry.id] = status
        self._hub.bus.publish(EntryChanged(status.since, status))
        _log.warning("entry %s was not started: %s", entry.id, problem)

    async def _await_people(self) -> None:
        """An entry whose person is added later starts then."""
        with self._hub.bus.subscribe(PeopleChanged, name="supervisor") as news:
            async for _ in news:
                for entry in [self._entries[one] for one in self._broken if one in self._entries]:
                    if entry.person and not entry.problem and self._hub.people.known(entry.person):
                        await self._run(entry)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_block(self, domain: str, seconds: float, where: str) -> None:
        for runner in self._runners.values():
            if runner.entry.domain == domain or runner.integration.domain == domain:
                self._spawn(runner.blocked(seconds, where))
