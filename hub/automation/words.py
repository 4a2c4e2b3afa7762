"""What an automation does, in words: one sentence for the whole, and a line for each of its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.automation.grammar import is_template
from hub.automation.schema import actions as schema
from hub.automation.schema.automation import Automation
from hub.automation.words_conditions import phrase as of_condition
from hub.automation.words_conditions import together
from hub.automation.words_parts import Names, Thing, capital, listed, quoted, shortened, spaced, span, template, value
from hub.automation.words_triggers import phrase as of_trigger
from hub.automation.words_triggers import targets

__all__ = ["Branch", "Line", "Names", "Thing", "Told", "action", "tell", "together"]

_VERBS: Mapping[str, str] = {
    "turn_on": "turn on", "turn_off": "turn off", "toggle": "switch over", "open_cover": "open",
    "close_cover": "close", "stop_cover": "stop", "lock": "lock", "unlock": "unlock", "press": "press",
    "start": "start", "pause": "pause", "stop": "stop", "reload": "load anew", "trigger": "run",
    "increment": "count up", "decrement": "count down", "reset": "reset", "media_play": "play on",
    "media_pause": "pause", "media_stop": "stop", "finish": "finish", "cancel": "cancel",
}  # fmt: skip
"""Second half of an action's name -> what is done to its targets."""
_SETS = re.compile(
    r"set_(?:value|temperature|humidity|percentage|position|level|datetime)|select_option|set_cover_position|volume_set"
)
_MODES = {
    "single": "One run at a time: while it runs, what would set it off is passed over.",
    "restart": "One run at a time: what sets it off while it runs starts it anew.",
    "queued": "One run at a time: others wait, up to {most}.",
    "parallel": "Up to {most} runs at the same time.",
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One way that a step can go."""

    path: str
    """What the paths of its lines begin with."""
    text: str
    lines: tuple[Line, ...]
    taken: Any = None
    """What the step's result is in a trace when this is the way it went; None: always."""


@dataclass(frozen=True, slots=True)
class Line:
    """One trigger, condition or action; `path` as in a trace."""

    path: str
    kind: str
    text: str
    alias: str = ""
    """What its author calls it."""
    enabled: bool = True
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    whole: str
    """One sentence or two."""
    triggers: tuple[Line, ...]
    conditions: tuple[Line, ...]
    actions: tuple[Line, ...]
    mode: str


def tell(one: Automation, names: Names) -> Told:
    triggers = tuple(
        Line(f"triggers/{index}", each.trigger, capital(of_trigger(each, names)), each.alias or "",
             each.enabled is not False)
        for index, each in enumerate(one.triggers)
    )  # fmt: skip
    conditions = tuple(
        Line(f"conditions/{index}", each.condition, capital(of_condition(each, names)), each.alias or "",
             each.enabled is not False)
        for index, each in enumerate(one.conditions)
    )  # fmt: skip
    actions = _lines(one.actions, names, "actions")
    return Told(_whole(one, names), triggers, conditions, actions, _MODES[one.mode].format(most=one.max))


def _whole(one: Automation, names: Names) -> str:
    live = [each for each in one.triggers if each.enabled is not False]
    when = listed([of_trigger(each, names) for each in live[:4]], "or")
    if len(live) > 4:
        when += f" (or one of {len(live) - 4} other triggers)"
    when = when or "only when somebody runs it"
    asked = [each for each in one.conditions if each.enabled is not False]
    so = f", if {together(asked[:4], names)}" if asked else ""
    if len(asked) > 4:
        so += f" and {len(asked) - 4} more conditions are met"
    live_steps = [each for each in one.actions if each.enabled is not False]
    steps = [each for each in live_steps if not isinstance(each, schema.VariablesAction)] or live_steps
    then = listed([_short(each, names) for each in steps[:4]])
    if len(steps) > 4:
        then += f", and {_more(len(steps) - 4)}"
    return f"{capital(when)}{so}, then {then}." if then else f"{capital(when)}{so}, nothing is done yet."


def _lines(actions: Sequence[schema.Action], names: Names, path: str) -> tuple[Line, ...]:
    return tuple(
        Line(f"{path}/{index}", one.kind, capital(action(one, names)), one.alias or "", one.enabled is not False,
             _branches(one, names, f"{path}/{index}"))
        for index, one in enumerate(actions)
    )  # fmt: skip


def _branches(one: schema.Action, names: Names, path: str) -> tuple[Branch, ...]:
    def branch(tail: str, text: str, actions: Sequence[schema.Action], taken: Any = None) -> Branch:
        return Branch(f"{path}/{tail}", text, _lines(actions, names, f"{path}/{tail}"), taken)

    match one:
        case schema.ChooseAction():
            ways = [
                branch(f"choose/{index}/sequence", each.alias or f"If {together(each.conditions, names)}",
                       each.sequence, index)
                for index, each in enumerate(one.choose)
            ]  # fmt: skip
            return (*ways, branch("default", "Otherwise", one.default or [], "default"))
        case schema.IfAction():
            other = [branch("else", "Otherwise", one.else_, "else")] if one.else_ else []
            return (branch("then", "If so", one.then, "then"), *other)
        case schema.RepeatAction():
            return (branch("repeat/sequence", "Each time", one.repeat.sequence),)
        case schema.SequenceAction():
            return (branch("sequence", "One after the other", one.sequence),)
        case schema.ParallelAction():
            # Each of them is a block of its own: its step stands one place deeper.
            lines = tuple(_lines([each], names, f"{path}/parallel/{at}")[0] for at, each in enumerate(one.parallel))
            return (Branch(f"{path}/parallel", "At the same time", lines),)
        case _:
            return ()


def _short(one: schema.Action, names: Names) -> str:
    """A step with all that is in it, as part of a sentence."""
    match one:
        case schema.IfAction():
            then = f"if {together(one.if_, names)}, {_several(one.then, names)}"
            return f"{then}, otherwise {_several(one.else_, names)}" if one.else_ else then
        case schema.ChooseAction() if len(one.choose) == 1 and one.choose[0].conditions:
            way = one.choose[0]
            then = f"if {together(way.conditions, names)}, {_several(way.sequence, names)}"
            return f"{then}, otherwise {_several(one.default, names)}" if one.default else then
        case schema.RepeatAction():
            return f"{_rounds(one.repeat, names)} {_several(one.repeat.sequence, names)}"
        case schema.SequenceAction():
            return _several(one.sequence, names)
        case schema.ParallelAction():
            return f"at the same time {_several(one.parallel, names)}"
        case _:
            return action(one, names)


def _several(actions: Sequence[schema.Action], names: Names) -> str:
    told = [action(one, names) for one in actions[:3]]
    more = len(actions) - len(told)
    return (listed(told) or "do nothing") + (f", and {_more(more)}" if more else "")


def _more(count: int) -> str:
    return f"{count} more step{'' if count == 1 else 's'}"


def _rounds(repeat: schema.Repeat, names: Names) -> str:
    if repeat.count is not None:
        return f"{repeat.count} times" if isinstance(repeat.count, int) else f"{shortened(repeat.count)} times"
    if repeat.while_ is not None:
        return f"as long as {together(repeat.while_, names)}"
    if repeat.until is not None:
        return f"again and again until {together(repeat.until, names)}"
    return f"for each of {value(repeat.for_each)}"


def action(one: schema.Action, names: Names) -> str:
    """One step without what is in its branches, in words that follow a `then`."""
    match one:
        case schema.CallAction():
            return _call(one, names)
        case schema.DelayAction():
            return f"wait {span(one.delay)}"
        case schema.WaitTemplateAction():
            return f"wait until {template(one.wait_template)} is true{_limit(one, names)}"
        case schema.WaitForTriggerAction():
            told = listed([of_trigger(each, names) for each in one.wait_for_trigger], "or")
            return f"wait until {told.removeprefix('when ').removeprefix('at ')}{_limit(one, names)}"
        case schema.ConditionAction():
            return f"go on only if {of_condition(one.condition, names)}"
        case schema.EventAction():
            return f"let the event {shortened(one.event)} happen"
        case schema.SceneAction():
            return f"set the scene {names.thing(one.scene).name}"
        case schema.RepeatAction():
            return f"repeat {_rounds(one.repeat, names)}"
        case schema.ChooseAction():
            if len(one.choose) == 1 and one.choose[0].conditions:
                return f"look whether {together(one.choose[0].conditions, names)}"
            return f"choose one of {len(one.choose)} ways" if len(one.choose) > 1 else "choose"
        case schema.IfAction():
            return f"look whether {together(one.if_, names)}"
        case schema.VariablesAction():
            return f"remember {listed([spaced(name) for name in one.variables])}"
        case schema.StopAction():
            why = f": {shortened(one.stop)}" if one.stop else ""
            return f"stop{' with an error' if one.error else ''}{why}"
        case schema.ParallelAction():
            return f"do {len(one.parallel)} things at the same time"
        case schema.SequenceAction():
            return f"do {len(one.sequence)} step{'' if len(one.sequence) == 1 else 's'}"
        case schema.ConversationResponseAction():
            return f"answer {quoted(one.set_conversation_response)}" if one.set_conversation_response else "say nothing"
        case schema.DeviceAction():
            what = str((one.model_extra or {}).get("entity_id") or "")
            where = names.thing(what).name if what in names.things else names.place(one.device_id)
            return f"{spaced(one.type or one.domain)} {where}"
        case _:
            return spaced(one.kind)


def _limit(one: schema.WaitTemplateAction | schema.WaitForTriggerAction, names: Names) -> str:
    if one.timeout is None:
        return ""
    return f", {span(one.timeout)} at most" + ("" if one.continue_on_timeout else ", and stop if it is not by then")


def _call(one: schema.CallAction, names: Names) -> str:
    if is_template(one.action):
        return f"call the action that {shortened(one.action)} says"
    domain, _, verb = one.action.partition(".")
    data: dict[str, Any] = {}
    for part in (one.data_template, one.data):
        data |= part if isinstance(part, Mapping) else {}
    entities = one.entity_id or data.pop("entity_id", None)
    target = {
        **(one.target if isinstance(one.target, Mapping) else {}),
        **({"entity_id": entities} if entities else {}),
    }
    where = targets(target or one.target, names)
    if domain in ("notify", "persistent_notification"):
        return _tells(domain, verb, data, where, names)
    if one.action == "journal.add" and data.get("kind"):
        note = f" {quoted(data['note'])}" if data.get("note") else ""
        whose = f" for {names.person(str(data['person']))}" if data.get("person") else ""
        return f"log {names.kind(str(data['kind']))}{whose}{note}"
    if verb in _VERBS and where:
        return f"{_VERBS[verb]} {where}{_with(data)}"
    if _SETS.fullmatch(verb) and where and len(data) == 1:
        return f"set {where} to {value(next(iter(data.values())))}"
    title = names.actions.get(one.action)
    return f"{(title[:1].lower() + title[1:]) if title else one.action}{f' for {where}' if where else ''}{_with(data)}"


def _with(data: Mapping[str, Any]) -> str:
    said = [
        f"{spaced(key.removesuffix('_pct'))} {value(one)}{' %' if key.endswith('_pct') else ''}"
        for key, one in list(data.items())[:3]
    ]
    more = len(data) - len(said)
    return f" with {listed(said)}{f' and {more} more' if more else ''}" if said else ""


def _tells(domain: str, verb: str, data: Mapping[str, Any], where: str, names: Names) -> str:
    said = data.get("message") or data.get("title")
    words = f" {quoted(said)}" if said else ""
    if domain == "persistent_notification":
        return f"show the note{words}" if verb == "create" else "take the note away"
    asked = data.get("target", data.get("person"))
    to = [names.person(str(each)) for each in (asked if isinstance(asked, list) else [asked] if asked else [])]
    who = where or listed(to)
    if not who:
        everybody = verb in ("notify", "send_message", "all", "everybody", "send", "persistent_notification")
        who = "everybody" if everybody else names.people.get(verb, spaced(verb))
    more = " with buttons to answer" if isinstance(data.get("data"), Mapping) and data["data"].get("actions") else ""
    return f"tell {who}{words}{more}"
