"""Triggers by what happens: events, webhooks, tags, notices, start and stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.schema import triggers as schema
from hub.automation.schema.trigger import Trigger
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.world import Context
from hub.template import TemplateFailed


class EventWatcher(Watcher):
    """An event of a type, with these data in it."""

    trigger: schema.EventTrigger

    def __init__(self, trigger: schema.EventTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._data: Mapping[str, Any] = {}
        self._context: Mapping[str, Any] = {}
        try:
            self.events = frozenset(attaching.renderer.text(one, attaching.variables) for one in trigger.event_type)
            self._data = attaching.renderer.whole(trigger.event_data or {}, attaching.variables)
            self._context = attaching.renderer.whole(trigger.context or {}, attaching.variables)
        except TemplateFailed as error:
            attaching.failed(str(error))

    def happened(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        if not _within(self._data, data) or not _caused(self._context, context):
            return
        event = {"event_type": event_type, "data": data, "context": context, "origin": "LOCAL", "time_fired": self.now}
        self.fire(context, event=event, description=f"event '{event_type}'")


def _caused(wanted: Any, context: Context) -> bool:
    """By one of these users, or following one of these contexts."""
    if not isinstance(wanted, Mapping):
        return True
    told = {"id": context.id, "parent_id": context.parent_id, "user_id": context.user_id}
    return all(
        told.get(key) in (value if isinstance(value, list) else [value]) for key, value in wanted.items() if value
    )


def _within(wanted: Any, told: Any) -> bool:
    """Every key wanted is there with that value; what else there is does not matter."""
    if isinstance(wanted, Mapping):
        if not isinstance(told, Mapping):
            return not wanted
        return all(key in told and _within(value, told[key]) for key, value in wanted.items())
    if isinstance(wanted, list) and not isinstance(told, list):
        return told in wanted
    return bool(wanted == told or str(wanted) == str(told))


class LifeWatcher(Watcher):
    """The hub has started, or is about to stop."""

    trigger: schema.HomeAssistantTrigger

    def __init__(self, trigger: schema.HomeAssistantTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"homeassistant"})

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        if facts.get("event") == self.trigger.event:
            self.fire(event=self.trigger.event, description=f"the hub's {self.trigger.event}")


class TagWatcher(Watcher):
    """A tag was scanned, by any reader or by these."""

    trigger: schema.TagTrigger

    def __init__(self, trigger: schema.TagTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.events = frozenset({"tag_scanned"})

    def happened(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        tag, reader, one = str(data.get("tag_id")), data.get("device_id"), self.trigger
        if tag not in one.tag_id or (one.device_id is not None and reader not in one.device_id):
            return
        event = {"event_type": event_type, "data": data, "context": context, "origin": "LOCAL", "time_fired": self.now}
        self.fire(context, event=event, tag_id=tag, device_id=reader, description=f"the tag {tag}")


class NotificationWatcher(Watcher):
    """A note of the hub's own was made, changed or taken back."""

    trigger: schema.NotificationTrigger

    def __init__(self, trigger: schema.NotificationTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.events = frozenset({"persistent_notification"})

    def happened(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        update, name, one = data.get("update_type"), data.get("notification_id"), self.trigger
        if update not in one.update_type or one.notification_id not in (None, name):
            return
        note = {key: data.get(key) for key in ("notification_id", "title", "message")}
        note["created_at"] = data.get("created_at") or self.now
        self.fire(context, update_type=update, notification=note, description=f"the note {name} was {update}")


class SignalWatcher(Watcher):
    """Kinds that are told by other rooms, and only need to fit by a few keys."""

    def __init__(self, trigger: Trigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({trigger.kind})

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        if _signal_fits(self.trigger, facts):
            self.fire(**{"description": kind, **facts})


def _signal_fits(trigger: Trigger, facts: Mapping[str, Any]) -> bool:
    match trigger:
        case schema.WebhookTrigger():
            right = facts.get("webhook_id") == trigger.webhook_id and facts.get("method") in trigger.allowed_methods
            return right and (not trigger.local_only or bool(facts.get("local", True)))
        case schema.GeoLocationTrigger():
            wanted = (trigger.source, trigger.zone, trigger.event)
            return (facts.get("source"), facts.get("zone"), facts.get("event")) == wanted
        case _:
            return False
