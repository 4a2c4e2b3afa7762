"""What a device can be told, from its page; and what it cannot."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import expect

from hub.api import Command, Context, EntityDescription, Integration, Kind, Sample, hookimpl
from hub.daemon import Hub, Settings
from hub.view import SetupRequest
from tests.web.conftest import PASSWORD, House, OpenPage


class Lamp:
    """A plugin with a lamp that does as it is told."""

    def __init__(self) -> None:
        self.told: list[Command] = []

    @hookimpl
    def register_integrations(self, register: Callable[[Integration], None]) -> None:
        register(
            Integration("lamp", "Lamp", listen=self._listen, act=self._act, belongs_to="household", automatic=True)
        )

    async def _listen(self, ctx: Context) -> None:
        await ctx.describe(
            [],
            [
                EntityDescription(
                    "lamp", "Lamp", "switch", kind=Kind.ENUM, options=("on", "off"), commands=("turn_on", "turn_off")
                ),
                EntityDescription(
                    "level", "Level", "number", commands=("set_value",), attributes={"min": 0, "max": 50}
                ),
                EntityDescription("scene", "Scene", "select", commands=("select_option",), options=("cosy", "bright")),
            ],
        )
        await ctx.accept([Sample(entity="lamp", value="off"), Sample(entity="level", value=10)])
        await asyncio.Event().wait()

    async def _act(self, ctx: Context, command: Command) -> None:
        self.told.append(command)
        if command.entity == "lamp":
            await ctx.accept([Sample(entity="lamp", value=command.name.removeprefix("turn_"))])


@pytest.fixture
async def lit(tmp_path: Path) -> AsyncIterator[tuple[House, Lamp]]:
    lamp = Lamp()
    settings = Settings(data_dir=tmp_path / "data", host="127.0.0.1", port=0, automatic_entries=False)
    hub = await Hub.start(settings, plugins=[("lamp", lamp)])
    try:
        await hub.views.setup(SetupRequest("Anna", PASSWORD, "Home", "Europe/Berlin"), code=None)
        await hub.views.system().add_entry("lamp", {}, person="household")
        for _ in range(100):
            if "number.level" in hub.rooms.entities.all:
                break
            await asyncio.sleep(0.02)
        yield House(hub, await hub.views.sign_in("anna", PASSWORD)), lamp
    finally:
        await hub.stop()


async def test_a_lamp_is_switched_from_its_page(lit: tuple[House, Lamp], open_page: OpenPage) -> None:
    house, lamp = lit
    page = await open_page(house, "/entities/switch.lamp", width=390)
    await page.get_by_role("button", name="Turn on").click()
    await expect(page.get_by_role("status")).to_contain_text("Told Lamp: turn on.")
    await expect(page.get_by_role("button", name="Turn on")).to_have_attribute("aria-pressed", "true")
    assert [command.name for command in lamp.told] == ["turn_on"]


async def test_numbers_and_choices_are_asked_for(lit: tuple[House, Lamp], open_page: OpenPage) -> None:
    house, lamp = lit
    page = await open_page(house, "/entities/number.level", java_script_enabled=False)
    await page.get_by_role("spinbutton", name="Value").fill("35")
    await page.get_by_role("button", name="Set").click()
    await page.goto(f"{house.url}/entities/select.scene")
    await page.get_by_label("Choose").select_option("bright")
    await page.get_by_role("button", name="Set").click()
    assert [dict(command.parameters) for command in lamp.told] == [{"value": 35.0}, {"option": "bright"}]


async def test_what_it_does_not_know_is_refused_in_words(lit: tuple[House, Lamp], open_page: OpenPage) -> None:
    house, lamp = lit
    page = await open_page(house, "/entities/switch.lamp")
    token = await page.input_value("input[name=form_token] >> nth=0")
    answer = await page.request.post(
        f"{house.url}/entities/switch.lamp/command",
        form={"form_token": token, "command": "self_destruct"},
        headers={"Origin": house.url, "Accept": "text/html"},
    )
    assert answer.status == 422
    assert "cannot be told to self destruct" in await answer.text()
    assert lamp.told == []
