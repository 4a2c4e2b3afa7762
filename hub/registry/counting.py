"""Make an entity that a device announced a source of a metric, its history along with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from hub.errors import Conflict, NotFound
from hub.model import Entity, Metric, Value
from hub.registry.entities import Entities
from hub.registry.likeness import countable, fits
from hub.registry.vocabulary import Vocabulary
from hub.units import converter, label

_AT_ONCE = 5_000
_NOTE = "counting"
"""Setting: entity id -> [series left behind, factor, offset] of history that is still on its way."""
_UNITS = "announced_units"
"""Setting: entity id -> the unit its device announced."""
_EVER = (-(1 << 62), 1 << 62)


class Kept(Protocol):
    @property
    def taken_us(self) -> int: ...
    @property
    def received_us(self) -> int: ...
    @property
    def value(self) -> Value: ...
    @property
    def flags(self) -> int: ...


class CountingStore(Protocol):
    async def allocate_series(self, n: int) -> list[int]: ...
    async def readings(
        self, series: Sequence[int], start_us: int, end_us: int, *, limit: int = ...
    ) -> Sequence[Any]: ...
    async def write(self, rows: Sequence[tuple[int, int, float | None, str | None, int, int]]) -> Any: ...
    async def erase_series(self, series: Sequence[int]) -> None: ...
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


class Counting:
    """`moved` is awaited with each entity whose history has a new unit."""

    def __init__(
        self,
        entities: Entities,
        vocabulary: Vocabulary,
        store: CountingStore,
        moved: Callable[[Entity], Awaitable[None]],
    ) -> None:
        self._entities, self._vocabulary, self._store, self._moved = entities, vocabulary, store, moved

    async def count_as(self, entity_id: str, key: str) -> Entity:
        """Let an entity count as a metric; "" takes that back. Raises NotFound, Conflict."""
        entity = self._entities.get(entity_id)
        if entity.metric == key:
            return entity
        if not entity.device or not countable(entity):
            raise Conflict(f"{entity.name} can't count as a metric: only sensors of devices that give numbers can")
        if not key:
            units = await self._store.get_setting(_UNITS) or {}
            return await self._change(entity, None, str(units.get(entity_id, entity.unit)))
        metric = self._vocabulary.metrics.get(key)
        if metric is None:
            raise NotFound(self._vocabulary.unknown_metric(key))
        if not fits(entity, metric):
            unit = label(entity.unit) or "no unit"
            raise Conflict(
                f"{entity.name} is in {unit}, which can't be told in {label(metric.unit) or 'a bare number'}"
            )
        return await self._change(entity, metric, metric.unit)

    async def resume(self) -> None:
        """Finish what a stop of the hub has interrupted."""
        for entity_id, (old, factor, offset) in dict(await self._store.get_setting(_NOTE) or {}).items():
            try:
                entity = self._entities.get(entity_id)
            except NotFound:
                await self._note(_NOTE, entity_id, None)
                continue
            await self._bring(entity, old, (factor, offset))

    async def _change(self, entity: Entity, metric: Metric | None, unit: str) -> Entity:
        kind = metric.kind if metric is not None else entity.kind
        changed = replace(entity, metric=metric.key if metric is not None else "", unit=unit, kind=kind)
        scale = converter(entity.unit, unit, metric.key if metric is not None else entity.metric)
        if entity.unit == unit or scale in (None, (1.0, 0.0)):
            await self._entities.change(changed)
            await self._moved(changed)
            return changed
        assert scale is not None
        if not entity.metric:
            await self._note(_UNITS, entity.id, entity.unit)
        # From the change on, new readings go into the new series in the new unit; the old ones follow.
        changed = replace(changed, series=(await self._store.allocate_series(1))[0])
        await self._note(_NOTE, entity.id, [entity.series, *scale])
        await self._entities.change(changed)
        await self._bring(changed, entity.series, scale)
        return changed

    async def _bring(self, entity: Entity, old: int, scale: tuple[float, float]) -> None:
        """Idempotent; a note says that it is to be done until all is done."""
        if entity.series != old:
            start = _EVER[0]
            while True:
                page: Sequence[Kept] = await self._store.readings([old], start, _EVER[1], limit=_AT_ONCE)
                await self._store.write(
                    [
                        (entity.series, one.taken_us, _scaled(one.value, scale), None, one.received_us, int(one.flags))
                        for one in page
                        if isinstance(one.value, (int, float))
                    ]
                )
                if len(page) < _AT_ONCE:
                    break
                start = page[-1].taken_us + 1
            await self._store.erase_series([old])
        await self._note(_NOTE, entity.id, None)
        await self._moved(entity)

    async def _note(self, key: str, entity_id: str, value: Any) -> None:
        known = dict(await self._store.get_setting(key) or {})
        known.pop(entity_id, None)
        if value is not None:
            known[entity_id] = value
        await self._store.set_setting(key, known)


def _scaled(value: float, scale: tuple[float, float]) -> float:
    return float(f"{value * scale[0] + scale[1]:.14g}")
