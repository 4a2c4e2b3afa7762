"""What a plugin declares: hookspecs, integrations, and the context they are given."""

from hub.plugin.context import Context, WebhookRequest, WebhookResponse
from hub.plugin.hooks import HookSpecs, hookimpl, hookspec
from hub.plugin.integration import EntryAction, Integration
from hub.plugin.notifier import ChannelOptions, Delivery, Notifier, Outbound
from hub.plugin.registrations import ActionSpec, CliCommand, Console, DemoSetup, Frame, Page, Route, RouteAuth

__all__ = [
    "ActionSpec",
    "ChannelOptions",
    "CliCommand",
    "Console",
    "Context",
    "Delivery",
    "DemoSetup",
    "EntryAction",
    "Frame",
    "HookSpecs",
    "Integration",
    "Notifier",
    "Outbound",
    "Page",
    "Route",
    "RouteAuth",
    "WebhookRequest",
    "WebhookResponse",
    "hookimpl",
    "hookspec",
]
