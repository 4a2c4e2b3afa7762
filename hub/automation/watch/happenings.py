"""Triggers by what happens: events, messages, webhooks, tags, calendars, sentences, notifications, start and stop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hub.automation.rendering import Renderer
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
        try:
            self.events = frozenset(attaching.renderer.text(one, attaching.variables) for one in trigger.event_type)
            self._data = attaching.renderer.whole(trigger.event_data or {}, attaching.variables)
        except TemplateFailed as error:
            attaching.failed(str(error))

    def happened(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        if not _within(self._data, data):
            return
        event = {"event_type": event_type, "data": data, "context": context, "origin": "LOCAL", "time_fired": self.now}
        self.fire(context, event=event, description=f"event '{event_type}'")


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


class MqttWatcher(Watcher):
    """A message on a topic."""

    trigger: schema.MqttTrigger

    def __init__(self, trigger: schema.MqttTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"mqtt"})
        self.topic, self._payload = "", None
        try:
            self.topic = attaching.renderer.text(trigger.topic, attaching.variables)
            if trigger.payload is not None:
                self._payload = attaching.renderer.text(trigger.payload, attaching.variables)
        except TemplateFailed as error:
            attaching.failed(str(error))

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        topic, payload = str(facts["topic"]), facts["payload"]
        if not topic_fits(self.topic, topic):
            return
        if self._payload is not None:
            told = payload
            if self.trigger.value_template is not None:
                try:
                    told = self._at.renderer.text(self.trigger.value_template, _payload(payload))
                except TemplateFailed as error:
                    self._at.failed(str(error))
                    return
            if str(told) != self._payload:
                return
        told_facts = {"topic": topic, "qos": facts.get("qos", 0), "retain": facts.get("retain", False)}
        self.fire(**told_facts, **_payload(payload, "payload", "payload_json"), description=f"message on {topic}")


def _payload(payload: Any, name: str = "value", as_json: str = "value_json") -> dict[str, Any]:
    found = {name: payload}
    try:
        found[as_json] = json.loads(payload)
    except (TypeError, ValueError):
        pass
    return found


def topic_fits(pattern: str, topic: str) -> bool:
    """Whether a topic filter takes in a topic (MQTT 5, 4.7)."""
    if topic.startswith("$") and pattern[:1] in ("+", "#"):
        return False
    wanted, told = pattern.split("/"), topic.split("/")
    for index, one in enumerate(wanted):
        if one == "#":
            return True
        if index >= len(told) or one not in ("+", told[index]):
            return False
    return len(wanted) == len(told)


class SignalWatcher(Watcher):
    """Kinds that are told by other rooms, and only need to fit by a few keys."""

    def __init__(self, trigger: Trigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({trigger.kind})

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        if _signal_fits(self.trigger, facts, self._at.renderer):
            context = facts.get("context")
            told = {key: value for key, value in facts.items() if key != "context"}
            self.fire(context, **{"description": f"{kind}", **told})


def _signal_fits(trigger: Trigger, facts: Mapping[str, Any], renderer: Renderer) -> bool:
    match trigger:
        case schema.WebhookTrigger():
            right = facts.get("webhook_id") == trigger.webhook_id and facts.get("method") in trigger.allowed_methods
            return right and (not trigger.local_only or bool(facts.get("local", True)))
        case schema.TagTrigger():
            return facts.get("tag_id") in trigger.tag_id and (
                trigger.device_id is None or facts.get("device_id") in trigger.device_id
            )
        case schema.ConversationTrigger():
            said = _plain(str(facts.get("sentence", "")))
            return any(_plain(one) == said for one in trigger.command)
        case schema.NotificationTrigger():
            return facts.get("update_type") in trigger.update_type and trigger.notification_id in (
                None,
                facts.get("notification_id"),
            )
        case schema.GeoLocationTrigger():
            return (facts.get("source"), facts.get("zone"), facts.get("event")) == (
                trigger.source,
                trigger.zone,
                trigger.event,
            )
        case schema.DeviceTrigger():
            wanted = trigger.model_dump(exclude_none=True, exclude={"trigger", "id", "alias", "enabled", "variables"})
            return all(facts.get(key) == value for key, value in wanted.items() if key in facts)
        case _:
            return False


def _plain(sentence: str) -> str:
    return " ".join("".join(one for one in sentence.lower() if one.isalnum() or one.isspace()).split())
