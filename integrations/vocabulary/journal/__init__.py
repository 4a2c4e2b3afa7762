"""The eleven kinds of journal entries."""

from __future__ import annotations

from integrations.vocabulary.journal import baby, body, feelings, food

KINDS = (*food.KINDS, *body.KINDS, *feelings.KINDS, *baby.KINDS)
"""In the order they are offered."""
