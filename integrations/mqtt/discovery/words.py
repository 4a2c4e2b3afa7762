"""What devices announce without an entity: words of a remote (`device_automation`) and readers of tags (`tag`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.api import Template, TemplateEnvironment, TemplateFailed
from integrations.mqtt.components import text
from integrations.mqtt.discovery.payload import Announced, Refused
from integrations.mqtt.message import Incoming
from integrations.mqtt.topics import check_topic

NOTHING = frozenset({"", "None", "none", "unknown"})
"""What a tag reader's template gives when no tag was read."""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that a device may tell, or a reader of tags (`type` empty)."""

    id: str
    """Home Assistant's discovery id."""
    device: str
    """Key of the device; empty: of a reader that belongs to none."""
    topic: str
    payload: str | None
    template: Template | None
    qos: int
    type: str = ""
    subtype: str = ""

    @property
    def is_tag(self) -> bool:
        return not self.type

    def said(self, message: Incoming) -> str | None:
        """What a message on its topic says (a tag's id); None when it is another word, or nothing."""
        try:
            told = message.text("utf-8") if self.template is None else self.template.text(message.variables("utf-8"))
        except (UnicodeDecodeError, TemplateFailed):
            return None
        if self.is_tag:
            return None if told.strip() in NOTHING else told.strip()
        return told if self.payload is None or told == self.payload else None


def word_of(announced: Announced, device: str, templates: TemplateEnvironment) -> Word | None:
    """None for what is no trigger. Raises Refused with a reason."""
    config = announced.config
    tag = announced.component == "tag"
    if not tag and text(config, "automation_type") != "trigger":
        return None
    for key in ("topic",) if tag else ("topic", "type", "subtype"):
        if not text(config, key):
            raise Refused(f"it needs `{key}`")
    if not tag and not device:
        raise Refused("what a device tells needs `device`")
    payload = text(config, "payload")
    source = text(config, "value_template")
    try:
        return Word(
            announced.id,
            device,
            check_topic(text(config, "topic")),
            payload or None,
            templates.compile(source) if source else None,
            _qos(config),
            "" if tag else text(config, "type"),
            "" if tag else text(config, "subtype"),
        )
    except ValueError as error:
        raise Refused(str(error)) from None
    except TemplateFailed as error:
        raise Refused(f"`value_template`: {error}") from None


def _qos(config: Mapping[str, Any]) -> int:
    value = text(config, "qos", "0")
    if value not in ("0", "1", "2"):
        raise Refused("`qos` is 0, 1 or 2")
    return int(value)
