"""Accounts, grants and invitations: who may do what, and who sees whom."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.access import Invitation, Reach
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import HOUSEHOLD, Account, Grant, Role, Verb
from hub.view.credentials import CredentialsView

EVERYBODY = "*"
JOURNAL = "journal:"


class RightsView(CredentialsView):
    # Accounts: an owner's

    def accounts(self) -> list[Account]:
        self._own()
        return list(self._rooms.accounts.all)

    def find_account(self, name: str) -> Account:
        """Raises NotFound."""
        self._own()
        return self._rooms.accounts.get(name.strip().lower())

    async def add_account(self, name: str, password: str, *, role: Role, person: str | None = None) -> Account:
        account = self._account(name, role, person)
        await self._rooms.accounts.add(account, password)
        await self._note("account.add", detail=f"{account.name} as {role.value}", person=person or "")
        return account

    async def change_account(self, name: str, **fields: Any) -> Account:
        """Change `role`, `person` or `disabled`; holds at once, everywhere. Raises Conflict for the last owner."""
        account = self.find_account(name)
        self._fresh()
        self._no_owner_by_token(fields.get("role"))
        if fields.get("person") is not None:
            self._known(fields["person"])
        changed = await self._rooms.accounts.change(account.name, **fields)
        told = ", ".join(f"{key}: {getattr(value, 'value', value)}" for key, value in sorted(fields.items()))
        await self._note("account.change", detail=f"{account.name} {told}", person=changed.person or "")
        return changed

    async def remove_account(self, name: str) -> None:
        """With its grants, tokens and sessions; the person's data stays."""
        account = self.find_account(name)
        self._fresh()
        await self._rooms.accounts.remove(account.name)
        await self._note("account.remove", detail=account.name, person=account.person or "")

    async def change_password(self, old: str, new: str) -> None:
        """Of the account that is signed in; ends its other sessions. Raises Forbidden when `old` is wrong."""
        if self.actor.token is not None:
            raise Forbidden("a token cannot change a password; sign in on the page")
        self._fresh()
        try:
            await self._rooms.accounts.verify(self.actor.account, old, session=self.actor.session or "")
        except Forbidden:
            await self._note("password.change", outcome="refused")
            raise
        await self._rooms.accounts.set_password(self.actor.account, new, keep=self.actor.session)
        await self._note("password.change")

    # Invitations

    def invitations(self) -> list[Invitation]:
        self._own()
        return self._rooms.invitations.open

    async def invite(
        self, name: str, *, role: Role, person: str | None = None, grants: Sequence[Grant] = ()
    ) -> tuple[Invitation, str]:
        """An invitation and the secret of its link. `grants` as `draft_grant` makes them."""
        account = self._account(name, role, person)
        mine = [replace(one, account=account.name, by=self.actor.account) for one in grants]
        made = await self._rooms.invitations.invite(account, mine, by=self.actor.account)
        await self._note("invitation.add", detail=f"{account.name} as {role.value}", person=person or "")
        return made

    async def withdraw_invitation(self, invitation: str) -> None:
        self._own()
        gone = await self._rooms.invitations.withdraw(invitation)
        await self._note("invitation.remove", detail=gone.account.name)

    # Grants

    def grants(self) -> list[Grant]:
        """Those the actor has, has to do with as the person, or may manage."""
        own = self._own_person
        about = (own, EVERYBODY) if own else ()
        return [
            one
            for one in self._rooms.accounts.grants
            if one.account == self.actor.account or one.person in about or self._may_give(one)
        ]

    def draft_grant(
        self,
        person: str,
        verbs: Iterable[Verb],
        *,
        account: str = "",
        subjects: Iterable[str] | None = None,
        until: datetime | None = None,
    ) -> Grant:
        """A grant that nobody has yet. Raises Conflict for what there is not, Forbidden for what isn't ours to give."""
        if person != EVERYBODY:
            self._known(person)
        for subject in subjects or ():
            self._check_subject(subject)
        wanted = frozenset(verbs)
        if not wanted:
            raise Conflict("a grant needs at least one of view, record, act and manage")
        now = self.clock.now()
        if until is not None and until <= now:
            raise Conflict("the end of a grant lies ahead, not behind")
        named = frozenset(subjects) if subjects is not None else None
        grant = Grant(uuid.uuid4().hex[:12], account, person, wanted, named or None, until, self.actor.account, now)
        if not self._may_give(grant):
            raise Forbidden(f"you may not give away what is {person}'s; an owner may")
        return grant

    async def give(self, grant: Grant) -> Grant:
        """Let the draft's account do so from now on. Raises NotFound for no such account."""
        if not self._may_give(grant):
            raise Forbidden(f"you may not give away what is {grant.person}'s; an owner may")
        if self.actor.token is not None and (not self.is_owner or Verb.MANAGE in grant.verbs):
            # What it gave would outlive it.
            raise Forbidden("this token may not give that right; sign in on the page")
        self._fresh()
        account = self._rooms.accounts.get(grant.account)
        await self._rooms.accounts.grant(grant)
        await self._rooms.consents.given(grant, child=grant.person not in (HOUSEHOLD, EVERYBODY))
        await self._note("grant.add", detail=f"{account.name} {told(grant)}", person=grant.person)
        return grant

    async def withdraw(self, grant_id: str) -> Grant:
        """An owner, the person it is about, and who has it may; it ends within a second everywhere."""
        found = next((one for one in self.grants() if one.id == grant_id), None)
        if found is None:
            raise NotFound(f"there is no grant {grant_id!r}; `homeostat grant list` shows those there are")
        if self.actor.token is not None and not self._may_give(found):
            raise Forbidden("this token may not withdraw grants; sign in on the page")
        await self._rooms.accounts.withdraw(grant_id)
        await self._note("grant.remove", detail=f"{found.account} {told(found)}", person=found.person)
        return found

    def reaches(self, account: str) -> list[Reach]:
        """What an account may, with the reasons; also by rights that wait for somebody's yes."""
        if account != self.actor.account:
            self._own()
        return self._rooms.access.reaches(account, held=True)

    def may_ask_who_sees(self, person: str) -> bool:
        """An owner may, and the person herself in a browser."""
        return self.allowed(Verb.MANAGE, person) or (person == self._own_person and self.actor.token is None)

    def who_sees(self, person: str, subject: str | None = None) -> list[tuple[Account, list[Reach]]]:
        """Each account that may do something with what is `person`'s (or one subject of it), and why."""
        if not self.may_ask_who_sees(person):
            raise Forbidden(f"who sees {person} is told to {person} and to the owner")
        found = []
        for account in self._rooms.accounts.all:
            reaches = [
                one
                for one in self._rooms.access.reaches(account.name, held=True)
                if one.about(person) and (subject is None or one.subjects is None or subject in one.subjects)
            ]
            if reaches:
                found.append((account, reaches))
        return found

    def _may_give(self, grant: Grant) -> bool:
        if Verb.MANAGE in grant.verbs or grant.person == EVERYBODY:
            return self.is_owner
        return self.allowed(Verb.MANAGE, grant.person)

    def _account(self, name: str, role: Role, person: str | None) -> Account:
        self._own()
        self._fresh()
        if person is not None:
            self._known(person)
        self._no_owner_by_token(role)
        return Account(name.strip().lower(), name.strip(), role, person)

    def _no_owner_by_token(self, role: Role | None) -> None:
        if role is Role.OWNER and self.actor.token is not None:
            raise Forbidden("a token makes no owners, who would outlive it; sign in on the page")

    def _check_subject(self, subject: str) -> None:
        words = self._rooms.vocabulary
        known = [*words.metrics, *(f"{JOURNAL}{kind}" for kind in words.journal_kinds)]
        if subject not in known and subject not in self._rooms.entities.all:
            near = difflib.get_close_matches(subject, known, n=1)
            raise Conflict(f"there is no metric {subject!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def told(grant: Grant) -> str:
    what = ",".join(sorted(verb.value for verb in grant.verbs))
    subjects = f" of {','.join(sorted(grant.subjects))}" if grant.subjects is not None else ""
    until = f" until {grant.until:%Y-%m-%dT%H:%MZ}" if grant.until is not None else ""
    return what + subjects + until
