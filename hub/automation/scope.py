"""Variables of a run, block within block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

_NONE: frozenset[str] = frozenset()
_TO_ITSELF = frozenset({"wait"})


class Scope(MutableMapping[str, Any]):
    """Variables of a block over those around it; what is set is set where it was first said, else for the whole run."""

    def __init__(self, values: Mapping[str, Any], outer: Scope | None = None, keeps: frozenset[str] = _NONE) -> None:
        self._own, self._outer, self._keeps = dict(values), outer, keeps

    def inner(self, **values: Any) -> Scope:
        return Scope(values, self)

    def beside(self) -> Scope:
        """Of one of several blocks that run at the same time: each has what it waited for to itself."""
        return Scope({}, self, _TO_ITSELF)

    def __getitem__(self, name: str) -> Any:
        here: Scope | None = self
        while here is not None:
            if name in here._own:
                return here._own[name]
            here = here._outer
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        here = self
        while name not in here._own and name not in here._keeps and here._outer is not None:
            here = here._outer
        here._own[name] = value

    def __delitem__(self, name: str) -> None:
        del self._own[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat())

    def __len__(self) -> int:
        return len(self._flat())

    def _flat(self) -> dict[str, Any]:
        return {**(self._outer._flat() if self._outer is not None else {}), **self._own}
