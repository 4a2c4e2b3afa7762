"""The metrics and journal kinds that plugins registered."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from hub.errors import PluginError
from hub.model import JournalKind, Kind, Metric


class Vocabulary:
    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}
        self._kinds: dict[str, JournalKind] = {}

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return self._metrics

    @property
    def journal_kinds(self) -> Mapping[str, JournalKind]:
        return self._kinds

    def add_metric(self, metric: Metric) -> None:
        """Raises PluginError for a doubled key or limits that contradict each other."""
        if metric.key in self._metrics:
            raise PluginError(f"metric {metric.key!r} is registered twice")
        for name, (low, high) in (("hard", metric.hard), ("plausible", metric.plausible)):
            if low is not None and high is not None and low > high:
                raise PluginError(f"metric {metric.key!r}: the {name} limits are the wrong way round")
        if metric.kind is Kind.ENUM and not metric.options:
            raise PluginError(f"metric {metric.key!r} is an enum and has no options")
        self._metrics[metric.key] = metric

    def add_journal_kind(self, kind: JournalKind) -> None:
        if kind.key in self._kinds:
            raise PluginError(f"journal kind {kind.key!r} is registered twice")
        self._kinds[kind.key] = kind

    def unknown_metric(self, key: str) -> str:
        """The reason to give for a key that nobody registered, with the one that was probably meant."""
        near = difflib.get_close_matches(key, self._metrics, n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]!r}?" if near else "; GET /hub/v1/metrics lists those that exist"
        return f"unknown metric {key!r}{hint}"
