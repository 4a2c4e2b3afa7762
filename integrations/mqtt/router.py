"""Which readers a topic has, and which filters a broker has to be asked for."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")
_REMEMBERED = 20_000


class _Node(Generic[T]):
    __slots__ = ("below", "values")

    def __init__(self) -> None:
        self.below: dict[str, _Node[T]] = {}
        self.values: list[T] = []


class Router(Generic[T]):
    """A tree of topic filters; looking a topic up a second time costs one dictionary access."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._filters: dict[str, tuple[int, int]] = {}
        self._found: OrderedDict[str, tuple[T, ...]] = OrderedDict()

    def add(self, pattern: str, value: T, qos: int = 0) -> None:
        node = self._root
        for level in pattern.split("/"):
            node = node.below.setdefault(level, _Node())
        node.values.append(value)
        count, highest = self._filters.get(pattern, (0, 0))
        self._filters[pattern] = (count + 1, max(highest, qos))
        self._found.clear()

    def remove(self, pattern: str, value: T) -> None:
        path = [self._root]
        levels = pattern.split("/")
        for level in levels:
            path.append(path[-1].below[level])
        path[-1].values.remove(value)
        for node, level in zip(reversed(path[:-1]), reversed(levels), strict=True):
            child = node.below[level]
            if child.values or child.below:
                break
            del node.below[level]
        count, qos = self._filters[pattern]
        if count == 1:
            del self._filters[pattern]
        else:
            self._filters[pattern] = (count - 1, qos)
        self._found.clear()

    def __getitem__(self, topic: str) -> tuple[T, ...]:
        found = self._found.get(topic)
        if found is None:
            found = tuple(self._match(topic))
            if len(self._found) >= _REMEMBERED:
                self._found.popitem(last=False)
            self._found[topic] = found
        return found

    def wanted(self) -> dict[str, int]:
        """The fewest filters that bring every topic, each with its quality of service."""
        return {pattern: qos for pattern, (_, qos) in self._filters.items() if not self._covered(pattern)}

    def _match(self, topic: str) -> list[T]:
        levels = topic.split("/")
        nodes = [self._root]
        found: list[T] = []
        for index, level in enumerate(levels):
            wild = not (index == 0 and level.startswith("$"))
            following = []
            for node in nodes:
                if wild and "#" in node.below:
                    found += node.below["#"].values
                if level in node.below and level not in ("+", "#"):
                    following.append(node.below[level])
                if wild and "+" in node.below:
                    following.append(node.below["+"])
            nodes = following
        for node in nodes:
            found += node.values
            if "#" in node.below:
                found += node.below["#"].values
        return found

    def _covered(self, pattern: str) -> bool:
        """Whether another filter brings all that this one would."""
        levels = pattern.split("/")
        nodes = [(self._root, True)]
        for index, level in enumerate(levels):
            wild = not (index == 0 and level.startswith("$"))
            following = []
            for node, same in nodes:
                if wild and "#" in node.below and not (same and level == "#"):
                    return True
                if level in node.below:
                    following.append((node.below[level], same))
                if wild and level not in ("+", "#") and "+" in node.below:
                    following.append((node.below["+"], False))
            nodes = following
        return any((not same and node.values) or ("#" in node.below and levels[-1] != "#") for node, same in nodes)
