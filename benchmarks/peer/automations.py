"""Home Assistant's automations in its own process: numeric_state triggers into an action, asked for block by block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.peer.account import onboard
from benchmarks.peer.environment import Files, running

CONFIGURATION = """\
homeassistant:
  name: Bench
  time_zone: Europe/Madrid
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
frontend:
automation: !include automations.yaml
bench:
"""
COMPONENT = '''\
"""Sets a sensor and waits until an automation has called `bench.act`, again and again."""

import asyncio
import json
import time
from pathlib import Path

import voluptuous as vol
from homeassistant.components.http import HomeAssistantView
from homeassistant.core import callback

DOMAIN = "bench"
SENSOR = "sensor.bench"
acted = []
waiting = []


@callback
def act(call=None):
    acted.append(time.perf_counter())
    if waiting:
        waiting.pop().set_result(None)


class Load(HomeAssistantView):
    """Other automations than before."""

    url = "/api/bench/load"
    name = "api:bench:load"

    async def post(self, request):
        hass = request.app["hass"]
        bodies = json.dumps(await request.json())
        path = Path(hass.config.path("automations.yaml"))
        await hass.async_add_executor_job(path.write_text, bodies)
        await hass.services.async_call("automation", "reload", blocking=True)
        await hass.async_block_till_done()
        return self.json({"loaded": len(hass.states.async_entity_ids("automation"))})


class Run(HomeAssistantView):
    """Seconds of all by the clock and of the processor, and of each from the state until the action, in ms."""

    url = "/api/bench/run"
    name = "api:bench:run"

    async def post(self, request):
        hass, count, took = request.app["hass"], (await request.json())["count"], []
        loop = asyncio.get_running_loop()
        hass.states.async_set(SENSOR, "0")
        await hass.async_block_till_done()
        acted.clear()
        whole, processor = time.perf_counter(), time.process_time()
        for number in range(count):
            done = loop.create_future()
            waiting.append(done)
            began = time.perf_counter()
            hass.states.async_set(SENSOR, str(10 + number))
            await asyncio.wait_for(done, 30)
            took.append((acted[-1] - began) * 1e3)
            hass.states.async_set(SENSOR, "0")
        await hass.async_block_till_done()
        assert len(acted) == count, len(acted)
        used = time.process_time() - processor
        return self.json({"seconds": time.perf_counter() - whole, "processor": used, "took": took})


async def async_setup(hass, config):
    hass.services.async_register(DOMAIN, "act", act, vol.Schema({vol.Optional("message"): str}))
    hass.bus.async_listen("bench_acted", act)
    hass.http.register_view(Load())
    hass.http.register_view(Run())
    return True
'''
MANIFEST = '{"domain": "bench", "name": "Bench", "version": "1.0.0", "dependencies": ["http"]}'


class Peer:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def load(self, bodies: list[dict[str, Any]]) -> None:
        """These automations, in the newer spelling, and no others."""
        told = await self._ask("load", [_older(one) for one in bodies])
        assert told["loaded"] == len(bodies), told

    async def run(self, count: int) -> dict[str, Any]:
        """`seconds` and `processor` of all, and what each `took` until its action in ms."""
        told: dict[str, Any] = await self._ask("run", {"count": count})
        return told

    async def _ask(self, what: str, body: Any) -> Any:
        async with self._session.post(f"{self._url}/api/bench/{what}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()


@contextmanager
def automating(python: Path, config: Path) -> Iterator[str]:
    """Its address, while it runs with the component above and without its recorder."""
    config.mkdir(parents=True, exist_ok=True)
    (config / "automations.yaml").write_text("[]")
    with running(python, config, Files(CONFIGURATION, COMPONENT, MANIFEST)) as peer:
        yield peer.url


async def signed_in(session: aiohttp.ClientSession, url: str) -> Peer:
    session.headers["Authorization"] = f"Bearer {await onboard(session, url)}"
    return Peer(session, url)


def _older(body: dict[str, Any]) -> dict[str, Any]:
    """As 2024.3 writes it."""
    triggers = [{**one, "platform": one["trigger"]} for one in body["triggers"]]
    actions = [{**one, "service": one["action"]} if "action" in one else one for one in body["actions"]]
    rest = {key: one for key, one in body.items() if key not in ("triggers", "conditions", "actions")}
    return {
        **rest,
        "trigger": [{key: one for key, one in each.items() if key != "trigger"} for each in triggers],
        "condition": body.get("conditions", []),
        "action": [{key: one for key, one in each.items() if key != "action"} for each in actions],
    }
