"""`device.act`: what Home Assistant's editor writes when somebody chooses a device and what it is to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hub.automation.device_conditions import entities
from hub.automation.services.hands import Hands
from hub.errors import NotFound
from hub.model import Actor, Verb
from hub.plugin import ActionSpec

_NAMES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "cover.open": ("open_cover", {}), "cover.close": ("close_cover", {}), "cover.stop": ("stop_cover", {}),
    "cover.open_tilt": ("open_cover_tilt", {}), "cover.close_tilt": ("close_cover_tilt", {}),
    "cover.set_position": ("set_cover_position", {}), "cover.set_tilt_position": ("set_cover_tilt_position", {}),
    "valve.open": ("open_valve", {}), "valve.close": ("close_valve", {}),
    "vacuum.clean": ("start", {}), "vacuum.dock": ("return_to_base", {}),
    "lawn_mower.mow": ("start_mowing", {}), "lawn_mower.dock": ("dock", {}), "lawn_mower.pause": ("pause", {}),
    "light.brightness_increase": ("turn_on", {"brightness_step_pct": 10}),
    "light.brightness_decrease": ("turn_on", {"brightness_step_pct": -10}),
    "light.flash": ("turn_on", {"flash": "short"}),
    **{
        f"alarm_control_panel.{one}": (f"alarm_{one}", {})
        for one in ("arm_away", "arm_home", "arm_night", "arm_vacation", "disarm", "trigger")
    },
}  # fmt: skip
"""Domain and type -> the action's verb, and what goes with it. Others have the verb's own name."""
_RENAMED = {"cover.set_tilt_position": {"position": "tilt_position"}}
_ABOUT = frozenset({"device_id", "domain", "type", "entity_id", "metadata", "enabled", "alias"})


class DeviceDeed(BaseModel):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    device_id: str = Field(description="Which device.")
    domain: str = Field(description="Which of its entities: light, switch ...", pattern="^[a-z0-9_]+$")
    type: str = Field(description="What it is to do: turn_on, toggle ...", pattern="^[a-z0-9_]+$")
    entity_id: str = Field("", description="Which entity, where the device has several.")


def specs(hands: Hands) -> list[ActionSpec]:
    async def run(actor: Actor, given: DeviceDeed) -> Mapping[str, Any]:
        asked = given.model_dump()
        kind = f"{given.domain}.{given.type}"
        ids = entities(asked, hands.world(actor))
        if not ids:
            raise NotFound(f"the device {given.device_id!r} has no {given.domain} here")
        verb, more = _NAMES.get(kind, (given.type, {}))
        name = f"{given.domain}.{verb}"
        if name not in hands.actions.all:
            raise NotFound(f"nobody knows how a {given.domain} is to do {given.type!r}")
        renamed = _RENAMED.get(kind, {})
        data = {renamed.get(key, key): value for key, value in asked.items() if key not in _ABOUT}
        return await hands.actions.call(actor, name, {**more, **data, "entity_id": ids})

    words = "What is written when a device and what it is to do were chosen."
    return [ActionSpec("device.act", "Tell a device", DeviceDeed, Verb.ACT, run, description=words, inner=True)]
