"""The ways to somebody: the hub's own pages, and every entry of an integration that is a channel."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from hub.errors import BadReading, NotReady
from hub.model import HOUSEHOLD, ConfigEntry, EntryState, EntryStatus, Notice
from hub.notify.browsers import Browsers
from hub.notify.prefs import Wishes
from hub.plugin import Context, Delivery, Notifier, Outbound
from hub.vault import VaultError

APP = "app"
"""The hub's own pages, which need no entry."""
_KEY = "notify.key"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    """An entry's, or `app`."""
    name: str
    domain: str
    on: bool
    shared: bool = False
    buttons: bool = True
    readers: str = ""
    """Who can read on the way; empty: nobody outside."""
    short: bool = False
    problem: str = ""
    """Why it can't be used now."""
    remedy: str = ""
    browsers: int = 0


class Running(Protocol):
    """The supervisor, as far as channels need it."""

    @property
    def entries(self) -> Mapping[str, ConfigEntry]: ...
    def status(self, entry_id: str) -> EntryStatus: ...
    def running(self, domain: str, entry_id: str) -> Context: ...


class Sealing(Protocol):
    def seal(self, text: str, context: str) -> str: ...
    def unseal(self, sealed: str, context: str) -> str: ...


class Store(Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


class Channels:
    def __init__(
        self,
        notifiers: Mapping[str, Notifier],
        running: Running,
        wishes: Wishes,
        browsers: Browsers,
        vault: Sealing,
        store: Store,
        withheld: Callable[[str, str], bool],
    ) -> None:
        """`withheld`: (entry, person) -> True where that person's data may not leave through it."""
        self.notifiers, self._running, self._wishes, self._browsers = notifiers, running, wishes, browsers
        self._vault, self._store, self._withheld = vault, store, withheld
        self._key = b""

    async def load(self) -> None:
        """The key of answers without signing in; made at the first start.

        While it can't be opened another one lasts as long as the hub runs: the vault tells what is wrong.
        """
        sealed = await self._store.get_setting(_KEY)
        self._key = secrets.token_bytes(32)
        with suppress(VaultError):
            if sealed:
                self._key = bytes.fromhex(self._vault.unseal(str(sealed), _KEY))
                return
            await self._store.set_setting(_KEY, self._vault.seal(self._key.hex(), _KEY))

    def of(self, key: str) -> list[Channel]:
        """Every way to a recipient, those that are off or broken too."""
        prefs = self._wishes.of(key)
        found = [] if key == HOUSEHOLD else [Channel(APP, "In Homeostat", APP, True)]
        for entry in self._running.entries.values():
            notifier = self.notifiers.get(entry.domain)
            if notifier is None or (not notifier.shared and owner(entry) != key):
                continue
            browsers = len(self._browsers.of(key)) if notifier.browsers is not None else 0
            if notifier.shared and key == HOUSEHOLD:
                continue
            on = (entry.id in prefs.on or browsers > 0) if notifier.shared else entry.id not in prefs.off
            status = self._running.status(entry.id)
            broken = status.state not in (EntryState.RUNNING, EntryState.STARTING)
            found.append(
                Channel(
                    entry.id, entry.title, entry.domain, on, notifier.shared, notifier.buttons, notifier.readers,
                    bool(entry.options.get("short")),
                    (status.problem or status.state.value.replace("_", " ")) if broken else "",
                    status.remedy if broken else "", browsers,
                )
            )  # fmt: skip
        return found

    def used(self, notice: Notice) -> list[str]:
        """The channels that a notice goes out on."""
        if notice.data.get("only_app"):
            return [APP] if notice.to != HOUSEHOLD else []
        found = []
        for one in self.of(notice.to):
            outside = one.id != APP
            if one.on and not (outside and (self._held(one.id, notice.about) or self._held(one.id, notice.to))):
                found.append(one.id)
        return found

    async def send(self, channel: str, notice: Notice, handle: Any) -> Delivery:
        """Raises NotReady, AuthFailed, BadReading."""
        entry = self._running.entries.get(channel)
        notifier = self.notifiers.get(entry.domain) if entry is not None else None
        if entry is None or notifier is None:
            raise BadReading("this channel was removed")
        if self._held(channel, notice.about):
            raise NotReady("the consent to send this person's data there was withdrawn")
        delivery = await notifier.send(
            self._running.running(entry.domain, entry.id), self._going(entry, notice, handle)
        )
        for gone in delivery.gone:
            await self._browsers.remove(gone)
        return delivery

    async def clear(self, channel: str, notice: Notice, handle: Any) -> None:
        """Take back what was shown there, where the channel can."""
        entry = self._running.entries.get(channel)
        notifier = self.notifiers.get(entry.domain) if entry is not None else None
        if entry is not None and notifier is not None and notifier.clear is not None:
            going = self._going(entry, notice, handle)
            await notifier.clear(self._running.running(entry.domain, entry.id), going)

    async def browser_key(self) -> str:
        """With which browsers subscribe. Raises NotReady where web push is not set up."""
        for entry in self._running.entries.values():
            notifier = self.notifiers.get(entry.domain)
            if notifier is not None and notifier.browsers is not None:
                return await notifier.browsers(self._running.running(entry.domain, entry.id))
        raise NotReady("notifications in browsers are not switched on in this house yet")

    def token(self, notice: str) -> str:
        """Answers this notice and nothing else."""
        return f"{notice}.{hmac.new(self._key, notice.encode(), hashlib.sha256).hexdigest()[:32]}"

    def opened(self, token: str) -> str:
        """The notice that a token is for; empty for one that was made up."""
        notice = token.partition(".")[0]
        return notice if hmac.compare_digest(token.encode(), self.token(notice).encode()) else ""

    def _going(self, entry: ConfigEntry, notice: Notice, handle: Any) -> Outbound:
        short = bool(entry.options.get("short"))
        if short:
            # Whatever a channel makes of it, there is nothing in it to tell.
            notice = replace(notice, title="", message="", image="", data={})
        return Outbound(
            notice=notice,
            title=notice.title or "Homeostat",
            message="There is something to read in Homeostat." if short else notice.message,
            token=self.token(notice.id),
            base=self._wishes.house.base,
            handle=handle,
            addresses=tuple(self._browsers.of(notice.to)),
        )

    def _held(self, entry: str, person: str) -> bool:
        return not person.startswith("@") and self._withheld(entry, person)


def owner(entry: ConfigEntry) -> str:
    """Whose channel an entry is."""
    account = str(entry.options.get("account") or "").strip()
    return f"@{account.removeprefix('@')}" if account else entry.person
