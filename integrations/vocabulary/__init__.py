"""The vocabulary: what can be measured, and what kinds of things happen."""

from __future__ import annotations

from collections.abc import Callable

from hub.api import JournalKind, Metric, hookimpl
from integrations.vocabulary.journal import KINDS
from integrations.vocabulary.metrics import METRICS


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    """Register every metric of the tables."""
    for metric in METRICS:
        register(metric)


@hookimpl
def register_journal_kinds(register: Callable[[JournalKind], None]) -> None:
    """Register the eleven kinds of journal entries."""
    for kind in KINDS:
        register(kind)
