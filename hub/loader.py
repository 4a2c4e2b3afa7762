"""Finds plugins, asks each for what it has, and keeps one that is broken from breaking the others."""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import importlib.util
import logging
import pkgutil
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from hub.consent import Outgoing, read_outgoing
from hub.errors import ConfigInvalid, PluginError
from hub.plugin import ActionSpec, CliCommand, HookSpecs, Integration, Notifier, Route
from hub.plugin.hooks import PROJECT
from hub.registry import Vocabulary
from hub.supervisor import Catalogue

_log = logging.getLogger("hub.loader")
ENTRY_POINTS = "homeostat.integrations"
HOOKS = (
    "register_metrics",
    "register_journal_kinds",
    "register_integrations",
    "register_notifiers",
    "register_actions",
    "register_routes",
    "register_commands",
)
"""In this order, so that integrations may name metrics of other plugins."""


@dataclass(slots=True)
class Loaded:
    """All that plugins registered, and what went wrong with which."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    catalogue: Catalogue = field(default_factory=Catalogue)
    actions: list[ActionSpec] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    notifiers: dict[str, Notifier] = field(default_factory=dict)
    """By the domain of their integration."""
    commands: dict[str, CliCommand] = field(default_factory=dict)
    outgoing: dict[str, tuple[Outgoing, ...]] = field(default_factory=dict)
    """Domain -> what it sends to whom, as its manifest says."""
    problems: dict[str, str] = field(default_factory=dict)
    """Plugin name -> why it is not (wholly) there."""

    def broken(self, name: str, reason: str) -> None:
        self.problems[name] = reason
        self.catalogue.add_broken(name, name.replace("_", " ").capitalize(), reason)
        _log.error("plugin %s: %s", name, reason)


def load(packages: Iterable[str] = ("integrations",), extra: Iterable[tuple[str, object]] = ()) -> Loaded:
    """Import and ask every plugin of `packages`, of installed distributions, and of `extra` (name, plugin) pairs."""
    loaded = Loaded()
    host = pluggy.PluginManager(PROJECT)
    host.add_hookspecs(HookSpecs)
    plugins: list[tuple[str, object]] = []
    for name, importer in [*_shipped(packages), *_installed()]:
        try:
            plugins.append((name, importer()))
        except Exception as error:  # noqa: BLE001  # an import may raise anything
            loaded.broken(name, f"cannot be imported: {type(error).__name__}: {error}")
    for name, plugin in [*plugins, *extra]:
        _admit(host, loaded, name, plugin)
    for hook in HOOKS:
        for name, plugin in host.list_name_plugin():
            _ask(host, loaded, hook, name, plugin)
    for manifest in _manifests(packages):
        try:
            domain, sent = read_outgoing(manifest)
            loaded.outgoing[domain] = sent
        except (ConfigInvalid, ValueError) as error:
            loaded.broken(manifest.parent.name, str(error))
    return loaded


def _admit(host: pluggy.PluginManager, loaded: Loaded, name: str, plugin: object) -> None:
    """Register one plugin; a hook that nobody specified stops it alone."""
    try:
        host.register(plugin, name)
        host.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        if host.has_plugin(name):
            host.unregister(plugin, name)
        loaded.broken(name, f"{_misspelt(str(error))}; the hooks are {', '.join(HOOKS)}")


def _misspelt(text: str) -> str:
    """pluggy names the module by its path; the owner wants the hook's name."""
    found = re.match(r"unknown hook '(\w+)'", text)
    if found is None:
        return text.splitlines()[0]
    near = difflib.get_close_matches(found[1], HOOKS, n=1)
    meant = f", probably {near[0]} is meant" if near else ""
    return f"there is no hook {found[1]}{meant}"


def _ask(host: pluggy.PluginManager, loaded: Loaded, hook: str, name: str, plugin: object) -> None:
    if name in loaded.problems:
        return
    callers = host.get_hookcallers(plugin) or []
    if hook not in {caller.name for caller in callers}:
        return
    others = [other for _, other in host.list_name_plugin() if other is not plugin]
    try:
        host.subset_hook_caller(hook, others)(register=_registrar(loaded, hook))
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything
        reason = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
        loaded.broken(name, f"{hook} failed: {reason}")


def _registrar(loaded: Loaded, hook: str) -> Callable[[Any], None]:
    def add_command(command: CliCommand) -> None:
        if command.name in loaded.commands:
            raise PluginError(f"the command {command.name!r} is registered twice")
        loaded.commands[command.name] = command

    def add_route(route: Route) -> None:
        if not route.path.startswith("/") or not route.method.isupper():
            raise PluginError(f"route {route.method} {route.path}: a path begins with /, a method is in capitals")
        loaded.routes.append(route)

    def add_integration(integration: Integration) -> None:
        if not isinstance(integration, Integration):
            raise PluginError(f"register wants an Integration, not {type(integration).__name__}")
        loaded.catalogue.add(integration)

    def add_notifier(notifier: Notifier) -> None:
        if not isinstance(notifier, Notifier):
            raise PluginError(f"register wants a Notifier, not {type(notifier).__name__}")
        if notifier.domain not in loaded.catalogue.items:
            raise PluginError(f"the notifier {notifier.domain!r} has no integration of that domain")
        if notifier.domain in loaded.notifiers:
            raise PluginError(f"the notifier {notifier.domain!r} is registered twice")
        loaded.notifiers[notifier.domain] = notifier

    registrars: dict[str, Callable[[Any], None]] = {
        "register_metrics": loaded.vocabulary.add_metric,
        "register_journal_kinds": loaded.vocabulary.add_journal_kind,
        "register_integrations": add_integration,
        "register_notifiers": add_notifier,
        "register_actions": loaded.actions.append,
        "register_routes": add_route,
        "register_commands": add_command,
    }
    return registrars[hook]


def _manifests(packages: Iterable[str]) -> list[Path]:
    specs = [importlib.util.find_spec(package) for package in packages]
    folders = [Path(one) for spec in specs if spec for one in spec.submodule_search_locations or ()]
    return [manifest for folder in folders for manifest in sorted(folder.glob("*/manifest.toml"))]


def _shipped(packages: Iterable[str]) -> list[tuple[str, Callable[[], ModuleType]]]:
    found: list[tuple[str, Callable[[], ModuleType]]] = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        for info in pkgutil.iter_modules(spec.submodule_search_locations if spec is not None else None):
            name = f"{package}.{info.name}"
            found += [(info.name, partial(importlib.import_module, name))] if not info.name.startswith("_") else []
    return found


def _installed() -> list[tuple[str, Callable[[], Any]]]:
    points = importlib.metadata.entry_points(group=ENTRY_POINTS)
    return [(point.name, point.load) for point in points]
