"""`homeassistant.*`: what goes for entities of every kind, and for the hub itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.automation.services.deeds import able
from hub.automation.services.described import Service, text
from hub.automation.services.hands import Hands, warned
from hub.automation.services.own import inner_spec
from hub.automation.services.table import SERVICES as TABLE
from hub.errors import Forbidden, HubError
from hub.model import Actor
from hub.plugin import ActionSpec

_ANY: tuple[str, ...] = ()
_INSTEAD = {
    "cover": "cover.open_cover and cover.close_cover", "lock": "lock.lock and lock.unlock",
    "valve": "valve.open_valve and valve.close_valve", "button": "button.press", "input_button": "input_button.press",
}  # fmt: skip
_OF_DEVICES = {one.name: one for one in TABLE}
_REFUSED = {
    "homeassistant.restart": "An automation does not restart the hub; `homeostat` and Settings > System do",
    "homeassistant.stop": "An automation does not stop the hub; who runs it does",
}


def _power(verb: str, title: str, words: str) -> Service:
    return Service(f"homeassistant.{verb}", title, words, (), _ANY)


SERVICES = (
    _power("turn_on", "Turn on", "Turns entities of any kind on."),
    _power("turn_off", "Turn off", "Turns entities of any kind off."),
    _power("toggle", "Toggle", "Turns entities of any kind on that are off, and the other way round."),
    Service("homeassistant.update_entity", "Ask for news", "Asks the source of entities for their newest values.",
            (), _ANY),
    Service("homeassistant.reload_config_entry", "Reload an integration", "Starts an integration's entry anew.",
            (text("entry_id", "Which entry; left out: those of the target."),), _ANY),
    Service("homeassistant.save_persistent_states", "Save states", "States are always saved here; it does nothing."),
    Service("homeassistant.reload_all", "Read files anew", "Reads automations, scripts and scenes of files anew."),
    *(Service(name, name.rpartition(".")[2].capitalize(), f"{why}.") for name, why in _REFUSED.items()),
)  # fmt: skip


def specs(hands: Hands) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}

    def power(verb: str) -> ActionSpec:
        async def run(actor: Actor, given: Any) -> Mapping[str, Any] | None:
            aim, world = hands.aim(actor, given), hands.world(actor)
            domains: dict[str, list[str]] = {}
            # Who names an area means those in it that can.
            known = {one: _OF_DEVICES.get(f"{one.partition('.')[0]}.{verb}") for one in aim.reached}
            reached = [one for one, told in known.items() if told is None or able(told, hands, world, one)]
            for one in (*aim.named, *reached):
                domains.setdefault(one.partition(".")[0], []).append(one)
            jobs, warnings = [], aim.warnings
            for domain, ids in domains.items():
                if f"{domain}.{verb}" in hands.actions.all:
                    jobs.append(hands.actions.call(actor, f"{domain}.{verb}", {"entity_id": ids}))
                else:
                    hint = f"; use {_INSTEAD[domain]}" if domain in _INSTEAD else ""
                    warnings += [
                        f"{one} is nothing to {verb.replace('_', ' ')}{hint}" for one in ids if one in aim.named
                    ]
            await _gathered(jobs)
            return warned(warnings)

        return inner_spec(by_name[f"homeassistant.{verb}"], run)

    async def update(actor: Actor, given: Any) -> Mapping[str, Any] | None:
        # Sources report by themselves or are asked at their own pace; an id that is not there is still said.
        return warned(hands.aim(actor, given).warnings)

    async def reload(actor: Actor, given: Any) -> Mapping[str, Any] | None:
        aim = hands.aim(actor, given) if given.named else None
        entries = [given.entry_id] if given.entry_id else []
        for one in (*aim.named, *aim.reached) if aim is not None else ():
            entity = hands.entities.all.get(one)
            if entity is not None and entity.entry not in entries:
                entries.append(entity.entry)
        for entry in entries:
            await hands.actions.call(actor, "entry.reload", {"entry": entry})
        return warned(aim.warnings) if aim is not None else None

    async def nothing(actor: Actor, given: Any) -> None:
        return None

    async def reload_all(actor: Actor, given: Any) -> None:
        for domain in ("automation", "script", "scene"):
            if f"{domain}.reload" in hands.actions.all:
                await hands.actions.call(actor, f"{domain}.reload", {})

    def refusing(name: str) -> ActionSpec:
        async def run(actor: Actor, given: Any) -> None:
            raise Forbidden(_REFUSED[name])

        return inner_spec(by_name[name], run)

    return [
        *(power(verb) for verb in ("turn_on", "turn_off", "toggle")),
        inner_spec(by_name["homeassistant.update_entity"], update),
        inner_spec(by_name["homeassistant.reload_config_entry"], reload),
        inner_spec(by_name["homeassistant.save_persistent_states"], nothing),
        inner_spec(by_name["homeassistant.reload_all"], reload_all),
        *(refusing(name) for name in _REFUSED),
    ]


async def _gathered(jobs: list[Any]) -> None:
    """All are carried out; then the first failure counts."""
    failed = [one for one in await asyncio.gather(*jobs, return_exceptions=True) if isinstance(one, BaseException)]
    if failed:
        raise next((one for one in failed if not isinstance(one, HubError)), failed[0])
