"""What a plugin declares: hookspecs, integrations, and the context they are given."""

from hub.plugin.context import Context, WebhookRequest, WebhookResponse
from hub.plugin.hooks import HookSpecs, hookimpl, hookspec
from hub.plugin.integration import Integration
from hub.plugin.registrations import ActionSpec, Card, CliCommand, Notifier, Page, Route, RouteAuth

__all__ = [
    "ActionSpec",
    "Card",
    "CliCommand",
    "Context",
    "HookSpecs",
    "Integration",
    "Notifier",
    "Page",
    "Route",
    "RouteAuth",
    "WebhookRequest",
    "WebhookResponse",
    "hookimpl",
    "hookspec",
]
