"""The room: takes what is to be told, and hears what comes back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.access import Access, Trail
from hub.bus import Bus
from hub.clock import Clock
from hub.errors import Conflict, NotAllowed, NotFound
from hub.model import (
    HOUSEHOLD,
    Account,
    Actor,
    ConfigEntry,
    Notice,
    NoticeAnswer,
    NoticesChanged,
    NoticeState,
    NoticeWay,
    Verb,
)
from hub.notify import draft as drafts
from hub.notify.answers import Answers
from hub.notify.browsers import Browsers
from hub.notify.channels import APP, Channels, Running, Sealing
from hub.notify.draft import Draft
from hub.notify.making import Making
from hub.notify.post import Post
from hub.notify.prefs import Wishes
from hub.notify.recipients import Recipients
from hub.notify.shelf import Documents, Shelf, overall
from hub.plugin import Notifier
from hub.registry import People


class Store(Documents, Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a sending: one notice for each who was told."""

    notices: tuple[Notice, ...]
    left_out: tuple[str, ...] = ()
    """Recipients of `everyone` who may not be told of this."""


class Notify:
    def __init__(
        self,
        *,
        store: Store,
        vault: Sealing,
        clock: Clock,
        bus: Bus,
        people: People,
        access: Access,
        accounts: Callable[[], Iterable[Account]],
        trail: Trail,
        running: Running,
        notifiers: Mapping[str, Notifier],
        withheld: Callable[[str, str], bool],
    ) -> None:
        """`withheld`: (entry, person) -> True where that person's data may not leave through it."""
        self._clock, self._bus, self._people, self._access, self._trail = clock, bus, people, access, trail
        self.wishes = Wishes(store)
        self.recipients = Recipients(people, access, accounts, lambda: self.wishes.house.carers)
        self.browsers = Browsers(store, vault, self.recipients.of_account)
        self.channels = Channels(notifiers, running, self.wishes, self.browsers, vault, store, withheld)
        self.shelf = Shelf(store)
        self._making = Making(clock, self.shelf, self.channels, self.recipients, self.wishes)
        self.post = Post(
            clock, self.shelf, self.channels, released=self._release, escalate=self._escalate, changed=self._keep
        )
        self.answers = Answers(clock, bus, access, self.shelf, self.recipients, self.post, self._keep)
        self.besides: list[Callable[[], Coroutine[Any, Any, None]]] = []
        """What else goes on while the room is open."""
        self._tasks: list[asyncio.Task[None]] = []

    # -- life

    async def load(self) -> None:
        await self.wishes.load()
        await self.browsers.load()
        await self.channels.load()
        await self.shelf.load(self._people.all)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(one(), name="notify") for one in (self.post.run, *self.besides)]

    async def stop(self) -> None:
        """Safe to call twice."""
        tasks, self._tasks = self._tasks, []
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.post.stop()

    async def forget_person(self, person: str) -> None:
        await self.shelf.forget(person)
        await self.wishes.forget(person)

    async def forget_account(self, account: str) -> None:
        await self.browsers.forget(account)
        await self.wishes.forget(f"@{account}")

    @property
    def is_open(self) -> bool:
        return bool(self._tasks)

    # -- telling

    async def send(self, actor: Actor, draft: Draft, *, only_app: bool = False) -> Told:
        """Returns once it is kept. Raises NotFound, NotAllowed, BadReading; of several named, all or nobody is told."""
        data = drafts.kept(draft.data)
        about, subject = str(data.get("person") or data.get("about") or HOUSEHOLD), str(data.get("metric") or "")
        if about != HOUSEHOLD and not (
            self._people.known(about) and self._access.allowed(actor, Verb.VIEW, about, subject or None)
        ):
            raise NotFound(f"data.person: there is no person {about!r} of whom you may see that")
        keys, left = self._making.whom(actor, draft.target, about, subject)
        if draft.message == drafts.CLEAR:
            return Told(tuple(await self.answers.clear_tag(actor, keys, str(data.get("tag") or ""))))
        if draft.is_command:
            return Told(())
        if only_app:
            data["only_app"] = True
        else:
            data.pop("only_app", None)
        batch = uuid.uuid4().hex[:16]
        made = [self._making.made(actor, key, draft, data, about, subject, batch) for key in keys]
        for one in made:
            detail = f"to {one.to}" + (f" about {about}" if about != HOUSEHOLD else "")
            await self._trail.note(actor, "notify.send", person=one.to.removeprefix("@"), detail=detail)
        await self._keep_new(made)
        return Told(tuple(made), tuple(left))

    async def test(self, actor: Actor, key: str, channel: str) -> Notice:
        """One test message over one channel, at once and whatever the hour. Raises NotFound, Conflict."""
        found = next((one for one in self.channels.of(key) if one.id == channel), None)
        if found is None:
            raise NotFound(f"{self.recipients.name(key)} has no channel {channel!r}")
        if found.problem:
            raise Conflict(f"{found.name} can't be used now: {found.problem}")
        now = self._clock.now()
        notice = Notice(
            id=uuid.uuid4().hex[:16],
            at=now,
            to=key,
            title="A test from Homeostat",
            message="If you can read this, notices reach you here.",
            by=actor.account,
            batch=uuid.uuid4().hex[:16],
            buttons=drafts.buttons_of({"confirm": "It works"}),
            data={"test": True, "confirm": True},
            changed=now,
            ways={channel: NoticeWay(NoticeState.SENT, at=now) if channel == APP else NoticeWay()},
            until=now + timedelta(minutes=10),
        )
        notice = replace(notice, state=overall(notice))
        await self._keep(notice, None)
        return notice

    async def answered(self, entry: ConfigEntry, answer: NoticeAnswer) -> bool:
        """Over a channel. False for a notice that did not go out on it, or a button that it has not."""
        named = self.channels.opened(answer.notice) if "." in answer.notice else answer.notice
        notice = self.shelf.get(named)
        if notice is None or entry.id not in notice.ways:
            return False
        action = answer.action
        if action == "#reply":
            action = next((one.action for one in notice.buttons if one.reply), action)
        elif action.startswith("#") and action[1:].isdigit() and int(action[1:]) < len(notice.buttons):
            action = notice.buttons[int(action[1:])].action
        return await self.answers.settle(notice, action, answer.reply, notice.to, answer.state, entry.id)

    # -- questions

    def quiet(self, person: str | None, at: datetime) -> bool | None:
        """Whether it is a person's quiet time at an instant; None: they said nothing of quiet hours."""
        key = person or HOUSEHOLD
        quiet = self.wishes.of(key).quiet
        return quiet.until(at, self.recipients.zone(key)) is not None if quiet.spans else None

    def notices(self, account: str) -> list[Notice]:
        """What an account is shown, newest first."""
        key = self.recipients.of_account(account)
        if not key:
            return []
        return [
            one
            for one in self.shelf.of((key,))
            if self.recipients.may_hear(key, one.about, one.subject) and not one.data.get("gathered")
        ]

    # -- what the post asks for

    async def _release(self, now: datetime) -> None:
        for one in self._making.release(now):
            await self._keep(one, self.shelf.get(one.id))

    async def _escalate(self, notice: Notice) -> None:
        """Nobody confirmed in time: on to the next in line."""
        line = notice.escalation
        assert line is not None
        now, step = self._clock.now(), line.step
        over = step + 1 >= len(line.to) * (1 + line.repeat)
        following = replace(line, step=step + 1, next=None if over else now + timedelta(seconds=line.after))
        told = replace(notice, escalation=following, changed=now)
        target = line.to[step % len(line.to)]
        actor = Actor(notice.by, kind="automation") if notice.by else Actor("", kind="system")
        try:
            keys = self.recipients.find(actor, target)
            for key in keys:
                self.recipients.require(actor, key, notice.about, notice.subject)
        except (NotFound, NotAllowed) as error:
            await self._keep(told, notice)
            await self._trail.note(actor, "notify.escalate", outcome="refused", detail=f"to {target}: {error}"[:200])
            return
        for key in keys:
            await self._trail.note(actor, "notify.escalate", person=key.removeprefix("@"), detail=f"step {step + 1}")
        # In one commit: whatever ends the hub now, nobody is passed over and nobody told twice.
        await self._keep_new([self._making.copy(notice, key) for key in keys], told)

    async def _keep(self, new: Notice, old: Notice | None) -> None:
        new = self._hurried(new, old)
        await self.shelf.put(new)
        self._published(new)

    async def _keep_new(self, made: list[Notice], *changed: Notice) -> None:
        """All of them or none."""
        made = [self._hurried(one, None) for one in made]
        await self.shelf.put(*made, *changed)
        self._published(*made, *changed)
        for one in made:
            self.answers.said("mobile_app_notification_received", one)

    def _hurried(self, new: Notice, old: Notice | None) -> Notice:
        """Where nobody heard the first one there is no reason to wait for the next."""
        failed = new.state is NoticeState.FAILED and (old is None or old.state is not NoticeState.FAILED)
        line = new.escalation
        if not failed or line is None or line.next is None or line.step > 0:
            return new
        return replace(new, escalation=replace(line, next=self._clock.now()))

    def _published(self, *notices: Notice) -> None:
        for one in notices:
            self._bus.publish(NoticesChanged(self._clock.now(), one.to, one.id))
        self.post.wake()
