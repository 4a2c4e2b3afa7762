"""A sender's words made into the notices of each who is told, held where that is wished."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from hub.clock import Clock
from hub.errors import BadReading, NotAllowed
from hub.model import Actor, Escalation, Notice, NoticeState, NoticeWay, Urgency, Verb
from hub.notify import draft as drafts
from hub.notify.bucket import Buckets
from hub.notify.channels import APP, Channels
from hub.notify.draft import Draft
from hub.notify.gather import gathered
from hub.notify.prefs import Wishes
from hub.notify.recipients import EVERYONE, Recipients
from hub.notify.shelf import Shelf, overall

QUIET, RATE = "quiet hours", "too many at once"


class Making:
    def __init__(self, clock: Clock, shelf: Shelf, channels: Channels, recipients: Recipients, wishes: Wishes) -> None:
        self._clock, self._shelf, self._channels = clock, shelf, channels
        self._recipients, self._wishes, self._buckets = recipients, wishes, Buckets()

    def whom(self, actor: Actor, targets: list[str], about: str, subject: str) -> tuple[list[str], list[str]]:
        """(recipients, those of `everyone` who may not be told of it). Raises NotFound, NotAllowed."""
        keys: list[str] = []
        left: list[str] = []
        for target in targets or ["everyone"]:
            everyone = target.strip().lower().removeprefix("notify.") in EVERYONE
            for key in self._recipients.find(actor, target):
                if everyone:
                    fits = self._recipients.may_hear(key, about, subject) and self._reachable(key)
                    (keys if fits else left).append(key)
                else:
                    self._recipients.require(actor, key, about, subject)
                    keys.append(key)
        if not keys:
            raise NotAllowed("there is nobody whom you may notify of this", Verb.VIEW.value, about, subject)
        return list(dict.fromkeys(keys)), left

    def _reachable(self, key: str) -> bool:
        """A baby without a phone is not told that dinner is ready."""
        return bool(self._recipients.accounts(key)) or any(
            one.id != APP and not one.shared for one in self._channels.of(key)
        )

    def made(
        self, actor: Actor, key: str, draft: Draft, data: dict[str, Any], about: str, subject: str, batch: str
    ) -> Notice:
        """One recipient's, in the place of an earlier one with its tag. Raises BadReading."""
        now, tag = self._clock.now(), str(data.get("tag") or "")[:200]
        old = self._shelf.tagged(key, actor.account, tag) if tag else None
        if old is not None and old.about != about:
            old = None
        span = _life(data)
        notice = Notice(
            id=old.id if old is not None else uuid.uuid4().hex[:16],
            at=now,
            to=key,
            title=draft.title.strip(),
            message=draft.message,
            about=about,
            subject=subject,
            by=actor.account,
            batch=batch,
            tag=tag,
            group=str(data.get("group") or "")[:200],
            urgency=drafts.urgency_of(data),
            buttons=drafts.buttons_of({**data, "confirm": data.get("confirm") or bool(data.get("escalate"))}),
            uri=drafts.link(data.get("clickAction") or data.get("url") or data.get("uri")),
            image=drafts.link(data.get("image")),
            data=data,
            persistent=drafts.true(data.get("persistent")),
            sticky=drafts.true(data.get("sticky")),
            until=now + timedelta(seconds=span) if span else None,
            changed=now,
            version=old.version + 1 if old is not None else 1,
        )
        before = {name: one.handle for name, one in old.ways.items()} if old is not None else {}
        notice = replace(
            notice,
            ways={
                name: NoticeWay(NoticeState.SENT, at=now) if name == APP else NoticeWay(handle=before.get(name))
                for name in self._channels.used(notice)
            },
            escalation=self.line(data, about, key),
        )
        return self.timed(notice, now)

    def line(self, data: Mapping[str, Any], about: str, first: str) -> Escalation | None:
        given = data.get("escalate")
        if not given:
            return None
        try:
            said = drafts.Repeated.model_validate(given if isinstance(given, Mapping) else {})
        except ValidationError as error:
            raise BadReading(f"data.escalate: {error.errors()[0]['msg']}") from None
        after = drafts.seconds(said.after, "data.escalate.after")
        if after < 10:
            raise BadReading("data.escalate.after: at least ten seconds")
        order = said.to or list(self._wishes.house.carers.get(about, ()))
        repeat = 1_000 if said.repeat is True else int(said.repeat)
        line = tuple(one for one in order if one != first) or (first,)
        return Escalation(after, line, repeat, 0, self._clock.now() + timedelta(seconds=after))

    def timed(self, notice: Notice, now: datetime) -> Notice:
        """Held by quiet hours or the rate limit, or let go now."""
        prefs, critical = self._wishes.of(notice.to), notice.urgency is Urgency.CRITICAL
        if (quiet := self._is_quiet(notice, now)) is not None:
            return replace(notice, held=quiet, why=QUIET, state=NoticeState.WAITING)
        if set(notice.ways) - {APP} and not self._buckets.take(notice.to, critical, prefs, now):
            when = self._buckets.next(notice.to, critical, prefs, now)
            return replace(notice, held=when, why=RATE, state=NoticeState.WAITING)
        # What was held for long is as good as new when it is let go.
        ways = {
            name: replace(one, next=now) if one.state is NoticeState.WAITING and notice.at < now else one
            for name, one in notice.ways.items()
        }
        let = replace(notice, held=None, why="", ways=ways)
        state = overall(let)
        why = "there is no channel by which they could be told" if state is NoticeState.FAILED and not let.ways else ""
        return replace(let, state=state, why=why)

    def copy(self, notice: Notice, key: str) -> Notice:
        """The same for the next in line."""
        now = self._clock.now()
        new = replace(
            notice,
            id=uuid.uuid4().hex[:16],
            to=key,
            at=now,
            changed=now,
            escalation=None,
            version=1,
            until=None,
            state=NoticeState.WAITING,
        )
        ways = {
            name: NoticeWay(NoticeState.SENT, at=now) if name == APP else NoticeWay()
            for name in self._channels.used(new)
        }
        return self.timed(replace(new, ways=ways), now)

    def release(self, now: datetime) -> list[Notice]:
        """What was held until now, changed: let go as far as may be, with one notice for all the rest."""
        held: dict[tuple[str, str, str], list[Notice]] = {}
        due = {one.to for one in self._shelf.all.values() if one.open and one.held is not None and one.held <= now}
        for one in self._shelf.all.values():
            if one.to in due and one.open and one.held is not None and (one.held <= now or one.why == RATE):
                held.setdefault((one.to, one.about, one.subject), []).append(one)
        changed: list[Notice] = []
        for waiting in held.values():
            changed += self._let_go(waiting, now)
        return changed

    def _let_go(self, waiting: list[Notice], now: datetime) -> list[Notice]:
        first = waiting[0]
        still, free = list[Notice](), list[Notice]()
        for one in waiting:
            (still if self._is_quiet(one, now) is not None else free).append(one)
        changed = [replace(one, held=self._is_quiet(one, now), why=QUIET) for one in still]
        if first.why == QUIET:
            # In the morning the first few come one by one.
            some = self._wishes.of(first.to).burst
            changed += [self.timed(one, now) for one in free[:some]]
            free = free[some:]
        if len(free) == 1:
            return [*changed, self.timed(free[0], now)]
        return [*changed, *gathered(free, now, self._channels.used(free[0]))] if free else changed

    def _is_quiet(self, notice: Notice, now: datetime) -> datetime | None:
        """Until when a notice has to wait for somebody's quiet hours."""
        quiet = self._wishes.of(notice.to).quiet
        if notice.urgency is Urgency.CRITICAL and quiet.critical_passes:
            return None
        return quiet.until(now, self._recipients.zone(notice.to))


def _life(data: Mapping[str, Any]) -> float:
    """Seconds after which it is not worth telling any more; 0: always."""
    name = "timeout" if data.get("timeout") is not None else "ttl"
    given = data.get(name)
    return drafts.seconds(given, f"data.{name}") if given not in (None, 0, "0") else 0.0
