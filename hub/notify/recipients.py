"""Who can be told, who may tell them, and by what names they are called."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from hub.access import Access
from hub.errors import NotAllowed, NotFound
from hub.model import HOUSEHOLD, Account, Actor, Notice, Verb
from hub.registry import People

EVERYONE = frozenset({"everyone", "everybody", "all", "notify"})


class Recipients:
    """A recipient is a person's slug, `@account` for an account that is no person, or `household`."""

    def __init__(
        self,
        people: People,
        access: Access,
        accounts: Callable[[], Iterable[Account]],
        carers: Callable[[], Mapping[str, tuple[str, ...]]],
    ) -> None:
        self._people, self._access, self._accounts, self._carers = people, access, accounts, carers

    def key(self, account: Account) -> str:
        return account.person or f"@{account.name}"

    def of_account(self, name: str) -> str:
        """Empty for an account that is not there."""
        found = next((one for one in self._accounts() if one.name == name), None)
        return self.key(found) if found is not None else ""

    def all(self) -> list[str]:
        """Everybody but the household's own channels, people first."""
        accounts = [self.key(one) for one in self._accounts() if not one.disabled]
        return list(dict.fromkeys((*self._people.all, *accounts)))

    def accounts(self, key: str) -> list[Account]:
        """Those that a recipient signs in with."""
        return [one for one in self._accounts() if not one.disabled and self.key(one) == key]

    def name(self, key: str) -> str:
        if key == HOUSEHOLD:
            return "Everyone at home"
        person = self._people.all.get(key)
        if person is not None:
            return person.name
        return next((one.display_name for one in self.accounts(key)), key.removeprefix("@"))

    def zone(self, key: str) -> str:
        return self._people.time_zone(key)

    def may_tell(self, actor: Actor, key: str, about: str = HOUSEHOLD, subject: str = "") -> bool:
        """The sender may reach them, and they may see what it is about."""
        return self._reaches(actor, key) and self.may_hear(key, about, subject)

    def may_hear(self, key: str, about: str, subject: str = "") -> bool:
        """Whether the one rule lets a recipient see what a notice tells of."""
        if about == key or (about == HOUSEHOLD and key == HOUSEHOLD):
            return True
        accounts = self.accounts(key)
        if about == HOUSEHOLD:
            # A word to somebody is no look into the household's data; whose data it is must be said.
            return True
        views = [self._access.allowed(Actor(one.name), Verb.VIEW, about, subject or None) for one in accounts]
        return bool(views) and all(views)

    def _reaches(self, actor: Actor, key: str) -> bool:
        allowed = self._access.allowed
        if allowed(actor, Verb.MANAGE, HOUSEHOLD) and self._knows(actor, key):
            return True
        if allowed(actor, Verb.ACT, key) if not key.startswith("@") else False:
            return True
        if actor.account and any(one.name == actor.account for one in self.accounts(key)):
            # Oneself; a token only where it may do something at all.
            return actor.token is None or self._access.scope(actor, Verb.ACT).rules != ()
        return any(
            key in order and (allowed(actor, Verb.ACT, person) or self.of_account(actor.account) in order)
            for person, order in self._carers().items()
        )

    def find(self, actor: Actor, named: str) -> list[str]:
        """Those whom a name means: a slug, an account, `notify.mobile_app_anna`, `everyone`. Raises NotFound."""
        text = named.strip().lower().removeprefix("notify.").removeprefix("mobile_app_")
        if text in EVERYONE:
            return [one for one in self.all() if self._reaches(actor, one)]
        if text == HOUSEHOLD:
            return [HOUSEHOLD]
        names = self.names()
        found = names.get(text.removeprefix("@"))
        if found is not None and (self._reaches(actor, found) or self._knows(actor, found)):
            return [found]
        known = [name for name, key in names.items() if self._knows(actor, key)]
        near = difflib.get_close_matches(text, known, n=1)
        raise NotFound(f"there is nobody {named!r} to notify" + (f"; did you mean {near[0]!r}?" if near else ""))

    def key_of(self, named: str) -> str:
        """Of whom a name means, whoever asks; the name itself where it means nobody or several."""
        text = named.strip().lower().removeprefix("notify.").removeprefix("mobile_app_")
        return self.names().get(text.removeprefix("@"), text)

    def names(self) -> dict[str, str]:
        """Name as it stands in `notify.<name>` -> recipient; people before accounts."""
        found = {slug: slug for slug in self._people.all}
        for one in self._accounts():
            if not one.disabled:
                found.setdefault(plain(one.name), self.key(one))
        return found

    def require(self, actor: Actor, key: str, about: str, subject: str) -> None:
        """Raises NotAllowed."""
        if not self._reaches(actor, key):
            raise NotAllowed(
                f"you may not notify {self.name(key)}; you may notify yourself, whom you may act for, and fellow "
                "carers that the owner put in line under Settings > Notifications",
                Verb.ACT.value, key, "",
            )  # fmt: skip
        if not self.may_hear(key, about, subject):
            raise NotAllowed(
                f"{self.name(key)} may not see that of {self.name(about)}, so no notice about it goes there; the owner "
                "can give a grant",
                Verb.VIEW.value, about, subject,
            )  # fmt: skip

    def sees(self, account: str, notice: Notice) -> bool:
        """Whether an account is shown a notice now: it is theirs, and they may still see what it is about."""
        return notice.to == self.of_account(account) and self.may_hear(notice.to, notice.about, notice.subject)

    def known(self, actor: Actor, key: str) -> bool:
        """Whether who asks may hear that there is such a recipient."""
        own = actor.token is None and any(one.name == actor.account for one in self.accounts(key))
        return own or self._knows(actor, key)

    def _knows(self, actor: Actor, key: str) -> bool:
        scope = self._access.scope(actor, Verb.VIEW)
        return scope.touches(key) if not key.startswith("@") else self._access.allowed(actor, Verb.MANAGE, HOUSEHOLD)


def plain(name: str) -> str:
    """An account's name as an action can be called."""
    return "".join(one if one.isalnum() and one.isascii() else "_" for one in name.lower()).strip("_") or "account"
