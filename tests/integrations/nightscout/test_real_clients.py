"""Clients that people use, unmodified, against the real hub over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import py_nightscout
import pytest

from hub.model import Verb
from tests.integrations.nightscout.conftest import MakeSite, Site
from tests.integrations.nightscout.dexcom_share import dexcom_share, row
from tests.integrations.nightscout.test_entries import minutes_ago, ms, sgv
from tests.integrations.nightscout.test_site import LOOP_STATUS
from tests.integrations.nightscout.test_treatments import MEAL, iso
from tests.support import house
from tests.support.house import everything

CLIENTS = Path(__file__).parents[2] / "clients"
NODE = shutil.which("node")
npm_client = pytest.mark.skipif(
    NODE is None or not (CLIENTS / "node_modules").is_dir(),
    reason="the npm clients are not installed: script/test installs them where there is npm",
)


@asynccontextmanager
async def running(
    *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A client that is ended when the test is done with it."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})},
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def output(*command: str | Path, **options: Any) -> str:
    """All that a client prints; it must end well within half a minute."""
    async with running(*command, **options) as process:
        printed, _ = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, printed.decode()
        return printed.decode()


async def until(true: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something that a client does in its own time."""
    for _ in range(int(seconds / 0.1)):
        if await true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the client did not do it in time")


@npm_client
async def test_share2nightscout_bridge_brings_glucose_from_a_dexcom_account(site: Site, tmp_path: Path) -> None:
    assert NODE is not None
    rows = [
        row(minutes_ago(11), 98, "Flat"),
        row(minutes_ago(6), 110, "FortyFiveUp"),
        row(minutes_ago(1), 127, 2),
    ]
    async with dexcom_share(tmp_path, rows=rows) as share:
        env = {
            "BRIDGE_SERVER": share.url,
            "DEXCOM_ACCOUNT_NAME": share.account,
            "DEXCOM_PASSWORD": share.password,
            "NS": site.base,
            "API_SECRET": site.token,
        }
        bridge = CLIENTS / "node_modules/share2nightscout-bridge/index.js"
        async with running(NODE, bridge, "testdaemon", env=env):

            async def brought() -> bool:
                return len(await site.get("/api/v1/entries/sgv.json")) == 3

            await until(brought)
            read = await site.get("/api/v1/entries.json")
            assert [(one["sgv"], one["direction"], one["trend"]) for one in read] == [
                (127, "SingleUp", 2),
                (110, "FortyFiveUp", 3),
                (98, "Flat", 4),
            ]
            assert {one["device"] for one in read} == {"share2"}
            # The session runs out, a value comes: the bridge signs in again and repeats what is known.
            share.expire()
            share.rows.append(row(minutes_ago(0), 133, "Flat"))

            async def newest() -> bool:
                return bool((await site.get("/api/v1/entries/current.json"))[0]["sgv"] == 133)

            await until(newest)
            assert share.signed_in == 2
    assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [133, 127, 110, 98]
    state = everything(site.hub).state("sensor.anna_blood_glucose")[1]
    assert state is not None
    assert state.value == 133


@npm_client
async def test_nightscout_connect_reads_the_hub_as_its_source(make_site: MakeSite) -> None:
    assert NODE is not None
    async with make_site() as site:
        reader = await house.token(site.hub, Verb.VIEW, persons=["anna"])
        await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 100 + index) for index in range(20)])
    # It can read only where readers need no token.
    async with make_site(anonymous_token=reader) as site:
        printed = await output(NODE, "read-nightscout.js", site.base, cwd=CLIENTS)
        batch = json.loads(printed.strip().splitlines()[-1])
        assert [one["sgv"] for one in batch["entries"]] == [100 + index for index in range(20)]


async def test_nightscout_cli_pushes_lists_shows_and_deletes(site: Site, tmp_path: Path) -> None:
    secret = hashlib.sha1(site.token.encode()).hexdigest()
    command = (Path(sys.executable).parent / "nightscout", "--host", "127.0.0.1", "--port", str(site.hub.port))

    async def run(*arguments: str) -> str:
        return await output(*command, "--api-secret", secret, *arguments, env={"HOME": str(tmp_path)})

    assert "Successfully pushed" in await run("push", "142", "--direction", "FortyFiveUp")
    assert "Successfully pushed" in await run("push", "130", "--minutes-ago", "5")
    assert re.search(r" 142 mg/dL FortyFiveUp\n", await run("get"))
    history = await run("history", "--days-ago", "1", "--period", "2880", "--jsonl")
    assert [json.loads(line)["sgv"] for line in history.splitlines() if line.startswith("{")] == [130, 142]
    listed = [line.split(",") for line in (await run("list")).splitlines() if line.endswith((",142", ",130"))]
    assert [value for _, _, value in listed] == ["142", "130"]
    assert "Deleted 1 entries, 0 failed" in await run("delete", listed[0][0])
    assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [130]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_py_nightscout_reads_everything_it_knows(site: Site) -> None:
    at = minutes_ago(1)
    # As the bridge writes them, without the `delta` that this library cannot do without.
    await site.post("/api/v1/entries", [{"type": "sgv", "sgv": 120, "date": ms(at), "dateString": iso(at)}])
    earlier = at - timedelta(minutes=5)
    await site.post("/api/v1/entries", [{"type": "sgv", "sgv": 110, "date": ms(earlier), "dateString": iso(earlier)}])
    await site.post("/api/v1/treatments", [{**MEAL, "created_at": iso(at), "timestamp": iso(at)}])
    await site.post("/api/v1/devicestatus", [{**LOOP_STATUS, "created_at": iso(at)}])
    await site.post(
        "/api/v1/profile",
        {
            "defaultProfile": "Default",
            "startDate": "2020-01-01T00:00:00.000Z",
            "mills": "1577836800000",
            "store": {
                "Default": {
                    "dia": "5",
                    "timezone": "Europe/Madrid",
                    "carbratio": [{"time": "00:00", "value": "10", "timeAsSeconds": "0"}],
                    "sens": [{"time": "00:00", "value": "50", "timeAsSeconds": "0"}],
                    "basal": [{"time": "00:00", "value": "0.8", "timeAsSeconds": "0"}],
                    "target_low": [{"time": "00:00", "value": "100", "timeAsSeconds": "0"}],
                    "target_high": [{"time": "00:00", "value": "120", "timeAsSeconds": "0"}],
                    "units": "mg/dl",
                }
            },
        },
    )
    for secret in (site.token, f"token={site.token}"):
        client = py_nightscout.Api(site.base, api_secret=secret)
        values = await client.get_sgvs()
        assert [(one.sgv, one.delta) for one in values] == [(120, 10.0), (110, 0)]
        assert values[0].date == at
        status = await client.get_server_status()
        assert (status.status, status.name, status.settings["authDefaultRoles"]) == ("ok", "Homeostat", "denied")
        [treatment] = await client.get_treatments()
        assert (treatment.carbs, treatment.insulin, treatment.created_at) == (45, 4.5, at)
        definitions = await client.get_profiles()
        profile = definitions.get_profile_definition_active_at(at).get_default_profile()
        assert profile.basal.value_at_date(at) == 0.8
        statuses = await client.get_latest_devices_status()
        assert statuses["loop://iPhone"].uploader.battery == 87
    with pytest.raises(Exception, match="401"):
        await py_nightscout.Api(site.base, api_secret="not the secret").get_sgvs()
