"""What one actor is told, answers, and wishes of it; and telling others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.errors import Forbidden, NotAllowed, NotFound
from hub.model import HOUSEHOLD, SYSTEM, Notice, NoticeState, Verb
from hub.notify import Channel, Draft, Notify, Prefs, Told
from hub.notify.browsers import Subscription, ident
from hub.view.base import Base

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be told, with how."""

    key: str
    name: str
    channels: tuple[Channel, ...]
    prefs: Prefs
    zone: str
    mine: bool


class NoticesView(Base):
    # -- mine

    def notices(self, limit: int = AT_ONCE) -> list[Notice]:
        """What the account is shown, newest first; of a token only what it may see of whom it is about."""
        found = self._told.notices(self.actor.account)
        if self.actor.token is not None:
            found = [one for one in found if self.allowed(Verb.VIEW, one.about, one.subject or None)]
        return found[:limit]

    def notice(self, which: str) -> Notice:
        """One of mine. Raises NotFound."""
        found = next((one for one in self.notices(10_000) if one.id == which), None)
        if found is None:
            raise NotFound("there is no such notice of yours; it may be long gone")
        return found

    def notices_waiting(self) -> int:
        """How many nobody has looked at or dealt with."""
        return sum(one.open and one.state is not NoticeState.SEEN for one in self.notices(10_000))

    def notice_name(self, key: str) -> str:
        """Of a recipient or sender, where the actor knows them."""
        recipients = self._told.recipients
        if key in ("", HOUSEHOLD) or key == self._told_as or self.scope().touches(key):
            return recipients.name(key) if key else "Homeostat"
        return recipients.name(key) if key.startswith("@") else "Somebody"

    def next_in_line(self, notice: Notice) -> str:
        """Who is told next if nobody confirms; empty: nobody."""
        line = notice.escalation
        if line is None or line.next is None:
            return ""
        target = line.to[line.step % len(line.to)]
        return self.notice_name(self._told.recipients.key_of(target))

    async def answer_notice(self, which: str, action: str, reply: str = "") -> bool:
        """Press a button; `CONFIRM` confirms. False where it was dealt with already. Raises NotFound, Conflict."""
        notice = self._answerable(which)
        if action and all(one.action != action for one in notice.buttons):
            raise NotFound(f"the notice has no button {action[:80]!r}; it has: "
                           + (", ".join(one.action for one in notice.buttons) or "none"))  # fmt: skip
        done = await self._told.answers.settle(notice, action, reply, self._told_as, NoticeState.ANSWERED)
        await self._note("notify.answer")
        return done

    async def confirm_notice(self, which: str) -> bool:
        """Say that one has taken it up, with or without a button. Raises NotFound."""
        notice = self._answerable(which)
        done = await self._told.answers.settle(notice, "", "", self._told_as, NoticeState.CONFIRMED)
        await self._note("notify.confirm")
        return done

    async def clear_notice(self, which: str) -> bool:
        """Sweep it away. Raises NotFound, Forbidden for one that only its sender takes back."""
        notice = self._answerable(which)
        if notice.stays:
            raise Forbidden("this notice stays until it is answered or confirmed, or its sender takes it back")
        done = await self._told.answers.settle(notice, "", "", self._told_as, NoticeState.CLEARED)
        await self._note("notify.clear")
        return done

    async def clear_notices(self) -> int:
        """Sweep away all that may be; returns how many."""
        done = 0
        self._may_answer()
        for one in self.notices(10_000):
            if one.open and not one.stays and not one.buttons:
                done += await self.clear_notice(one.id)
        return done

    async def see_notices(self) -> None:
        """The list was looked at."""
        if self.actor.session is None:
            return
        for one in self.notices(10_000):
            if one.state in (NoticeState.SENT, NoticeState.DELIVERED):
                await self._told.answers.settle(one, "", "", self._told_as, NoticeState.SEEN)

    # -- telling

    async def send_notice(self, to: Sequence[str], message: str, title: str, data: Mapping[str, Any]) -> Told:
        """Raises NotFound, NotAllowed, BadReading."""
        draft = Draft.model_validate({"message": message, "title": title, "target": list(to), "data": dict(data)})
        return await self._told.send(self.actor, draft)

    # -- wishes

    def recipients(self) -> list[Recipient]:
        """Oneself first; everybody else for who manages the household."""
        mine = self._told_as
        keys = [mine] if mine else []
        if self.manages:
            keys += [one for one in (*self._told.recipients.all(), HOUSEHOLD) if one != mine and self._looks_after(one)]
        return [self.recipient(one) for one in keys]

    def recipient(self, key: str) -> Recipient:
        """Raises NotFound."""
        self._of(key)
        room = self._told
        name = room.recipients.name(key) if key == HOUSEHOLD or self._looks_after(key) else "You"
        return Recipient(
            key, name, tuple(room.channels.of(key)), room.wishes.of(key),
            room.recipients.zone(key), key == self._told_as,
        )  # fmt: skip

    async def set_notice_wishes(self, key: str, prefs: Prefs) -> Prefs:
        """Quiet hours and how much is too much. Raises NotFound, Forbidden, BadReading."""
        self._of(key, change=True)
        known = self._told.wishes.of(key)
        done = await self._told.wishes.change(key, replace(prefs, on=known.on, off=known.off))
        await self._note("notify.wishes", person=key.removeprefix("@"))
        return done

    async def switch_channel(self, key: str, channel: str, *, on: bool) -> None:
        """Use a channel of theirs, or don't. Raises NotFound, Forbidden."""
        self._of(key, change=True)
        found = next((one for one in self._told.channels.of(key) if one.id == channel and channel != "app"), None)
        if found is None:
            raise NotFound(f"there is no channel {channel!r} to switch")
        await self._told.wishes.switch(key, channel, on=on, shared=found.shared)
        await self._note("notify.channel", person=key.removeprefix("@"), detail=f"{channel} {'on' if on else 'off'}")

    async def test_channel(self, key: str, channel: str) -> Notice:
        """A test message; look at what has become of it by `test_result`. Raises NotFound, Conflict."""
        self._of(key, change=True)
        sent = await self._told.test(self.actor, key, channel)
        await self._note("notify.test", person=key.removeprefix("@"), detail=channel)
        return sent

    def test_result(self, which: str) -> Notice:
        """Raises NotFound."""
        found = self._told.shelf.get(which)
        if found is None or not found.data.get("test") or found.by != self.actor.account:
            raise NotFound("there is no such test of yours")
        return found

    # -- browsers

    async def browser_key(self) -> str:
        """With which this browser subscribes. Raises NotReady where web push is not set up."""
        self._by_browser()
        return await self._told.channels.browser_key()

    async def add_browser(self, subscription: Mapping[str, Any], label: str) -> str:
        """This browser is told from now on. Raises BadReading, Conflict."""
        self._by_browser()
        known = Subscription.model_validate(dict(subscription))
        added = await self._told.browsers.add(self.actor.account, known, label, self.clock.now())
        await self._note("notify.browser", detail="added")
        return added

    def browsers(self) -> list[Mapping[str, Any]]:
        """Of the account: id, label, since when."""
        return self._told.browsers.of_account(self.actor.account)

    async def remove_browser(self, which: str) -> None:
        """Raises NotFound."""
        self._by_browser()
        if not await self._told.browsers.remove(which, self.actor.account):
            raise NotFound("there is no such browser of yours")
        await self._note("notify.browser", detail="removed")

    async def forget_endpoint(self, endpoint: str) -> None:
        """The browser itself says no more; one that was not known is nothing to complain about."""
        self._by_browser()
        if await self._told.browsers.remove(ident(endpoint), self.actor.account):
            await self._note("notify.browser", detail="removed")

    # -- the household

    def carers(self, person: str) -> tuple[str, ...]:
        """In which order a notice about somebody goes on; for who may see all of them."""
        self._require(Verb.VIEW, person)
        return self._told.wishes.house.carers.get(person, ())

    async def set_carers(self, person: str, carers: Sequence[str]) -> None:
        """Raises NotFound, Forbidden."""
        self._manage()
        self._require(Verb.VIEW, person)
        self._fresh()
        if person not in self._rooms.people.all:
            raise NotFound(f"there is no person {person!r}")
        keys: list[str] = []
        for one in carers:
            keys += self._told.recipients.find(SYSTEM, one)
        await self._told.wishes.set_carers(person, tuple(dict.fromkeys(keys)))
        await self._note("notify.carers", person=person)

    @property
    def outside_address(self) -> str:
        """Where the hub is reached from outside; empty: nowhere."""
        return self._told.wishes.house.base

    async def set_outside_address(self, base: str) -> None:
        """Raises BadReading, Forbidden."""
        self._manage()
        self._fresh()
        await self._told.wishes.set_base(base)
        await self._note("notify.address")

    @property
    def channel_kinds(self) -> list[str]:
        """Domains of the integrations that are channels."""
        return sorted(self._told.channels.notifiers)

    def carer_choices(self) -> dict[str, str]:
        """Key -> name of everybody who can be put in line; for who manages the household."""
        self._manage()
        return {one: self._told.recipients.name(one) for one in self._told.recipients.all()
                if self._told.recipients.accounts(one) and self._looks_after(one)}  # fmt: skip

    # -- inside

    @property
    def _told(self) -> Notify:
        return self._rooms.notify

    @property
    def _told_as(self) -> str:
        return self._told.recipients.of_account(self.actor.account)

    def _of(self, key: str, *, change: bool = False) -> None:
        """One's own, or who manages the household; a token that may only look changes nothing."""
        known = key == HOUSEHOLD or key in self._told.recipients.all()
        if not known or not (key == self._told_as or (self.manages and self._looks_after(key))):
            raise NotFound(f"there is nobody {key!r} here whose notices you may look after")
        if change and self.actor.token is not None and not self.manages:
            raise Forbidden("a token may not change how you are told; sign in on the page")

    def _looks_after(self, key: str) -> bool:
        """Whether who manages the household knows of them: a token may be for some people alone."""
        return key.startswith("@") or self.scope().touches(key)

    def _answerable(self, which: str) -> Notice:
        notice = self.notice(which)
        self._may_answer()
        return notice

    def _may_answer(self) -> None:
        if self.actor.token is not None and not self.scope(Verb.ACT).rules:
            raise NotAllowed("this token may only look", Verb.ACT.value, HOUSEHOLD, "")

    def _by_browser(self) -> None:
        if self.actor.session is None:
            raise Forbidden("only a browser that is signed in can be told this way; sign in on the page")
