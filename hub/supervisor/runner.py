"""One config entry's life: validate, poll and listen, fall silent and come back, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from hub import logs
from hub.errors import AuthFailed, ConfigInvalid, HubError, NotFound, NotReady, StorageUnavailable
from hub.model import Command, ConfigEntry, EntryChanged, EntryState, EntryStatus, Receipt, Sample
from hub.plugin import Integration, WebhookRequest, WebhookResponse
from hub.supervisor.backoff import Backoff
from hub.supervisor.context import EntryContext
from hub.supervisor.declared import remedy_for
from hub.supervisor.log import EntryLog
from hub.supervisor.options import explain, secrets_of, strangers, unknown
from hub.supervisor.services import Services
from hub.supervisor.watchdog import LoopBlocked

POLL_LIMIT = 120.0
"""Seconds after which a poll that has not come back is given up."""
WEBHOOK_LIMIT = 900.0
"""Seconds for one call, its body included; a phone on a slow line sends 30 MB in ten minutes."""
STOP_LIMIT = 5.0
BLOCKS_ALLOWED = 3
"""How often an integration may block the loop before it stays stopped."""


class EntryRunner:
    """Owns the entry's tasks; `stop` ends them, whatever they do."""

    def __init__(self, entry: ConfigEntry, integration: Integration, services: Services) -> None:
        self.entry, self.integration = entry, integration
        self._hub = services
        self.log = EntryLog(entry.id)
        self.status = EntryStatus(entry.id, EntryState.STARTING, services.clock.now())
        self.context: EntryContext | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._blocks = 0
        self._silent = False

    async def start(self, *, idle: bool = False) -> None:
        """Validate the options and start the tasks (`idle`: none); returns at once."""
        if self.entry.disabled:
            self._state(EntryState.DISABLED)
            return
        try:
            config = self.integration.config.model_validate(dict(self.entry.options))
        except ValidationError as error:
            self._misconfigured(explain(error, self.integration.config))
            return
        strange = strangers(self.entry.options, self.integration.config) if self.entry.declared_in else []
        if strange:
            known = list(self.integration.config.model_fields)
            self._misconfigured("; ".join(unknown(name, known) for name in strange))
            return
        logs.hide(*secrets_of(config))
        self.context = EntryContext(
            self.entry,
            config,
            self._hub,
            self.log,
            on_receipt=self._received,
            on_progress=self._progressed,
            on_success=self._worked,
        )
        if idle:
            self._state(EntryState.STOPPED)
            return
        every = self.integration.every
        seconds = (every(config) if callable(every) else every).total_seconds()
        if self.integration.poll is not None:
            self._spawn("poll", lambda: self._poll_forever(max(1.0, seconds)))
        if self.integration.listen is not None:
            self._spawn("listen", self._listen_forever)
        if not self._tasks:
            self._state(EntryState.RUNNING)

    async def stop(self, state: EntryState = EntryState.STOPPED) -> list[str]:
        """End all tasks within five seconds; returns the names of those that would not. Safe to call twice."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        stubborn: list[str] = []
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=STOP_LIMIT)
            stubborn = [task.get_name() for task in pending]
        if self.context is not None:
            await self.context.close()
        self._hub.intake.unsay(self.entry.id)
        if self.status.state not in (EntryState.STOPPED_BY_WATCHDOG,) or state is not EntryState.STOPPED:
            self._state(state)
        self.log.close()
        return stubborn

    async def act(self, command: Command) -> None:
        """Carry a command to the device. Raises NotReady when the entry does not run."""
        if self.integration.act is None:
            raise NotReady(f"{self.entry.title} takes no commands")
        await self._hub.clock.wait_for(self.integration.act(self.ready(), command), 30.0)

    async def webhook(self, request: WebhookRequest) -> WebhookResponse:
        if self.integration.webhook is None:
            raise NotFound(f"{self.entry.title} has no webhook")
        if self.context is None:  # why is for the owner, not for whoever calls
            raise NotReady("this address takes nothing now")
        try:
            return await self._hub.clock.wait_for(self.integration.webhook(self.context, request), WEBHOOK_LIMIT)
        except TimeoutError:
            self.log.error("gave no answer to a webhook within %.0f s", WEBHOOK_LIMIT)
            raise NotReady("no answer in time; send it again") from None

    async def import_file(self, path: Any, options: dict[str, Any]) -> None:
        if self.integration.import_file is None:
            raise NotReady(f"{self.entry.title} imports no files")
        await self.integration.import_file(self.ready(), path, options)

    async def blocked(self, seconds: float, where: str) -> None:
        """The watchdog saw this entry hold the loop."""
        self._blocks += 1
        self.status = replace(self.status, errors=self.status.errors + 1)
        self.log.error("blocked the hub for %.1f s at %s", seconds, where)
        if self._blocks >= BLOCKS_ALLOWED:
            await self.stop(EntryState.STOPPED_BY_WATCHDOG)
            self._state(
                EntryState.STOPPED_BY_WATCHDOG,
                problem=f"It blocked the whole hub {self._blocks} times (last for {seconds:.0f} s at {where}).",
                remedy="Tell its author, then reload it here to try again.",
            )

    def ready(self) -> EntryContext:
        if self.context is None:
            raise NotReady(f"{self.entry.title} is not running: {self.status.problem or self.status.state.value}")
        return self.context

    def _spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._guard(work), name=f"entry:{self.entry.id}:{name}"))

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begin again after every failure that may pass; end at those that only the owner can mend."""
        backoff = Backoff(seed=self.entry.id)
        while True:
            wait: float
            try:
                await work()
                return
            except asyncio.CancelledError:
                raise
            except AuthFailed as error:
                self._state(EntryState.NEEDS_OWNER, problem=str(error), remedy="Enter the credentials anew.")
                return
            except ConfigInvalid as error:
                self._misconfigured(str(error))
                return
            except (NotReady, StorageUnavailable, TimeoutError, OSError) as error:
                wait = backoff.next(getattr(error, "retry_after", None))
                self._failed(str(error) or type(error).__name__, wait, trace=False)
            except LoopBlocked as error:
                wait = backoff.next()
                self._failed(str(error), wait, trace=False)
            except Exception as error:  # noqa: BLE001  # whatever it raises, the house goes on
                wait = backoff.next()
                self._failed(f"{type(error).__name__}: {error}", wait, trace=True)
            await self._hub.clock.sleep(wait)

    async def _poll_forever(self, seconds: float) -> None:
        poll, context = self.integration.poll, self.ready()
        assert poll is not None
        while True:
            began = self._hub.clock.monotonic()
            try:
                samples = await self._hub.clock.wait_for(poll(context), max(POLL_LIMIT, seconds))
            except TimeoutError:
                raise NotReady(f"no answer within {max(POLL_LIMIT, seconds):.0f} s") from None
            await self._take(samples)
            self._worked()
            await self._hub.clock.sleep(max(0.0, seconds - (self._hub.clock.monotonic() - began)))

    async def _take(self, samples: Iterable[Sample] | None) -> None:
        if samples is None:
            return
        batch = list(samples)
        for one in batch:
            if not isinstance(one, Sample):
                raise HubError(f"poll returned {type(one).__name__} where a Sample was expected")
        if batch:
            await self.ready().accept(batch)

    async def _listen_forever(self) -> None:
        listen = self.integration.listen
        assert listen is not None
        context = self.ready()
        # A listener that has not failed within a second is there; a poll says so by its first success.
        alive = asyncio.ensure_future(self._alive_soon())
        try:
            await listen(context)
        finally:
            alive.cancel()
            with suppress(asyncio.CancelledError):
                await alive

    async def _alive_soon(self) -> None:
        await self._hub.clock.sleep(1.0)
        if not self.ready().tells_success:
            self._worked()

    def _worked(self) -> None:
        if self._silent:
            self.log.info("back again")
            self._silent = False
        if self.status.state is not EntryState.RUNNING:
            self._state(EntryState.RUNNING)
        self.status = replace(self.status, last_success=self._hub.clock.now())

    def _failed(self, reason: str, wait: float, *, trace: bool) -> None:
        if not self._silent:
            # What a stranger's exception says may quote a reading: the page shows it, the log names its type.
            told = reason.partition(":")[0] if trace else reason
            self.log.warning("went away: %s", told, exc_info=trace)
            self._silent = True
        now = self._hub.clock.now()
        self.status = replace(self.status, errors=self.status.errors + 1)
        self._state(
            EntryState.RETRYING,
            problem=reason,
            remedy="It is tried again by itself." if not trace else "It is tried again; if it stays, tell its author.",
            next_try=now + timedelta(seconds=wait),
        )

    def _received(self, receipt: Receipt) -> None:
        self.status = replace(
            self.status,
            samples=self.status.samples + receipt.accepted,
            rejected=self.status.rejected + len(receipt.rejected),
            last_success=self._hub.clock.now(),
        )
        if receipt.rejected:
            first = receipt.rejected[0]
            private = {logs.PRIVATE: f"the first because {first.reason}"}
            self.log.warning("%d samples were refused", len(receipt.rejected), extra=private)

    def _progressed(self, fraction: float | None, text: str) -> None:
        self.status = replace(self.status, progress=fraction, progress_text=text)
        self._hub.bus.publish(EntryChanged(self._hub.clock.now(), self.status))

    def _misconfigured(self, problem: str) -> None:
        self.log.warning("is misconfigured", extra={logs.PRIVATE: problem})
        self._state(EntryState.MISCONFIGURED, problem=problem, remedy=remedy_for(self.entry, "Edit its options."))

    def _state(self, state: EntryState, *, problem: str = "", remedy: str = "", next_try: Any = None) -> None:
        now = self._hub.clock.now()
        since = self.status.since if self.status.state is state else now
        told = logs.redact(problem)
        self.status = replace(self.status, state=state, since=since, problem=told, remedy=remedy, next_try=next_try)
        self._hub.bus.publish(EntryChanged(now, self.status))
