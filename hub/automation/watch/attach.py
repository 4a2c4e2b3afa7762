"""The watcher of each kind of trigger."""

from __future__ import annotations

from typing import Any

from hub.automation.schema import own_triggers as own
from hub.automation.schema import triggers as schema
from hub.automation.schema.trigger import Trigger
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.watch.calendar import CalendarWatcher
from hub.automation.watch.devices import ENTITY_DOMAINS, EntityOfDeviceWatcher
from hub.automation.watch.happenings import (
    EventWatcher,
    LifeWatcher,
    NotificationWatcher,
    SignalWatcher,
    TagWatcher,
)
from hub.automation.watch.messages import MqttDeviceWatcher, MqttWatcher
from hub.automation.watch.own_habits import PredictionWatcher, StatisticWatcher
from hub.automation.watch.own_journal import JournalWatcher
from hub.automation.watch.own_readings import MissingDataWatcher, ReadingWatcher
from hub.automation.watch.purpose import PURPOSE_TRIGGERS, PurposeWatcher
from hub.automation.watch.said import ConversationWatcher
from hub.automation.watch.states import NumericWatcher, StateWatcher, TemplateWatcher, ZoneWatcher
from hub.automation.watch.times import PatternWatcher, SunWatcher, TimeWatcher

_KINDS: dict[type[Trigger], Any] = {
    schema.StateTrigger: StateWatcher,
    schema.NumericStateTrigger: NumericWatcher,
    schema.TemplateTrigger: TemplateWatcher,
    schema.ZoneTrigger: ZoneWatcher,
    schema.TimeTrigger: TimeWatcher,
    schema.TimePatternTrigger: PatternWatcher,
    schema.SunTrigger: SunWatcher,
    schema.EventTrigger: EventWatcher,
    schema.HomeAssistantTrigger: LifeWatcher,
    schema.MqttTrigger: MqttWatcher,
    schema.CalendarTrigger: CalendarWatcher,
    schema.ConversationTrigger: ConversationWatcher,
    schema.NotificationTrigger: NotificationWatcher,
    schema.TagTrigger: TagWatcher,
    schema.WebhookTrigger: SignalWatcher,
    schema.GeoLocationTrigger: SignalWatcher,
    own.JournalTrigger: JournalWatcher,
    own.ReadingTrigger: ReadingWatcher,
    own.MissingDataTrigger: MissingDataWatcher,
    own.PredictionTrigger: PredictionWatcher,
    own.StatisticTrigger: StatisticWatcher,
}


def watcher(trigger: Trigger, index: int, attaching: Attaching) -> Watcher | None:
    """None for a kind that nobody here can watch."""
    kind = _KINDS.get(type(trigger))
    if isinstance(trigger, schema.PurposeTrigger) and trigger.trigger in PURPOSE_TRIGGERS:
        kind = PurposeWatcher
    if isinstance(trigger, schema.DeviceTrigger):
        kind = _of_device(trigger)
        if kind is None:
            attaching.failed(f"what devices of {trigger.domain} tell is not heard here; those of MQTT are")
            return Watcher(trigger, index, attaching)
    made: Watcher | None = kind(trigger, index, attaching) if kind is not None else None
    return made


def _of_device(trigger: schema.DeviceTrigger) -> Any:
    if trigger.domain == "mqtt":
        return MqttDeviceWatcher
    by_entity = trigger.domain in ENTITY_DOMAINS or bool((trigger.model_extra or {}).get("entity_id"))
    return EntityOfDeviceWatcher if by_entity and trigger.type else None
