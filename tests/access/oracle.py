"""The rule once more, written from docs/accounts.md and not from the code: what the matrix holds the hub to."""

from __future__ import annotations

from dataclasses import dataclass, field

VIEW, RECORD, ACT, MANAGE = "view", "record", "act", "manage"
EVERYTHING = frozenset({VIEW, RECORD, ACT, MANAGE})
HOUSEHOLD, UNASSIGNED = "household", ""
ERASED = "zed"
"""Waits to be erased: only the owner sees them."""
OWN = {"adult": {VIEW, RECORD, ACT}, "family": {VIEW, RECORD}}
HOUSE = {"adult": {VIEW, RECORD, ACT}, "family": {VIEW}}


@dataclass(frozen=True)
class Given:
    """A grant: these verbs with this person's subjects (None: all)."""

    person: str
    verbs: frozenset[str]
    subjects: frozenset[str] | None = None


@dataclass(frozen=True)
class Caller:
    """Who knocks. `persons`, `verbs` and `subjects` are a token's limits."""

    name: str
    account: str = ""
    role: str = ""
    person: str = ""
    grants: tuple[Given, ...] = ()
    live: bool = True
    """False for whoever the hub should not know (any more)."""
    token: bool = False
    persons: frozenset[str] | None = None
    verbs: frozenset[str] = EVERYTHING
    subjects: frozenset[str] | None = None
    headers: dict[str, str] = field(default_factory=dict, hash=False)
    cookies: dict[str, str] = field(default_factory=dict, hash=False)

    def may(self, verb: str, person: str, subject: str | None = None) -> bool:
        """`verb` with `subject` (None: all) of `person`."""
        if not self.live or verb not in self.verbs or (person == ERASED and self.role != "owner"):
            return False
        if self.persons is not None and person not in self.persons:
            return False
        if self.subjects is not None and subject not in self.subjects:
            return False
        return self._by_account(verb, person, subject)

    def sees_some(self, person: str) -> bool:
        """At least something of `person`."""
        if not self.live or VIEW not in self.verbs or (person == ERASED and self.role != "owner"):
            return False
        if self.persons is not None and person not in self.persons:
            return False
        some = [one for one in self.grants if one.person == person and VIEW in one.verbs]
        return bool(some) or self._by_account(VIEW, person, "anything")

    def _by_account(self, verb: str, person: str, subject: str | None) -> bool:
        if self.role == "owner":
            return True
        if person == self.person and person and verb in OWN.get(self.role, ()):
            return True
        if person == HOUSEHOLD and verb in HOUSE.get(self.role, ()):
            return True
        return any(
            one.person == person and verb in one.verbs and (one.subjects is None or subject in one.subjects)
            for one in self.grants
        )

    @property
    def owns(self) -> bool:
        """An owner in a browser, or an owner's token without limits."""
        limited = self.persons is not None or self.subjects is not None or MANAGE not in self.verbs
        return self.live and self.role == "owner" and not limited

    @property
    def browser(self) -> bool:
        return self.live and not self.token
