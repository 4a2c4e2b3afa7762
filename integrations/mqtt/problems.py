"""What the owner should see, said once, and taken back when it is over."""

from __future__ import annotations

from collections.abc import Sequence

from hub.api import Context
from integrations.mqtt.live import Live

MOST = 50
"""Problems of one kind that are shown one by one."""
ODD_EVERY = 10.0


class Problems:
    """Values stay out of the log: it gets names, the owner's page gets the reasons too."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._shown: dict[str, str] = {}
        self._waiting: dict[str, tuple[str, str]] = {}
        self.odd: dict[str, str] = {}
        """Entities with messages that cannot be understood, and why."""
        self._odd_shown = 0
        self._odd_at = -ODD_EVERY

    async def show(self, key: str, message: str, remedy: str = "") -> None:
        if self._shown.get(key) == message:
            return
        if key not in self._shown and len(self._shown) >= MOST:
            return
        self._shown[key] = message
        await self._ctx.problem(key, message, remedy)

    async def clear(self, key: str) -> None:
        if self._shown.pop(key, None) is not None:
            await self._ctx.problem(key, "")

    def complain(self, live: Live, reason: str) -> None:
        """A message of an entity's topic that cannot be understood."""
        name = str(live.thing.description.attributes.get("friendly_name", live.thing.key))
        if live.thing.key not in self.odd and len(self.odd) < 1_000:
            self._ctx.log.warning("a message for %s cannot be understood", name)
            self.odd[live.thing.key] = f"{name}: {reason}"

    def fine(self, live: Live) -> None:
        """A message of that entity was understood."""
        self.odd.pop(live.thing.key, None)

    async def _show_odd(self) -> None:
        """All of them as one problem, told anew at most every ten seconds."""
        now = self._ctx.clock.monotonic()
        if len(self.odd) == self._odd_shown or now - self._odd_at < ODD_EVERY:
            return
        self._odd_shown, self._odd_at = len(self.odd), now
        if not self.odd:
            await self.clear("messages")
            return
        some = "; ".join(list(self.odd.values())[:5])
        more = f"; and {len(self.odd) - 5} more" if len(self.odd) > 5 else ""
        await self.show(
            "messages",
            f"Messages that cannot be understood, for {some}{more}",
            "The states stay as they were. Look at what the devices publish, or at their discovery settings.",
        )

    def discovery(self, topic: str, refused: Sequence[tuple[str, str]]) -> None:
        """What a discovery message announces and cannot be used; nothing when all of it can."""
        key = f"discovery:{topic}"
        if not refused:
            if key in self._shown or key in self._waiting:
                self._waiting[key] = ("", "")
            return
        where, reason = refused[0]
        more = f" (and {len(refused) - 1} more of the same message)" if len(refused) > 1 else ""
        message = f"A device announces something unusable at {where}: {reason}{more}"
        if self._shown.get(key) == message:
            return
        self._ctx.log.warning("not used: %s: %s", where, reason)
        if len(self._shown) + len(self._waiting) < MOST or key in self._shown:
            self._waiting[key] = (message, "Mend it in the device's settings, or remove the message from the broker.")

    async def flush(self) -> None:
        """Show what has gathered."""
        await self._show_odd()
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        for key, (message, remedy) in waiting.items():
            if message:
                await self.show(key, message, remedy)
            else:
                await self.clear(key)
