"""What comes back: the first who deals with a notice does, and its sender is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from hub.access import Access
from hub.bus import Bus
from hub.clock import Clock
from hub.errors import BadReading
from hub.model import CONFIRM, HOUSEHOLD, Actor, Happened, Notice, NoticeState, Verb
from hub.notify.channels import APP
from hub.notify.post import Post
from hub.notify.recipients import Recipients
from hub.notify.shelf import Shelf

_DEALT = (NoticeState.ANSWERED, NoticeState.CONFIRMED)
Keep = Callable[[Notice, Notice | None], Awaitable[None]]


class Answers:
    def __init__(
        self, clock: Clock, bus: Bus, access: Access, shelf: Shelf, recipients: Recipients, post: Post, keep: Keep
    ) -> None:
        self._clock, self._bus, self._access, self._shelf = clock, bus, access, shelf
        self._recipients, self._post, self._keep = recipients, post, keep

    async def settle(
        self, notice: Notice, action: str, reply: str, by: str, state: NoticeState, channel: str = APP
    ) -> bool:
        """The first who deals with a notice does; False where there was nothing left to do."""
        if action:
            button = next((one for one in notice.buttons if one.action == action), None)
            if button is None or not notice.open:
                return False
            state = NoticeState.CONFIRMED if action == CONFIRM else NoticeState.ANSWERED
        elif not notice.open or state in (notice.state, NoticeState.WAITING, NoticeState.FAILED):
            return False
        elif state is NoticeState.CONFIRMED:
            action = CONFIRM
        swept = state is NoticeState.CLEARED
        if swept and notice.stays:
            # It is gone from a screen; somebody has to take it up all the same.
            state = NoticeState.SEEN
        ways = dict(notice.ways)
        if channel in ways and state in (NoticeState.DELIVERED, NoticeState.SEEN):
            ways[channel] = replace(ways[channel], state=state, at=self._clock.now())
        done = state in _DEALT or state is NoticeState.CLEARED
        new = replace(
            notice, ways=ways, state=state, changed=self._clock.now(), action=action, reply=reply[:4_000],
            dealt_by=by if done else "", held=None if done else notice.held,
            escalation=None if state in _DEALT else notice.escalation,
        )  # fmt: skip
        await self._keep(new, notice)
        if state in _DEALT:
            self.said("mobile_app_notification_action", new, by=by)
            await self._settle_others(new, by)
        elif swept:
            self.said("mobile_app_notification_cleared", new, by=by)
            if notice.data.get("persistent_notification"):
                self.noted("removed", new)
        if done:
            await self._post.take_back(new)
        self._post.wake()
        return True

    async def _settle_others(self, notice: Notice, by: str) -> None:
        """One of those who were told took it over: the others need not any more."""
        batch = self._shelf.batch(notice.batch)
        shared = notice.data.get("confirm") or notice.data.get("escalate")
        for one in batch if shared else ():
            if one.id != notice.id and one.open:
                new = replace(
                    one, state=notice.state, dealt_by=by, escalation=None, held=None, changed=self._clock.now()
                )
                await self._keep(new, one)
                await self._post.take_back(new)

    async def clear_tag(self, actor: Actor, keys: Iterable[str], tag: str) -> list[Notice]:
        """The sender takes back its own of this tag. Raises BadReading without one."""
        if not tag:
            raise BadReading("clear_notification: say which in data.tag")
        found = [one for key in keys if (one := self._shelf.tagged(key, actor.account, tag)) is not None]
        return [await self.withdraw(one) for one in found]

    async def withdraw(self, notice: Notice) -> Notice:
        """Its sender does not need it read any more; nobody is told."""
        new = replace(
            notice, state=NoticeState.CLEARED, changed=self._clock.now(), held=None, escalation=None, dealt_by=notice.by
        )
        await self._keep(new, notice)
        await self._post.take_back(new)
        return new

    def noted(self, update: str, notice: Notice) -> None:
        """A `persistent_notification` was added, updated or removed."""
        name = notice.tag.removeprefix("persistent:") or notice.id
        data = {"update_type": update, "notification_id": name, "title": notice.title, "message": notice.message,
                "created_at": notice.at.isoformat()}  # fmt: skip
        person = self._recipients.of_account(notice.by)
        whose = person if person and not person.startswith("@") else HOUSEHOLD
        self._bus.publish(Happened(self._clock.now(), "persistent_notification", data, whose))

    def said(self, event_type: str, notice: Notice, *, by: str = "") -> None:
        data: dict[str, Any] = {
            "notice_id": notice.id,
            "tag": notice.tag,
            "title": notice.title,
            "message": notice.message,
            "person": by or notice.to,
        }
        if event_type.endswith("_action"):
            data["action"] = notice.action
            if notice.reply:
                data["reply_text"] = notice.reply
        if notice.data.get("action_data") is not None:
            data["action_data"] = notice.data["action_data"]
        self._bus.publish(Happened(self._clock.now(), event_type, data, self._hearer(notice)))

    def _hearer(self, notice: Notice) -> str:
        """Whose event it is: the sender's, whose automations wait for it."""
        sender = self._recipients.of_account(notice.by)
        if sender and not sender.startswith("@"):
            return sender
        actor = Actor(notice.by)
        return notice.about if sender and self._access.allowed(actor, Verb.VIEW, notice.about) else HOUSEHOLD
