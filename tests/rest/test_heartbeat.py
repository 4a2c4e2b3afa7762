"""Signs of life follow the hub's clock."""

from datetime import UTC, datetime
from typing import Any

from hub.clock import VirtualClock
from hub.model import SYSTEM
from web.rest.live.broadcast import Broadcaster
from web.rest.live.listener import Listener


class _Alive:
    actor = SYSTEM

    def live(self) -> bool:
        return True


class _Views:
    def system(self) -> Any:
        return self

    async def subscribe(self, *kinds: type, limit: int, name: str) -> Any:
        return
        yield


async def test_a_sign_of_life_is_due_every_fifteen_seconds_and_a_stuck_client_is_cut_off_after_a_minute() -> None:
    clock = VirtualClock(datetime(2026, 5, 1, tzinfo=UTC))
    broadcaster = Broadcaster(_Views(), clock)  # type: ignore[arg-type] # the two methods it uses
    cut: list[float] = []
    listener = Listener(_Alive(), lambda: cut.append(clock.monotonic()))  # type: ignore[arg-type] # as above
    beats = []
    with broadcaster.listening(listener):
        for second in range(61):
            await clock.advance(1)
            if listener.beat:
                listener.beat = False
                beats.append(second + 1)
        assert beats == [15, 30, 45, 60]
        assert not cut
        listener.writing_since = clock.monotonic()
        await clock.advance(60)
        assert not cut
        await clock.advance(1)
        assert cut
    await broadcaster.close()
