"""The vocabulary: what can be measured, and what kinds of things happen."""

from __future__ import annotations

from collections.abc import Callable

from hub.api import CliCommand, JournalKind, Metric, hookimpl
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


@hookimpl
def register_commands(register: Callable[[CliCommand], None]) -> None:
    """`homeostat metrics`."""

    def build() -> object:
        from integrations.vocabulary.command import metrics

        return metrics

    register(CliCommand("metrics", "List what can be measured, with units.", build))
