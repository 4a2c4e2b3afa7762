"""What the editor calls each kind and each field, and how a new one begins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.view import KindField


class Kind(NamedTuple):
    name: str
    icon: str
    about: str
    group: str
    fresh: Any
    """What a new one is."""


SETTINGS = (
    KindField("alias", "text", required=True),
    KindField("description", "long"),
    KindField("mode", "choice", choices=("single", "restart", "queued", "parallel"), settled="single"),
    KindField("max", "number"),
    KindField("missed", "choice", choices=("skip", "catch_up"), settled="skip"),
    KindField("variables", "yaml"),
    KindField("trigger_variables", "yaml"),
)
"""Of the automation as a whole."""

_T, _B, _P, _H = "Time", "Body and day", "Things and people", "Other"
TRIGGERS: Mapping[str, Kind] = {
    "numeric_state": Kind("A number rises or falls", "trending-up", "Glucose above a limit, a battery below one.", _P,
                          {"trigger": "numeric_state", "entity_id": []}),
    "state": Kind("Something changes", "refresh-cw", "A door opens, a light turns on, a mode changes.", _P,
                  {"trigger": "state", "entity_id": []}),
    "time": Kind("At a time of day", "clock", "Every day at 07:30, or at the time that a helper says.", _T,
                 {"trigger": "time", "at": "07:30"}),
    "sun": Kind("Sunrise or sunset", "sunrise", "At, before or after it.", _T, {"trigger": "sun", "event": "sunset"}),
    "time_pattern": Kind("Again and again", "timer", "Every five minutes, each hour.", _T,
                         {"trigger": "time_pattern", "minutes": "/5"}),
    "calendar": Kind("A calendar event", "calendar", "Begins or ends, or some time before.", _T,
                     {"trigger": "calendar", "entity_id": "", "event": "start"}),
    "journal": Kind("Something was logged", "notebook-pen", "A meal, a feeding; or none for some time.", _B,
                    {"trigger": "journal", "entry": ""}),
    "prediction": Kind("Around a usual time", "hourglass", "Before or after a usual meal or sleep.", _B,
                       {"trigger": "prediction", "person": "", "entry": "", "offset": "-00:15:00"}),
    "reading": Kind("A reading changes fast", "activity", "Falls by 30 within 15 minutes.", _B,
                    {"trigger": "reading", "entity_id": []}),
    "statistic": Kind("Unlike other days", "chart-line", "The day’s or week’s value leaves the usual range.", _B,
                      {"trigger": "statistic", "person": "", "metric": ""}),
    "missing_data": Kind("A source is silent", "eye-off", "No reading for longer than usual.", _B,
                         {"trigger": "missing_data", "entity_id": []}),
    "zone": Kind("Somebody comes or leaves", "users", "A person enters or leaves a place.", _P,
                 {"trigger": "zone", "entity_id": [], "zone": "zone.home"}),
    "template": Kind("A template becomes true", "percent", "Anything that can be worked out from states.", _H,
                     {"trigger": "template", "value_template": ""}),
    "event": Kind("An event", "radio", "Something that happens in the house, a button of a message.", _H,
                  {"trigger": "event", "event_type": ""}),
    "mqtt": Kind("An MQTT message", "wifi", "A message on a topic.", _H, {"trigger": "mqtt", "topic": ""}),
    "webhook": Kind("A webhook", "webhook", "A call of an address from another program.", _H,
                    {"trigger": "webhook", "webhook_id": ""}),
    "homeassistant": Kind("The hub starts or stops", "power", "Once it is up, or before it goes.", _H,
                          {"trigger": "homeassistant", "event": "start"}),
    "tag": Kind("A tag is scanned", "target", "An NFC tag or a code.", _H, {"trigger": "tag", "tag_id": ""}),
    "conversation": Kind("Somebody says something", "volume-2", "A sentence to the assistant.", _H,
                         {"trigger": "conversation", "command": ""}),
    "persistent_notification": Kind("A note of the hub", "info", "Is added, changed or taken away.", _H,
                                    {"trigger": "persistent_notification", "update_type": ["added"]}),
    "device": Kind("A device", "cpu", "What a device says, as Home Assistant writes it.", _H,
                   {"trigger": "device", "device_id": "", "domain": "mqtt"}),
    "geo_location": Kind("Something nearby", "compass", "What a source of places tells of enters a zone.", _H,
                         {"trigger": "geo_location", "source": "", "zone": "zone.home"}),
}  # fmt: skip
CONDITIONS: Mapping[str, Kind] = {
    "state": Kind("Something is so", "refresh-cw", "A door is closed, a light is on.", _P,
                  {"condition": "state", "entity_id": [], "state": ""}),
    "numeric_state": Kind("A number is above or below", "trending-up", "Glucose below 100.", _P,
                          {"condition": "numeric_state", "entity_id": []}),
    "presence": Kind("Somebody is at home", "house", "Or away.", _P, {"condition": "presence", "person": []}),
    "zone": Kind("Somebody is in a place", "compass", "A person is in a zone.", _P,
                 {"condition": "zone", "entity_id": [], "zone": "zone.home"}),
    "time": Kind("Time of day, weekday", "clock", "Between 22:00 and 06:00, on weekdays.", _T,
                 {"condition": "time", "after": "08:00", "before": "22:00"}),
    "sun": Kind("Day or night", "sun-moon", "After sunset, before sunrise.", _T,
                {"condition": "sun", "after": "sunset"}),
    "quiet_hours": Kind("Not in quiet hours", "moon", "Only while nobody’s quiet time is on.", _T,
                        {"condition": "quiet_hours"}),
    "journal": Kind("Was something logged lately?", "notebook-pen", "Has eaten in the last three hours, or not.", _B,
                    {"condition": "journal", "entry": "", "within": {"hours": 3}}),
    "baseline": Kind("Unlike usual", "chart-line", "A value is out of a person’s usual range.", _B,
                     {"condition": "baseline", "person": "", "metric": ""}),
    "trigger": Kind("What set it off", "zap", "Only for some of the triggers, by their id.", _H,
                    {"condition": "trigger", "id": ""}),
    "template": Kind("A template is true", "percent", "Anything that can be worked out from states.", _H,
                     {"condition": "template", "value_template": ""}),
    "and": Kind("All of several", "list", "Each of the conditions within is met.", "Together",
                {"condition": "and", "conditions": []}),
    "or": Kind("One of several", "list", "At least one of the conditions within is met.", "Together",
               {"condition": "or", "conditions": []}),
    "not": Kind("None of several", "x", "No condition within is met.", "Together",
                {"condition": "not", "conditions": []}),
    "device": Kind("A device is so", "cpu", "As Home Assistant writes it.", _H,
                   {"condition": "device", "device_id": "", "domain": "", "type": ""}),
}  # fmt: skip
_F, _W = "Which way to go", "Wait and stop"
ACTIONS: Mapping[str, Kind] = {
    "action": Kind("Do something", "zap", "", "Do", {"action": ""}),
    "delay": Kind("Wait some time", "hourglass", "Ten minutes, half an hour.", _W, {"delay": {"minutes": 10}}),
    "wait_for_trigger": Kind("Wait until something happens", "pause", "Until a trigger fires, with a limit.", _W,
                             {"wait_for_trigger": [], "timeout": {"minutes": 30}}),
    "wait_template": Kind("Wait until a template is true", "pause", "With a limit, if you like.", _W,
                          {"wait_template": "", "timeout": {"minutes": 30}}),
    "stop": Kind("Stop", "octagon-x", "Ends the run here.", _W, {"stop": ""}),
    "if": Kind("If, then, otherwise", "split", "One of two ways.", _F, {"if": [], "then": []}),
    "choose": Kind("Choose between several", "split", "The first way whose conditions are met.", _F,
                   {"choose": [{"conditions": [], "sequence": []}]}),
    "repeat_count": Kind("Repeat a number of times", "repeat", "", _F, {"repeat": {"count": 3, "sequence": []}}),
    "repeat_while": Kind("Repeat as long as", "repeat", "Asked before each time.", _F,
                         {"repeat": {"while": [], "sequence": []}}),
    "repeat_until": Kind("Repeat until", "repeat", "Asked after each time.", _F,
                         {"repeat": {"until": [], "sequence": []}}),
    "repeat_for_each": Kind("Repeat for each of a list", "repeat", "", _F,
                            {"repeat": {"for_each": [], "sequence": []}}),
    "parallel": Kind("At the same time", "chevrons-up", "Several things at once.", _F, {"parallel": []}),
    "sequence": Kind("Several steps as one", "list", "One after the other.", _F, {"sequence": []}),
    "variables": Kind("Remember values", "braces", "Names with values, for the steps after it.", _H, {"variables": {}}),
    "event": Kind("Let an event happen", "radio", "Others can be set off by it.", _H, {"event": ""}),
    "scene": Kind("Set a scene", "lamp", "", _H, {"scene": ""}),
    "set_conversation_response": Kind("Answer what was said", "volume-2", "", _H, {"set_conversation_response": ""}),
    "device": Kind("Tell a device", "cpu", "As Home Assistant writes it.", _H, {"device_id": "", "domain": ""}),
}  # fmt: skip
OPTION = Kind("Another way", "split", "", "", {"conditions": [], "sequence": []})
AREAS: Mapping[str, Mapping[str, Kind]] = {
    "triggers": TRIGGERS,
    "conditions": CONDITIONS,
    "actions": ACTIONS,
    "options": {"option": OPTION},
}
UNKNOWN = Kind("As YAML", "braces", "", "", {})

LABELS: Mapping[str, tuple[str, str]] = {
    "alias": ("Name", ""),
    "description": ("What it is for", "In your own words; others of the house read it too."),
    "mode": ("When it is set off while it runs", ""),
    "max": ("Runs at most", "That wait in the queue, or go on at the same time."),
    "missed": ("What was due while the hub was off", ""),
    "variables": ("Variables", "Names with values, templates too."),
    "trigger_variables": ("Variables of the triggers", "Known before anything has happened."),
    "entity_id": ("What", ""),
    "above": ("Above", "A number, or an entity that says it."),
    "below": ("Below", "A number, or an entity that says it."),
    "for": ("For how long", "Like 10 min or 1 h 30 min; empty: at once."),
    "to": ("To", "Empty: any."),
    "from": ("From", "Empty: any."),
    "not_to": ("But not to", ""),
    "not_from": ("But not from", ""),
    "attribute": ("Of its attribute", "Empty: its state."),
    "value_template": ("Template", ""),
    "wait_template": ("Template", ""),
    "set_conversation_response": ("Answer", ""),
    "at": ("At", "07:30, or a helper that says the time. One on each line."),
    "weekday": ("On", "None chosen: every day."),
    "offset": ("Before or after", "-30 min is before, 30 min after; empty: at it."),
    "before_offset": ("Moved by", "-30 min is earlier."),
    "after_offset": ("Moved by", "-30 min is earlier."),
    "hours": ("Hours", "/2 is every second one, * each."),
    "minutes": ("Minutes", "/5 is every fifth one, * each."),
    "seconds": ("Seconds", "/10 is every tenth one, * each."),
    "event": ("Event", ""),
    "event_type": ("Type of the event", "One on each line."),
    "event_data": ("With these data", ""),
    "context": ("Of this origin", ""),
    "zone": ("Place", ""),
    "topic": ("Topic", ""),
    "payload": ("Message", "Empty: any."),
    "webhook_id": ("Secret part of its address", "Whoever knows it can set this off."),
    "allowed_methods": ("Called by", ""),
    "local_only": ("From the home network only", ""),
    "tag_id": ("Tag", ""),
    "command": ("Said", "One sentence on each line."),
    "device_id": ("Device", ""),
    "entry": ("What was logged", ""),
    "person": ("Whose", ""),
    "late": ("Late ones too", "What reaches the hub more than 15 minutes after it was measured."),
    "within": ("Within", "Like 15 min or 3 h."),
    "hysteresis": ("And back by", "Before it counts again."),
    "rising_by": ("Rises by", ""),
    "falling_by": ("Falls by", ""),
    "label": ("Which of the day", "Like lunch; empty: each."),
    "min_samples": ("Known from at least so many times", ""),
    "metric": ("What", ""),
    "period": ("Of the", ""),
    "direction": ("Goes", ""),
    "deviations": ("Usual range, in standard deviations", "2 is what nineteen of twenty days are in."),
    "state": ("Is", "One on each line; any of them does."),
    "match": ("Of several", ""),
    "after": ("After", ""),
    "before": ("Before", ""),
    "id": ("Id", "So that conditions and templates can tell which trigger it was."),
    "during": ("Only in quiet hours, not outside of them", ""),
    "home": ("At home", ""),
    "present": ("It was logged", "Off: it was not."),
    "delay": ("Wait", "Like 10 min or 1 h 30 min."),
    "timeout": ("At most", "Empty: as long as it takes."),
    "continue_on_timeout": ("Go on when the time is over", "Off: stop then."),
    "stop": ("Why", "Shown with the run."),
    "error": ("As an error", ""),
    "response_variable": ("Keep the answer as", "Name of a variable."),
    "repeat.count": ("Times", ""),
    "repeat.for_each": ("Each of", "A list, or a template that gives one."),
    "scene": ("Scene", ""),
    "action": ("Action", ""),
    "target": ("What", ""),
    "data": ("Data", ""),
    "enabled": ("Switched on", ""),
    "continue_on_error": ("Go on if it fails", ""),
    "note": ("Note", ""),
    "update_type": ("When it is", ""),
    "notification_id": ("Which note", "Empty: any."),
    "type": ("What it says", ""),
    "subtype": ("Which part", ""),
    "domain": ("Its integration", ""),
    "source": ("Source", ""),
}
CHOICES: Mapping[str, str] = {
    "single": "Pass it over, say so in its timeline",
    "restart": "Start anew",
    "queued": "Wait until it is done, then run",
    "parallel": "Run at the same time",
    "skip": "Leave it out",
    "catch_up": "Catch up on it once",
    "shutdown": "Is about to stop",
    "start": "Starts",
    "end": "Ends",
    "enter": "Comes in",
    "leave": "Leaves",
    "either": "Above or below",
    "within": "Within",
    "all": "All of them",
    "any": "One of them",
    "missing": "Has been missing for some time",
}
ADVANCED = frozenset({
    "id", "attribute", "not_to", "not_from", "value_template", "qos", "encoding", "context", "event_data",
    "event_data_template", "variables", "note", "continue_on_error", "enabled", "alias", "response_variable",
    "metadata", "data_template", "match", "min_samples", "deviations", "hysteresis", "allowed_methods", "action",
    "before_offset", "after_offset", "label", "error", "max", "missed", "trigger_variables",
})  # fmt: skip
"""Under `More`, unless something is said there."""
LEGACY = frozenset({"data_template", "entity_id", "metadata", "event_data_template"})
"""Of actions: shown only where they are used."""


def fresh(area: str, kind: str) -> Any:
    """A new part; `call:light.turn_on` is a call of an action, `thing:state:light.hall` is about an entity."""
    word, _, rest = kind.partition(":")
    if word in ("call", "thing"):
        told, _, entity_id = rest.partition(":")
        if word == "thing":
            return {**fresh(area, told), "entity_id": entity_id}
        return {"action": told, "target": {"entity_id": entity_id}} if entity_id else {"action": told}
    found = AREAS[area].get(kind) or CONDITIONS.get(kind, UNKNOWN)
    made: Any = _copied(found.fresh)
    if kind == "webhook":
        made["webhook_id"] = secrets.token_urlsafe(24)
    return made


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def kind_of(area: str, kind: str) -> Kind:
    return AREAS[area].get(kind) or CONDITIONS.get(kind, UNKNOWN)
