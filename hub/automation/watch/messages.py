"""Triggers by messages of a broker: a topic's, and those that stand for a button of a device."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from hub.automation.schema import triggers as schema
from hub.automation.topics import flaw_of, topic_fits
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.world import Context
from hub.template import TemplateFailed

_REMEMBERED = 1_000
"""Topics whose newest payload one trigger remembers."""


class MqttWatcher(Watcher):
    """A message on a topic."""

    trigger: schema.MqttTrigger

    def __init__(self, trigger: schema.MqttTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"mqtt"})
        self.topic: str | None = None
        self._payload: str | None = None
        self._newest: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        """Topic -> the newest payload, and the connection over which it came."""
        renderer, variables = attaching.renderer, attaching.variables
        try:
            topic = renderer.text(trigger.topic, variables)
            if flaw := flaw_of(topic):
                raise TemplateFailed(flaw)
            if trigger.payload is not None:
                self._payload = renderer.text(trigger.payload, variables)
            self.wants = {"topic": topic, "qos": _qos(renderer.text(str(trigger.qos), variables))}
            self.topic = topic
            if "+" not in topic and "#" not in topic:
                self.signals = frozenset({f"mqtt {topic}"})
        except TemplateFailed as error:
            attaching.failed(str(error))

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        topic = str(facts["topic"])
        if self.topic is None or not topic_fits(self.topic, topic) or self._had(topic, facts):
            return
        try:
            payload = _decoded(facts["payload"], self.trigger.encoding)
        except (UnicodeDecodeError, LookupError):
            self._at.failed(f"a message on {topic} is no {self.trigger.encoding} text")
            return
        if not self._fits(payload):
            return
        told = {"topic": topic, "qos": facts.get("qos", 0), "retain": bool(facts.get("retain"))}
        context = facts.get("context")
        self.fire(
            context if isinstance(context, Context) else None,
            **told, **_payload(payload, "payload", "payload_json"), description=f"message on {topic}",
        )  # fmt: skip

    def _fits(self, payload: Any) -> bool:
        if self._payload is None:
            return True
        told = payload
        if self.trigger.value_template is not None:
            try:
                told = self._at.renderer.text(self.trigger.value_template, _payload(payload))
            except TemplateFailed as error:
                self._at.failed(str(error))
                return False
        return str(told) == self._payload

    def _had(self, topic: str, facts: Mapping[str, Any]) -> bool:
        """Whether it is what the broker keeps of a message that was heard, or that newer ones followed."""
        payload, session = facts["payload"], facts.get("session", 0)
        known = self._newest.get(topic)
        self._newest[topic] = (payload, session)
        self._newest.move_to_end(topic)
        if len(self._newest) > _REMEMBERED:
            self._newest.popitem(last=False)
        return bool(facts.get("retain")) and known is not None and (known[0] == payload or known[1] == session)


def _qos(told: str) -> int:
    try:
        return min(2, max(0, int(told)))
    except ValueError:
        raise TemplateFailed(f"`qos` is 0, 1 or 2, not {told!r}") from None


def _decoded(payload: Any, encoding: str | None) -> Any:
    return payload.decode(encoding) if isinstance(payload, bytes) and encoding else payload


def _payload(payload: Any, name: str = "value", as_json: str = "value_json") -> dict[str, Any]:
    found = {name: payload}
    try:
        found[as_json] = json.loads(payload)
    except (TypeError, ValueError):
        pass
    return found


class MqttDeviceWatcher(Watcher):
    """What a device has announced that it tells: a button that is pressed, a remote that is turned."""

    trigger: schema.DeviceTrigger

    def __init__(self, trigger: schema.DeviceTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"device"})
        more = trigger.model_extra or {}
        found = {"domain": trigger.domain, "device_id": trigger.device_id, "type": trigger.type,
                 "subtype": trigger.subtype, "discovery_id": more.get("discovery_id")}  # fmt: skip
        self.wants = {name: str(value) for name, value in found.items() if value is not None}

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        if not said_by(self.wants, facts) or facts.get("retain"):
            return
        context = facts.get("context")
        told = {
            name: facts[name]
            for name in ("device_id", "type", "subtype", "discovery_id", "topic", "qos")
            if name in facts
        }
        payload = _payload(_decoded(facts.get("payload", ""), "utf-8"), "payload", "payload_json")
        said = " ".join(str(facts[name]) for name in ("type", "subtype") if facts.get(name))
        led = context if isinstance(context, Context) else None
        # Home Assistant calls its kind so as well: it is one by message.
        self.fire(led, platform="mqtt", **told, **payload, description=said)


def said_by(wanted: Mapping[str, str], facts: Mapping[str, Any]) -> bool:
    """Whether a device's announced word is the one that is meant: by device and words, or by where it was announced."""
    if wanted["domain"] != facts.get("domain"):
        return False
    words = [wanted[name] == str(facts.get(name)) for name in ("type", "subtype") if name in wanted]
    if wanted["device_id"] == facts.get("device_id") and words and all(words):
        return True
    return "discovery_id" in wanted and wanted["discovery_id"] == facts.get("discovery_id") and all(words)
