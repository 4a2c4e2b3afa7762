"""What a card says: one sentence first, a few quieter ones after, and chips for what holds now."""

from __future__ import annotations

from dataclasses import dataclass, field

from web.today.card import Chip


@dataclass(slots=True)
class Said:
    """Sentences in the order of how much they matter; the first becomes the headline."""

    sentences: list[str] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        if sentence:
            self.sentences.append(sentence)

    def chip(self, text: str, icon: str, kind: str = "") -> None:
        self.chips.append(Chip(text, icon, kind))
