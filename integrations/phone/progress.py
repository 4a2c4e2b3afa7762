"""Reading a body piece by piece, while the entry's page shows how far it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from hub.api import Context, WebhookRequest
from integrations.phone.stream import Piece, Walker

EVERY = 1 << 20
"""Bytes between two notes of progress; smaller bodies show none."""


class Progress:
    def __init__(self, ctx: Context, request: WebhookRequest) -> None:
        self._ctx, self._request = ctx, request
        self._next = EVERY

    async def pieces(self, walker: Walker) -> AsyncIterator[Iterable[Piece]]:
        """The pieces of each chunk, and of the end. Raises BadReading for broken JSON."""
        try:
            async for chunk in self._request.body:
                yield walker.feed(chunk)
                await self._note(walker.taken)
                # A fast sender leaves nobody else a turn otherwise.
                await self._ctx.clock.sleep(0)
            yield walker.close()
        finally:
            if self._next > EVERY:
                await self._ctx.progress(None)

    async def _note(self, taken: int) -> None:
        if taken < self._next:
            return
        self._next = taken + EVERY
        length = self._request.content_length
        fraction = min(0.99, taken / length) if length else 0.0
        of = f" of {length / 1e6:.0f}" if length else ""
        await self._ctx.progress(fraction, f"Receiving from the phone: {taken / 1e6:.0f}{of} MB")
