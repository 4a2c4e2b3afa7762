"""Every hook a plugin may implement. Hooks are synchronous and called once, at start."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from hub.model import JournalKind, Metric
from hub.plugin.integration import Integration
from hub.plugin.notifier import Notifier
from hub.plugin.registrations import ActionSpec, CliCommand, Route

PROJECT = "homeostat"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class HookSpecs:
    """What exists in a hub comes from here; each `register` checks at once and names the plugin in its error."""

    @hookspec
    def register_metrics(self, register: Callable[[Metric], None]) -> None:
        """Add metrics to the vocabulary."""

    @hookspec
    def register_journal_kinds(self, register: Callable[[JournalKind], None]) -> None:
        """Add kinds of journal entries."""

    @hookspec
    def register_integrations(self, register: Callable[[Integration], None]) -> None:
        """Add what can be configured as a config entry."""

    @hookspec
    def register_notifiers(self, register: Callable[[Notifier], None]) -> None:
        """Add channels that take notices to people."""

    @hookspec
    def register_actions(self, register: Callable[[ActionSpec], None]) -> None:
        """Add actions that pages, REST, MQTT and automations can call."""

    @hookspec
    def register_routes(self, register: Callable[[Route], None]) -> None:
        """Add HTTP routes that receive a view of what the caller may see."""

    @hookspec
    def register_commands(self, register: Callable[[CliCommand], None]) -> None:
        """Add `homeostat <command>` subcommands."""
