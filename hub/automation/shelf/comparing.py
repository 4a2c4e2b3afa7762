"""What a newer text of a blueprint changes."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from hub.automation.blueprint import Blueprint


@dataclass(frozen=True, slots=True)
class Changes:
    """Of the inputs; keys."""

    needed: tuple[str, ...] = ()
    """New, without a default."""
    added: tuple[str, ...] = ()
    """New, with a default."""
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Another default, another selector, or needed now."""

    @property
    def words(self) -> list[str]:
        told = (
            ("new and needed", self.needed),
            ("new", self.added),
            ("gone", self.removed),
            ("changed", self.changed),
        )
        return [f"{_listed(keys)}: {word}" for word, keys in told if keys]


def changes(old: Blueprint | None, new: Blueprint | None) -> Changes:
    if old is None or new is None:
        return Changes()
    fresh = [key for key in new.inputs if key not in old.inputs]
    both = [key for key in new.inputs if key in old.inputs]
    return Changes(
        tuple(key for key in fresh if new.inputs[key].required),
        tuple(key for key in fresh if not new.inputs[key].required),
        tuple(key for key in old.inputs if key not in new.inputs),
        tuple(
            key
            for key in both
            if (old.inputs[key].default, old.inputs[key].selector)
            != (new.inputs[key].default, new.inputs[key].selector)
        ),
    )


def diff(old: str, new: str, name: str) -> list[str]:
    """Unified, without line ends."""
    return list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), f"{name} (here)", f"{name} (there)", lineterm="")
    )


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(keys)
