"""Selector -> its field; the few that are not here are written as YAML."""

from __future__ import annotations

from collections.abc import Mapping

from web.selectors import grouped, moments, options, picked, plain, written
from web.selectors.spot import Kind

KINDS: Mapping[str, Kind] = {
    **plain.KINDS, **moments.KINDS, **options.KINDS, **picked.KINDS, **grouped.KINDS, **written.KINDS,
}  # fmt: skip
