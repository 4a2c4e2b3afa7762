"""Who hears of a change: those who looked at what changed, and nobody else."""

from __future__ import annotations

import asyncio

import pytest

from hub.automation.listening import Listening
from hub.automation.seen_states import Reads


def reads(*entities: str, domain: str = "", everything: bool = False) -> Reads:
    made = Reads()
    made.entities.update(entities)
    made.domains.update({domain} if domain else ())
    made.everything = everything
    return made


@pytest.mark.parametrize(
    ("changed", "woken"),
    [
        ("light.desk", {"desk", "both", "lights", "all"}),
        ("light.hall", {"lights", "all"}),
        ("switch.kettle", {"both", "all"}),
        ("sensor.light", {"all"}),
    ],
)
async def test_a_wait_goes_on_once_something_that_it_read_has_changed(changed: str, woken: set[str]) -> None:
    listening = Listening()
    waits = {
        "desk": reads("light.desk"),
        "both": reads("light.desk", "switch.kettle"),
        "lights": reads(domain="light"),
        "all": reads("sensor.other", everything=True),
        "none": reads("sensor.other"),
    }
    tasks = {name: asyncio.ensure_future(listening.change(one)) for name, one in waits.items()}
    await asyncio.sleep(0)
    listening.wake(changed)
    await asyncio.sleep(0)
    assert {name for name, task in tasks.items() if task.done()} == woken
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    # Nobody waits any more, and nothing of them is kept.
    assert not listening._waiting
