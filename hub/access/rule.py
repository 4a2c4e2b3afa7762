"""One question, `allowed`, asked by every page, route, stream, action and export; nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.errors import NotAllowed
from hub.model import HOUSEHOLD, Account, Actor, Grant, Role, Token, Verb

ALL = "*"
"""In a grant or rule: every person and the household, but not what still waits for the owner."""

BARRED = "barred"
"""Kind of an actor who has yet to add the second factor that the household wants of owners."""

_EVERYTHING = frozenset(Verb)
_USE = frozenset({Verb.VIEW, Verb.RECORD, Verb.ACT})
_NOTHING: frozenset[Verb] = frozenset()
_OWN: Mapping[Role, frozenset[Verb]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADULT: _USE,
    Role.FAMILY: frozenset({Verb.VIEW, Verb.RECORD}),
}
"""What a role may do with the account's own person."""
_HOUSE: Mapping[Role, frozenset[Verb]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADULT: _USE,
    Role.FAMILY: frozenset({Verb.VIEW}),
}
"""What a role may do with what belongs to the household."""

Subjects = frozenset[str] | None
"""Metric keys and `journal:<kind>`; None: all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """All that an actor may do one verb with; `covers` is the rule itself, the fields let a query narrow itself."""

    rules: tuple[tuple[str | None, Subjects], ...] = ()
    """(person, subjects) pairs, any of which allows; person None: everything, also what waits for the owner."""
    only_persons: frozenset[str] | None = None
    """A token's limit on top of the rules."""
    only_subjects: Subjects = None
    hidden: frozenset[str] = frozenset()
    """Persons who wait to be erased."""

    def covers(self, person: str, subject: str | None = None) -> bool:
        """True when `person`'s `subject` is in it; subject None asks for all of the person."""
        if person in self.hidden:
            return False
        if self.only_persons is not None and person not in self.only_persons:
            return False
        if self.only_subjects is not None and subject not in self.only_subjects:
            return False
        for who, subjects in self.rules:
            theirs = who is None or who == person or (who == ALL and person != "")
            if theirs and (subjects is None or subject in subjects):
                return True
        return False

    def touches(self, person: str) -> bool:
        """True when at least something of `person` is in it."""
        if person in self.hidden:
            return False
        if self.only_persons is not None and person not in self.only_persons:
            return False
        return any(who is None or who == person or (who == ALL and person != "") for who, _ in self.rules)

    @property
    def unlimited(self) -> bool:
        """True when nothing needs to be filtered."""
        return self.only_persons is None and self.only_subjects is None and (None, None) in self.rules


@dataclass(frozen=True, slots=True)
class Reach:
    """One reason why an account may do something with what is somebody's."""

    account: str
    person: str | None
    """A slug, `household`, `*`, or None: everything."""
    verbs: frozenset[Verb]
    subjects: Subjects = None
    grant: Grant | None = None
    """None: it comes with the role."""

    def about(self, person: str) -> bool:
        return self.person is None or self.person == person or (self.person == ALL and person != "")


_NOWHERE = Scope()
_EVERYWHERE = Scope(((None, None),))


class Access:
    """Holds accounts, grants and tokens as `Accounts` keeps them; answers from memory in microseconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[str, Account] = {}
        self._grants: list[Grant] = []
        self._tokens: dict[str, Token] = {}
        self._scopes: dict[tuple[str, str | None, Verb], tuple[datetime | None, Scope]] = {}
        self._hidden: frozenset[str] = frozenset()
        self._held: frozenset[str] = frozenset()

    def learn(self, accounts: Mapping[str, Account], grants: Mapping[str, Grant], tokens: Mapping[str, Token]) -> None:
        """Take over what holds from now on."""
        self._accounts, self._grants, self._tokens = dict(accounts), list(grants.values()), dict(tokens)
        self._scopes.clear()

    def hide(self, persons: frozenset[str]) -> None:
        """From now on only owners see these persons, who wait to be erased."""
        if persons != self._hidden:
            self._hidden = persons
            self._scopes.clear()

    def hold(self, grants: frozenset[str]) -> None:
        """From now on these give nothing: whom they are about has yet to agree."""
        if grants != self._held:
            self._held = grants
            self._scopes.clear()

    def allowed(self, actor: Actor, verb: Verb, person: str = HOUSEHOLD, subject: str | None = None) -> bool:
        """May `actor` do `verb` with `person`'s `subject` (a metric key or `journal:<kind>`; None: all of it)?

        Person "" is what still waits for the owner to say whose it is.
        """
        return self.scope(actor, verb).covers(person, subject)

    def require(self, actor: Actor, verb: Verb, person: str = HOUSEHOLD, subject: str | None = None) -> None:
        """Raises Forbidden in words that give nothing away."""
        if not self.allowed(actor, verb, person, subject):
            what = f"{subject} of " if subject else ""
            whose = person or "what is not yet assigned"
            raise NotAllowed(
                f"you may not {verb.value} {what}{whose}; ask the owner for a grant, or use another token",
                verb.value,
                person,
                subject or "",
            )

    def reaches(self, account: str, *, held: bool = False) -> list[Reach]:
        """All that an account may, with the reasons; what `scope` answers is made of the same, `held` ones left out."""
        one = self._accounts.get(account)
        if one is None or one.disabled:
            return []
        found: list[Reach] = []
        if one.role is Role.OWNER:
            found.append(Reach(account, None, _EVERYTHING))
        else:
            if one.person and (own := _OWN.get(one.role, _NOTHING)):
                found.append(Reach(account, one.person, own))
            if house := _HOUSE.get(one.role, _NOTHING):
                found.append(Reach(account, HOUSEHOLD, house))
        now = self._clock.now()
        found.extend(
            Reach(account, one.person, one.verbs, one.subjects, one)
            for one in self._grants
            if one.account == account and (one.until is None or now < one.until)
            if held or one.id not in self._held
        )
        return found

    def scope(self, actor: Actor, verb: Verb) -> Scope:
        """The rule as a value, for filtering many things at once; ask anew for every event of a stream."""
        if actor.kind == "system":
            return _EVERYWHERE
        if actor.kind == BARRED:
            return _NOWHERE
        key = (actor.account, actor.token, verb)
        known = self._scopes.get(key)
        if known is not None and (known[0] is None or self._clock.now() < known[0]):
            return known[1]
        until, scope = self._work_out(actor, verb)
        self._scopes[key] = (until, scope)
        return scope

    def _work_out(self, actor: Actor, verb: Verb) -> tuple[datetime | None, Scope]:
        """The scope, and the first instant at which it may change by itself."""
        account = self._accounts.get(actor.account)
        if account is None or account.disabled:
            return None, _NOWHERE
        now = self._clock.now()
        ends: list[datetime] = []
        token = None
        if actor.token is not None:
            token = self._tokens.get(actor.token)
            if token is None or verb not in token.verbs or (token.expires_at is not None and token.expires_at <= now):
                return None, _NOWHERE
            if token.expires_at is not None:
                ends.append(token.expires_at)
        rules: list[tuple[str | None, Subjects]] = []
        for reach in self.reaches(account.name):
            if reach.grant is not None and reach.grant.until is not None:
                ends.append(reach.grant.until)
            if verb in reach.verbs:
                rules.append((reach.person, reach.subjects))
        hidden = frozenset[str]() if account.role is Role.OWNER else self._hidden
        scope = Scope(tuple(rules), token.persons if token else None, token.subjects if token else None, hidden)
        return min(ends, default=None), scope
