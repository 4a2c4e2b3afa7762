"""Requests that the configuration declares."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from hub.automation.services.rest import _followed
from hub.config import load_settings
from hub.errors import NotReady
from hub.model.rest_command import RestCommand
from tests.automation.services.rooms import call, furnished, run


@pytest.fixture
async def door() -> AsyncIterator[TestServer]:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/away":
            raise web.HTTPFound(f"http://localhost:{request.url.port}/inside")
        if request.path == "/moved":
            raise web.HTTPTemporaryRedirect("/here")
        if request.path.startswith("/elsewhere/"):
            raise web.HTTPFound(f"http://127.0.0.1:{request.path.rpartition('/')[2]}/there")
        told = {"by": request.headers.get("X-By"), "login": request.headers.get("Authorization")}
        return web.json_response({**told, "body": await request.text(), "path": request.path}, status=201)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


async def test_a_declared_request_is_sent_with_what_the_call_gives(door: TestServer, tmp_path: Path) -> None:
    commands = {
        "open_door": RestCommand(
            url=f"http://127.0.0.1:{door.port}/open/{{{{ room }}}}", method="post", payload='{"who": "{{ who }}"}',
            headers={"X-By": SecretStr("{{ states('number.level') }}")}, content_type="application/json",
            username="hub", password=SecretStr("secret"),
        ),
        # A template may not lead into the house.
        "sneaky": RestCommand(url="http://{{ host }}/"),
        # Nor may the other side, to what nobody wrote down.
        "led_on": RestCommand(url=f"http://127.0.0.1:{door.port}/away"),
    }  # fmt: skip
    async with furnished(tmp_path / "data", rest_commands=commands) as (hub, things):
        trace = await run(hub, """
actions:
  - action: rest_command.open_door
    data: {room: study, who: Anna}
    response_variable: told
  - action: number.set_value
    target: {entity_id: number.level}
    data: {value: "{{ told.status / 100 }}"}
  - variables: {content: "{{ told.content }}"}
""")  # fmt: skip
        assert trace.outcome == "done", trace.why
        assert things.told[-1] == ("level", "set_value", {"value": 2.01})
        content = trace.steps[-1].changed["content"]
        login = encode_basic_auth("hub", "secret")
        assert content == {"by": "3", "login": login, "body": '{"who": "Anna"}', "path": "/open/study"}
        with pytest.raises(NotReady, match="could not be asked"):
            await call(hub, "rest_command.sneaky", host=f"127.0.0.1:{door.port}")
        with pytest.raises(NotReady, match="could not be asked"):
            await call(hub, "rest_command.led_on")


async def test_what_the_headers_tell_stays_with_whom_it_is_meant_for(door: TestServer) -> None:
    other = TestServer(door.app, host="127.0.0.1")
    await other.start_server()
    try:
        command = RestCommand(url="http://x", method="post")
        headers = {"X-By": "secret", "Content-Type": "text/plain"}
        async with aiohttp.ClientSession() as session:
            async with _followed(session, command, f"{door.make_url('/moved')}", headers, b"x") as answer:
                moved = await answer.json()
            away = f"{door.make_url(f'/elsewhere/{other.port}')}"
            async with _followed(session, command, away, headers, b"x") as answer:
                led = await answer.json()
    finally:
        await other.close()
    assert (moved["path"], moved["by"], moved["body"]) == ("/here", "secret", "x")
    assert (led["path"], led["by"], led["body"]) == ("/there", None, "")


def test_requests_stand_in_the_configuration_with_their_secrets_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "hub.yaml").write_text(
        "rest_command:\n  ring:\n    url: https://door.example.org/ring\n    method: POST\n"
        "    headers: {Authorization: !secret door}\n"
    )
    (tmp_path / "secrets.yaml").write_text("door: Bearer abc\n")
    ring = load_settings(tmp_path).rest_commands["ring"]
    assert (ring.method, ring.headers["Authorization"].get_secret_value()) == ("post", "Bearer abc")
    assert "abc" not in repr(ring)
