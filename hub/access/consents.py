"""What somebody says to rights that another gave about them: asked, agreed to, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from hub.access.rule import ALL, Access
from hub.access.store import AccountStore
from hub.clock import Clock
from hub.model import Account, Grant

_KEY = "access.consents"


@dataclass(frozen=True, slots=True)
class Consent:
    """Of one person to one grant."""

    grant: str
    person: str
    by: str = ""
    """The account that agreed: their own, or for a child the one who gave the right; "" while they are asked."""
    at: datetime | None = None

    @property
    def agreed(self) -> bool:
        return self.at is not None


_stored = TypeAdapter(list[Consent])


class Consents:
    """Asked of those who have an account; whoever gives a right about somebody without one agrees for them."""

    def __init__(
        self,
        store: AccountStore,
        access: Access,
        clock: Clock,
        accounts: Callable[[], Sequence[Account]],
        grants: Callable[[], Sequence[Grant]],
    ) -> None:
        self._store, self._access, self._clock = store, access, clock
        self._accounts, self._grants = accounts, grants
        self._all: dict[tuple[str, str], Consent] = {}
        self.waits = False
        """A right gives nothing before everyone it is about has agreed."""

    async def load(self) -> None:
        kept = await self._store.get_setting(_KEY) or {}
        self.waits = bool(kept.get("waits"))
        self._all = {(one.grant, one.person): one for one in _stored.validate_python(kept.get("of", []))}
        self.hold()

    def of(self, grant: Grant) -> list[Consent]:
        """One for each person it is about who has an account or for whom somebody agreed."""
        known = [one for (key, _), one in self._all.items() if key == grant.id]
        asked = self._adults(grant) - {one.person for one in known}
        return known + [Consent(grant.id, person) for person in sorted(asked)]

    def asked(self, person: str) -> list[Grant]:
        """The rights about them that wait for their word."""
        return [one for one in self._grants() if any(c.person == person and not c.agreed for c in self.of(one))]

    async def given(self, grant: Grant, *, child: bool) -> None:
        """Who gives a right about themselves has agreed, and agrees for a `child`, who has no account."""
        giver = next((one for one in self._accounts() if one.name == grant.by), None)
        own = giver is not None and giver.person == grant.person
        if own or (child and not self._adults(grant)):
            self._put(Consent(grant.id, grant.person, grant.by or "console", self._clock.now()))
            await self._save()
        self.hold()

    async def agree(self, grant: Grant, person: str, by: str) -> None:
        self._put(Consent(grant.id, person, by, self._clock.now()))
        await self._save()

    async def wait(self, yes: bool) -> None:
        self.waits = yes
        await self._save()

    def hold(self) -> None:
        """Tell the rule which rights give nothing yet; to be asked again after every change of grants and accounts."""
        held = [one.id for one in self._grants() if any(not c.agreed for c in self.of(one))] if self.waits else []
        self._access.hold(frozenset(held))

    def _adults(self, grant: Grant) -> set[str]:
        """The people it is about who could say something themselves, but who gave it."""
        return {
            one.person
            for one in self._accounts()
            if one.person
            and not one.disabled
            and one.name not in (grant.by, grant.account)
            and grant.person in (one.person, ALL)
        }

    def _put(self, one: Consent) -> None:
        self._all[(one.grant, one.person)] = one

    async def _save(self) -> None:
        there = {one.id for one in self._grants()}
        self._all = {key: one for key, one in self._all.items() if one.grant in there}
        of = _stored.dump_python(list(self._all.values()), mode="json")
        await self._store.set_setting(_KEY, {"waits": self.waits, "of": of})
        self.hold()
