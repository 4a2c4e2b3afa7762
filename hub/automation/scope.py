"""Variables of a run, block within block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any


class Scope(MutableMapping[str, Any]):
    """Variables of a block over those around it; what is set is set where it was first said, else here."""

    def __init__(self, values: Mapping[str, Any], outer: Scope | None = None) -> None:
        self._own, self._outer = dict(values), outer

    def inner(self, **values: Any) -> Scope:
        return Scope(values, self)

    def __getitem__(self, name: str) -> Any:
        here: Scope | None = self
        while here is not None:
            if name in here._own:
                return here._own[name]
            here = here._outer
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        here: Scope | None = self
        while here is not None:
            if name in here._own:
                here._own[name] = value
                return
            here = here._outer
        self._own[name] = value

    def __delitem__(self, name: str) -> None:
        del self._own[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat())

    def __len__(self) -> int:
        return len(self._flat())

    def _flat(self) -> dict[str, Any]:
        return {**(self._outer._flat() if self._outer is not None else {}), **self._own}
