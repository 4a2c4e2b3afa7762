"""docs/notifications.md: what it shows is done as it stands, and what it lists is what there is."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from hub.model import CONFIRM, Happened, Notice, NoticeState, Urgency
from hub.notify import draft, making, room
from hub.plugin import Outbound
from integrations.mqtt.notices import Notices
from tests.notify.conftest import ANNA, Loft

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text()


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!secret", lambda loader, node: f"json://{node.value}")
BLOCKS: list[dict[str, Any]] = [
    yaml.load(one, _Loader) for one in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]  # fmt: skip
ACTIONS = [one for one in BLOCKS if "action" in one]
OWN = {"test", "only_app", "gathered", "persistent_notification", "notification_id", "about", "uri"}
"""Of the hub itself, or another spelling."""


def rows(heading: str) -> dict[str, str]:
    """First column -> the rest, of the tables below a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| (`[^|]+) \| (.*) \|$", part, re.MULTILINE))


async def newest(loft: Loft, message: str) -> list[Notice]:
    """All of Anna's, once the newest says that; an automation runs in tasks of its own."""
    for _ in range(500):
        await loft.passes(0)
        found = loft.room.notices("anna")
        if found and found[0].message == message:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"{message!r} was not said")


async def test_each_action_shown_tells_somebody(loft: Loft) -> None:
    told = []
    for one in ACTIONS:
        await loft.hub.rooms.actions.call(ANNA, one["action"], one["data"])
        await loft.passes(0)
        told.append(loft.room.notices("anna")[0])
    pill, low = told
    assert [one.action for one in pill.buttons] == ["PILL_TAKEN", "PILL_LATER"]
    assert (low.about, low.urgency, low.buttons[0].action) == ("mia", Urgency.CRITICAL, CONFIRM)
    assert low.escalation is not None
    assert (low.escalation.to, low.escalation.after, low.escalation.repeat) == (("ben",), 300, 2)


@pytest.mark.parametrize(("pressed", "said"), [(True, "Well done"), (False, "It is still in the box")])
async def test_an_automation_goes_on_with_what_the_button_said(loft: Loft, pressed: bool, said: str) -> None:
    (body,) = [one for one in BLOCKS if "triggers" in one]
    kept = await loft.hub.rooms.automations.add(body, "anna", by="anna")
    loft.hub.rooms.automations.run(kept.key)
    (asked,) = await newest(loft, "Time for your tablet")
    # The run has come to its `wait_for_trigger`.
    while not any(
        1_700 < at - loft.clock.monotonic() <= 1_800 for at, _, woken in loft.clock._sleepers if not woken.done()
    ):
        await asyncio.sleep(0.001)
    if pressed:
        assert await loft.room.answers.settle(asked, "PILL_TAKEN", "", "anna", NoticeState.ANSWERED)
    else:
        await loft.passes(1_700)
        assert [one.message for one in loft.room.notices("anna")] == ["Time for your tablet"]
        await loft.passes(120)
    await newest(loft, said)


def test_every_field_that_is_understood_is_listed() -> None:
    source = "".join(Path(str(one.__file__)).read_text() for one in (draft, making, room))
    understood = set(re.findall(r'data\.get\("(\w+)"', source)) - OWN
    listed = {name for cell in rows("What a notice can carry") for name in re.findall(r"`(\w+)`", cell)}
    assert {"tag", "actions", "escalate", "urgency"} <= understood <= listed


async def test_the_events_carry_what_is_listed(loft: Loft) -> None:
    sent = await loft.send("Feed Mia", actions=[{"action": "REPLY", "title": "Say"}], action_data=1, tag="feed")
    await loft.room.answers.settle(sent, "REPLY", "Porridge", "ben", NoticeState.ANSWERED)
    kinds = rows("What comes back")
    assert {one.strip("`") for one in kinds} == {
        f"mobile_app_notification_{one}" for one in ("action", "cleared", "received")
    }
    (event,) = loft.events("mobile_app_notification_action")
    assert isinstance(event, Happened)
    assert set(event.data) == set(re.findall(r"`(\w+)`", kinds["`mobile_app_notification_action`"]))


async def test_its_configuration_is_what_the_channels_take(loft: Loft) -> None:
    catalogue = loft.hub.rooms.supervisor.catalogue
    (entries,) = [one["integrations"] for one in BLOCKS if "integrations" in one]
    for one in entries:
        catalogue.get(one["domain"]).config.model_validate(one["options"])
    ways = {one["domain"] for one in entries} | {"mqtt", "pigeon"}
    assert ways == set(loft.room.channels.notifiers)


async def test_what_mqtt_publishes_has_the_shape_that_is_shown(loft: Loft) -> None:
    published: list[Any] = []

    def publish(topic: str, payload: bytes, qos: int) -> bool:
        published.append((topic, json.loads(payload)))
        return True

    broker: Any = SimpleNamespace(publish=publish)
    context: Any = None
    sent = await loft.send("x", confirm=True)
    Notices(context, broker, "homeostat", "home").tell(Outbound(sent, "", "x", "a.b"))
    ((topic, body),) = published
    shown = json.loads(re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0])
    assert topic == "homeostat/home/notify/ben"
    assert (set(body), set(body["actions"][0])) == (set(shown), set(shown["actions"][0]))
