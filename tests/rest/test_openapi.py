"""The OpenAPI document, and the running interface held against it by a stranger's tool."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.rest.conftest import House
from web.rest.table import ENDPOINTS


async def test_the_document_is_openapi_and_lists_what_the_router_answers(house: House) -> None:
    document = (await house.call("GET", "/hub/v1/openapi.json", token=None)).json
    assert document["openapi"].startswith("3.1")
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    app = house.hub.app
    routed = {
        (route.method, resource.canonical)
        for resource in app.router.resources()
        for route in resource
        if resource.canonical.startswith("/hub/v1/") and route.method != "HEAD"
    }
    unlisted = {("GET", "/hub/v1/live"), ("GET", "/hub/v1/ws"), ("GET", "/hub/v1/openapi.json")}
    of_plugins = {(route.method, route.path) for route in house.hub.loaded.routes}
    assert routed - unlisted - of_plugins == listed
    assert set(document["x-streams"]) == {"/hub/v1/live", "/hub/v1/ws"}


async def test_every_reference_in_the_document_leads_somewhere(house: House) -> None:
    answer = await house.get("/hub/v1/openapi.json")
    schemas = set(answer.json["components"]["schemas"])
    references = set(re.findall(rb'"#/([^"]+)"', answer.body))
    assert references
    assert {one.decode().removeprefix("components/schemas/") for one in references} <= schemas


async def test_every_address_has_a_summary_and_a_name_of_its_own() -> None:
    assert all(one.summary and one.tag for one in ENDPOINTS)
    names = [one.name for one in ENDPOINTS]
    assert len(names) == len(set(names))


WHOLE = ("--max-examples=8",)
THOROUGH = (
    {"owner": WHOLE, "anna only": WHOLE, "nobody": ("--phases=coverage,fuzzing", "--max-examples=2")}
    if os.environ.get("HOMEOSTAT_SCHEMATHESIS") == "whole"
    else {
        "owner": ("--phases=examples,coverage,fuzzing", "--max-examples=2"),
        "anna only": ("--phases=fuzzing", "--max-examples=3"),
        "nobody": ("--phases=fuzzing", "--max-examples=2"),
    }
)
"""The whole takes minutes; here the owner asks every address all that its limits forbid, and the others ask some."""


async def schemathesis(location: str, *options: str) -> tuple[int, str]:
    """Exit code and report of a bounded run."""
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "schemathesis.cli",
        "run",
        location,
        "--checks=all",
        "--no-color",
        "--seed=1",
        "--request-timeout=20",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await run.communicate()
    return run.returncode or 0, out.decode()


@pytest.mark.parametrize("token", ["owner", "anna only"])
async def test_schemathesis_finds_nothing_to_say(house: House, token: str) -> None:
    await house.record(
        {"person": "anna", "metric": "heart_rate", "value": 62, "taken_at": "2026-05-01T10:00:00Z"},
        {"person": "household", "metric": "weight", "value": 62, "taken_at": "2026-05-01T10:00:00Z"},
    )
    code, report = await schemathesis(
        f"{house.url}/hub/v1/openapi.json", f"--header=Authorization: Bearer {house.tokens[token]}", *THOROUGH[token]
    )
    assert code == 0, report[-6_000:]
    assert int(re.findall(r"(\d+) passed", report)[-1]) > {"owner": 500, "anna only": 150}[token]


async def test_schemathesis_finds_nothing_to_say_without_a_token_either(house: House, tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes((await house.get("/hub/v1/openapi.json")).body)
    code, report = await schemathesis(str(path), f"--url={house.url}", *THOROUGH["nobody"])
    assert code == 0, report[-6_000:]
    # The access tests ask every address without a token; this tells that the tool asked at all.
    every = len(ENDPOINTS) if "coverage" in THOROUGH["nobody"][0] else 100
    assert int(re.findall(r"Authentication failed: (\d+) operations", report)[0]) >= every
