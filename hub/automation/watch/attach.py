"""The watcher of each kind of trigger."""

from __future__ import annotations

from typing import Any

from hub.automation.schema import own_triggers as own
from hub.automation.schema import triggers as schema
from hub.automation.schema.trigger import Trigger
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.watch.calendar import CalendarWatcher
from hub.automation.watch.happenings import EventWatcher, LifeWatcher, MqttWatcher, SignalWatcher
from hub.automation.watch.own_habits import PredictionWatcher, StatisticWatcher
from hub.automation.watch.own_journal import JournalWatcher
from hub.automation.watch.own_readings import MissingDataWatcher, ReadingWatcher
from hub.automation.watch.purpose import PURPOSE_TRIGGERS, PurposeWatcher
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
    own.JournalTrigger: JournalWatcher,
    own.ReadingTrigger: ReadingWatcher,
    own.MissingDataTrigger: MissingDataWatcher,
    own.PredictionTrigger: PredictionWatcher,
    own.StatisticTrigger: StatisticWatcher,
    **dict.fromkeys(
        (
            schema.WebhookTrigger,
            schema.TagTrigger,
            schema.ConversationTrigger,
            schema.NotificationTrigger,
            schema.GeoLocationTrigger,
            schema.DeviceTrigger,
        ),
        SignalWatcher,
    ),
}


def watcher(trigger: Trigger, index: int, attaching: Attaching) -> Watcher | None:
    """None for a kind that nobody here can watch."""
    kind = _KINDS.get(type(trigger))
    if isinstance(trigger, schema.PurposeTrigger) and trigger.trigger in PURPOSE_TRIGGERS:
        kind = PurposeWatcher
    made: Watcher | None = kind(trigger, index, attaching) if kind is not None else None
    return made
