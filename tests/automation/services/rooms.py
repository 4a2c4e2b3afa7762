"""A house with things to command: each command is written down and, where it is plain, becomes the state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hub.api import Command, Context, DeviceDescription, EntityDescription, Integration, Kind, NotReady, Sample
from hub.automation.trace import Trace
from hub.daemon import Hub
from hub.model import HOUSEHOLD, Actor, ConfigEntry
from tests.support.house import Plugin, house

ON_OFF = ("off", "on")
COVER = ("open", "close", "stop", "set_position")


def described() -> list[EntityDescription]:
    def one(key: str, component: str, commands: tuple[str, ...], **more: Any) -> EntityDescription:
        kind = more.pop("kind", Kind.ENUM)
        options = more.pop("options", ON_OFF if kind is Kind.ENUM else ())
        return EntityDescription(key, key.capitalize(), component, more.pop("device", "kitchen"), kind=kind,
                                 options=options, object_id=key, commands=commands, **more)  # fmt: skip

    power = ("turn_on", "turn_off")
    return [
        one("lamp", "light", power, attributes={"supported_color_modes": ["rgb"]}),
        one("desk", "light", power, device="study", attributes={"supported_color_modes": ["color_temp", "hs"]}),
        one("strip", "switch", power),
        one("child_lock", "switch", power, category="config"),
        one("blind", "cover", COVER, options=("open", "closed")),
        one("door", "lock", ("lock", "unlock"), options=("locked", "unlocked"), device="study"),
        one("heater", "climate", ("set_hvac_mode", "set_temperature"), options=("off", "heat"),
            attributes={"hvac_modes": ["off", "heat"]}),
        one("fan", "fan", (*power, "set_percentage", "set_preset_mode"), device="study"),
        one("level", "number", ("set_value",), kind=Kind.GAUGE, attributes={"min": 0, "max": 10}),
        one("scent", "select", ("select_option",), options=("rose", "pine", "mint"), kind=Kind.ENUM),
        one("bell", "button", ("press",), kind=Kind.TEXT, record=False),
        one("slow", "switch", power, device="study"),
    ]  # fmt: skip


class Things:
    """The integration; `told` has every (entity key, command, parameters) in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Mapping[str, Any]]] = []
        self.broken: set[str] = set()

    @property
    def integration(self) -> Integration:
        return Integration("play", "Play", listen=self._listen, act=self._act, belongs_to="devices")

    async def _listen(self, ctx: Context) -> None:
        devices = [
            DeviceDescription("kitchen", "Kitchen box", suggested_area="Kitchen", person=HOUSEHOLD),
            DeviceDescription("study", "Study box", suggested_area="Study", person="ben"),
        ]
        await ctx.describe(devices, described())
        start: dict[str, float | str] = {"blind": "closed", "door": "locked", "level": 3, "scent": "rose"}
        await ctx.accept([
            Sample(entity=one.key, value=start.get(one.key, "off")) for one in described() if one.record
        ])  # fmt: skip
        await asyncio.Event().wait()

    async def _act(self, ctx: Context, command: Command) -> None:
        if command.entity in self.broken:
            raise NotReady(f"{command.entity} does not answer")
        self.told.append((command.entity, command.name, command.parameters))
        value = {"turn_on": "on", "turn_off": "off", "open": "open", "close": "closed", "lock": "locked",
                 "unlock": "unlocked"}.get(command.name)  # fmt: skip
        for name in ("hvac_mode", "option", "value"):
            value = command.parameters.get(name, value)
        shown = {
            key: one for key, one in command.parameters.items() if key in ("brightness", "rgb_color", "percentage")
        }
        if value is not None:
            await ctx.accept([Sample(entity=command.entity, value=value, attributes=shown)])

    def names(self) -> list[str]:
        return [f"{key}.{command}" for key, command, _ in self.told]


ANNA = Actor("anna")


@asynccontextmanager
async def furnished(folder: Path, **settings: Any) -> AsyncIterator[tuple[Hub, Things]]:
    """A running hub whose kitchen is the household's and whose study is Ben's."""
    things = Things()
    entry = ConfigEntry("play", "play", "Play", options={})
    async with house(folder, plugins=[("play", Plugin(things.integration))], entries=(entry,), **settings) as hub:
        await until(lambda: hub.rooms.states.get("select.scent") is not None)
        await hub.rooms.entities.assign("play:kitchen", HOUSEHOLD)
        await hub.rooms.entities.assign("play:study", "ben")
        await until(lambda: hub.rooms.automations.house.get("switch.slow") is not None)
        yield hub, things


async def until(so: Any) -> None:
    for _ in range(500):
        if so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it has not come about")


async def call(hub: Hub, name: str, /, actor: Actor = ANNA, **data: Any) -> Mapping[str, Any]:
    return await hub.rooms.actions.call(actor, name, data)


async def run(hub: Hub, text: str, account: str = "anna") -> Trace:
    """Add an automation of these actions, run it, and wait for its end."""
    automations = hub.rooms.automations
    one = await automations.add(automations.read_yaml(f"alias: Tried\ntriggers: []\n{text}"), account, by="test")
    automations.run(one.key)
    found: list[Trace] = []

    def over() -> bool:
        found[:] = [trace for trace in automations.engine(account).automations[one.key].traces if trace.ended]
        return bool(found)

    await until(over)
    return found[-1]
