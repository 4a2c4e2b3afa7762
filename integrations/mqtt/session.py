"""One running MQTT entry: broker, connection, what comes in and what goes out."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import cast
from weakref import WeakKeyDictionary

from hub.api import (
    Command,
    Context,
    EntitiesChanged,
    Household,
    NotReady,
    PeopleChanged,
    TemplateEnvironment,
    slugify,
)
from integrations.mqtt import broker as brokers
from integrations.mqtt import deadlines
from integrations.mqtt.address import Address, Will
from integrations.mqtt.commands import tell
from integrations.mqtt.config import SCHEMES, Config
from integrations.mqtt.connection import Connection
from integrations.mqtt.discovery.catalogue import Catalogue, Change
from integrations.mqtt.ears import Ears
from integrations.mqtt.inbound import Inbound, merge
from integrations.mqtt.ledger import Ledger
from integrations.mqtt.live import EPOCH, Reader
from integrations.mqtt.memory import Memory
from integrations.mqtt.message import Incoming
from integrations.mqtt.notices import Notices
from integrations.mqtt.orders import Orders
from integrations.mqtt.outbound import Outbound
from integrations.mqtt.ownership import Ownership
from integrations.mqtt.problems import Problems
from integrations.mqtt.router import Router
from integrations.mqtt.subjects import Subjects
from integrations.mqtt.together import together

GIVE_UP = 60.0
"""Seconds without a broker after which the hub shows the entry as retrying."""
SAVE_EVERY = 600.0
sessions: WeakKeyDictionary[Context, Session] = WeakKeyDictionary()
"""Those that run, of every hub in this process."""


class Moved(Exception):
    """What topics and templates depend on has changed."""


class Session:
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.config = cast(Config, ctx.config)
        self.templates = TemplateEnvironment(ctx.clock, ctx.household.time_zone)
        self._known = _identity(ctx.household)
        self.broker: brokers.Broker | None = None
        self.built = False
        """Whether what follows is there."""
        self.connection: Connection
        self.catalogue: Catalogue
        self.inbound: Inbound
        self.outbound: Outbound
        self.orders: Orders
        self.notices: Notices
        self.ears: Ears
        self._announce_again = asyncio.Event()
        self._born = 0.0
        self._ledger = Ledger(ctx.data_dir / "deliveries")
        self._memory = Memory(ctx.data_dir)
        self._problems = Problems(ctx)

    @property
    def is_connected(self) -> bool:
        """At the broker, as the household that it is now."""
        return self.built and not self.connection.lost.is_set() and self._known == _identity(self.ctx.household)

    async def run(self) -> None:
        """Until cancelled. Raises NotReady, AuthFailed, ConfigInvalid."""
        self._build(await self._address())
        await self._recall()
        await self.outbound.prepare()
        work = [
            self._stay_connected(),
            self.inbound.run(),
            deadlines.watch(self.ctx, self.catalogue, self.inbound),
            self.outbound.run(),
            self.orders.obey(),
            self.notices.hear(),
            self.ears.run(),
            self._follow_owner(),
            self._announce_when_asked(),
            self._save_now_and_then(),
        ]
        if self.broker is not None:
            work.append(self.broker.watch())
        await together(work)

    def _build(self, address: Address) -> None:
        router: Router[Reader] = Router()
        ownership = Ownership(self.ctx, self.config.assign)
        self.catalogue = Catalogue(
            self.config.prefix,
            self.templates,
            router,
            default_name=address.host,
            complain=self._problems.complain,
            person_of=ownership.person_of,
            metric_of=ownership.metric_of,
        )
        self.inbound = Inbound(self.ctx, self.catalogue, router, self._ledger, self._memory, self._problems)
        client = self.config.client_id or f"homeostat-{slugify(self.ctx.household.id)}-{self.ctx.entry.id}"
        will = Will(f"{self.config.base}/{slugify(self.ctx.household.id)}/status", b"offline")
        self.connection = Connection(address, client, self.ctx.clock, self.ctx.log, self.inbound.arrived, will)
        self.connection.subscriptions.on_refused = self._refused
        self.inbound.connection = self.connection
        self.inbound.discovers = self.config.discovery
        self.outbound = Outbound(self.ctx, self.config, self.connection, _version())
        self.orders = Orders(self.ctx, self.outbound, self.config.base)
        self.notices = Notices(self.ctx, self.connection, self.config.base, self.outbound.household)
        about = Subjects(self.inbound, self.outbound, self.notices)
        self.ears = Ears(self.ctx, address, f"{client}-ears", self._problems, self.catalogue, about)
        self.inbound.commands = self._command
        self.built = True

    async def close(self) -> None:
        if self.built:
            if self.config.publish:
                self.outbound.goodbye()
            await self.connection.close()
        if self.broker is not None:
            await self.broker.stop()
        self._memory.save_discovery()
        self._memory.save_payloads()
        self._ledger.close()

    async def act(self, command: Command) -> None:
        if not self.built:
            raise NotReady("MQTT is still starting")
        live = tell(self.catalogue, self.connection, self.templates, command)
        if live is not None:
            now = int((self.ctx.clock.now() - EPOCH).total_seconds() * 1_000_000)
            sample = live.sample(now, always=True)
            if sample is not None and live.enabled:
                await self.inbound.tell(Change(), [sample], {})

    # -- getting there

    async def _address(self) -> Address:
        config = self.config
        if not config.url:
            self.broker = brokers.make(self.ctx, config)
            await self.broker.start()
            return brokers.address(self.broker)
        parts = config.parts
        return Address(
            parts.hostname or "",
            parts.port or SCHEMES[parts.scheme],
            username=config.username,
            password=config.password.get_secret_value(),
            tls=config.tls,
            ca=config.ca,
            certificate=config.certificate,
            key=config.key,
            insecure=config.insecure,
        )

    async def _recall(self) -> None:
        """Know at once what was announced before, so that what waits at the broker finds its entities."""
        if not self.config.discovery:
            return
        change = Change()
        for index, (topic, payload) in enumerate(list(self._memory.discovery.items())):
            merge(change, self.catalogue.apply(topic, payload))
            if index % 50 == 49:
                await asyncio.sleep(0)
        await self.inbound.tell(change, [], {})

    async def _stay_connected(self) -> None:
        delay, since = 0.5, self.ctx.clock.monotonic()
        first = True
        while True:
            try:
                await self.connection.open()
            except NotReady as error:
                if first or self.ctx.clock.monotonic() - since > GIVE_UP:
                    raise
                await self._problems.show("connection", f"No connection to the broker: {error}", "It is tried again.")
                await self.ctx.clock.sleep(delay * (0.5 + random.random()))
                delay = min(15.0, delay * 2)
                continue
            delay = 0.5
            await self._problems.clear("connection")
            await self._connected()
            again = "" if first else " again"
            self.ctx.log.info("connected to the broker at %s%s", self.connection.address.host, again)
            first = False
            await self.connection.lost.wait()
            since = self.ctx.clock.monotonic()
            self.ctx.log.warning("the connection to the broker is lost; what it holds for us comes later")

    async def _connected(self) -> None:
        if not self.connection.session_present:
            self._ledger.forget()
        prefix = self.config.prefix
        always = {self.orders.pattern: 1, self.notices.pattern: 1} if self.config.publish else {}
        if self.config.discovery:
            always |= {f"{prefix}/+/+/config": 1, f"{prefix}/+/+/+/config": 1}
        if self.config.announce:
            always[f"{prefix}/status"] = 1
        self.inbound.always = always
        self.connection.ask_for(self.inbound.wanted())
        # Whoever answers the birth message must find us listening.
        await self.connection.subscriptions.settled.wait()
        if self.config.birth and self.config.discovery:
            self._born = self.ctx.clock.monotonic()
            self.connection.publish(f"{prefix}/status", b"online", qos=1)
        await self.outbound.connected()

    def _command(self, message: Incoming) -> bool:
        """What is no reading: commands, and the news that a Home Assistant has started."""
        if message.topic == f"{self.config.prefix}/status":
            own = self.ctx.clock.monotonic() - self._born < 5.0
            if message.payload == b"online" and not message.retain and not own:
                self._announce_again.set()
            return False
        return self.config.publish and (self.orders.take(message) or self.notices.take(message))

    async def _follow_owner(self) -> None:
        """Notice what the owner enables and disables, and a household that moves."""
        if self._known != _identity(self.ctx.household):
            raise Moved  # while the broker was starting
        async for event in self.ctx.events(EntitiesChanged, PeopleChanged):
            if self._known != _identity(self.ctx.household):
                raise Moved
            mine = [*event.entities, *event.gone] if isinstance(event, EntitiesChanged) else []
            if not mine or any(entity.entry == self.ctx.entry.id for entity in mine):
                self.inbound.entities_changed()

    async def _announce_when_asked(self) -> None:
        while True:
            await self._announce_again.wait()
            self._announce_again.clear()
            await self.outbound.connected()
            await self.ctx.clock.sleep(5.0)

    async def _save_now_and_then(self) -> None:
        while True:
            await self.ctx.clock.sleep(SAVE_EVERY)
            self._memory.save_payloads()

    def _refused(self, pattern: str) -> None:
        self.ctx.log.warning("the broker does not let us read %s", pattern)


def _identity(household: Household) -> tuple[str, str]:
    return household.id, household.time_zone


def session_of(ctx: Context) -> Session:
    """The running session of an entry. Raises NotReady."""
    session = sessions.get(ctx)
    if session is None:
        raise NotReady("MQTT is not running now")
    return session


def running_beside(ctx: Context) -> Session | None:
    """The MQTT session of the hub that another entry belongs to, if it runs."""
    house = ctx.data_dir.parent
    return next((one for one in sessions.values() if one.built and one.ctx.data_dir.parent == house), None)


async def listen(ctx: Context) -> None:
    """Run until cancelled."""
    while True:
        session = Session(ctx)
        sessions[ctx] = session
        try:
            await session.run()
        except Moved:
            ctx.log.info("the household's time zone is another now; beginning anew")
        finally:
            sessions.pop(ctx, None)
            await session.close()


async def act(ctx: Context, command: Command) -> None:
    await session_of(ctx).act(command)


def _version() -> str:
    with suppress(PackageNotFoundError):
        return version("homeostat")
    return "0"
