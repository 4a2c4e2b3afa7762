"""Network settings hold at once, and go back by themselves unless somebody confirms them from where they lead."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from hub.clock import VirtualClock
from tests.network.conftest import START, Home, home


async def test_a_new_port_answers_at_once_beside_the_old_one(moving: Home, ports: list[int]) -> None:
    status, body = await moving.change(port=ports[0])
    assert status == 200, body
    assert body["pending"]["addresses"] == [f"http://127.0.0.1:{ports[0]}"]
    assert await moving.answers(moving.url)
    assert await moving.answers(f"http://127.0.0.1:{ports[0]}")


async def test_what_nobody_confirms_goes_back_after_five_minutes_and_not_before(
    moving: Home, clock: VirtualClock, ports: list[int]
) -> None:
    new = f"http://127.0.0.1:{ports[0]}"
    await moving.change(port=ports[0])
    await clock.advance(299)
    assert await moving.answers(new)
    await clock.advance(2)
    for _ in range(100):
        if moving.hub.network.state().pending is None:
            break
        await clock.advance(0)
    assert not await moving.answers(new)
    assert await moving.answers(moving.url)
    status, body, _ = await moving.ask("GET", f"{moving.url}/hub/v1/network")
    assert (status, body["pending"], body["settings"]["port"]) == (200, None, 0)


async def test_only_the_new_address_can_confirm(moving: Home, clock: VirtualClock, ports: list[int]) -> None:
    new = f"http://127.0.0.1:{ports[0]}"
    await moving.change(port=ports[0])
    status, body = await moving.post(moving.url, "confirm")
    assert (status, body["error"]["code"]) == (409, "conflict")
    assert new in body["error"]["message"]
    status, body = await moving.post(new, "confirm")
    assert (status, body["pending"], body["settings"]["port"]) == (200, None, ports[0])
    assert not await moving.answers(moving.url), "the old address is let go of once the new one is confirmed"
    await clock.advance(600)
    assert await moving.answers(new)


async def test_going_back_at_once_is_possible_from_either_side(moving: Home, ports: list[int]) -> None:
    for ask_at in ("old", "new"):
        new = f"http://127.0.0.1:{ports[0]}"
        await moving.change(port=ports[0])
        status, body = await moving.post(moving.url if ask_at == "old" else new, "revert")
        assert (status, body["pending"]) == (200, None)
        assert not await moving.answers(new)
        assert await moving.answers(moving.url)
    status, body = await moving.post(moving.url, "revert")
    assert status == 409


async def test_a_restart_in_between_brings_the_old_settings_back(tmp_path: Path, ports: list[int]) -> None:
    async with home(tmp_path / "data", VirtualClock(START)) as one:
        await one.change(port=ports[0])
        kept = await one.hub.rooms.recorder.get_setting("network")
        assert kept["pending"], "that something waited is known after a kill too"
    async with home(tmp_path / "data", VirtualClock(START)) as again:
        assert again.hub.network.state().pending is None
        assert again.port != ports[0]
        assert not await again.answers(f"http://127.0.0.1:{ports[0]}")


async def test_what_was_confirmed_holds_after_a_restart(tmp_path: Path, ports: list[int]) -> None:
    async with home(tmp_path / "data", VirtualClock(START)) as one:
        await one.change(port=ports[0], hosts=["hub.example.org"])
        assert (await one.post(f"http://127.0.0.1:{ports[0]}", "confirm"))[0] == 200
    async with home(tmp_path / "data", VirtualClock(START)) as again:
        assert again.port == ports[0]
        status, _, _ = await again.ask("GET", f"{again.url}/hub/v1/network", headers={"Host": "hub.example.org"})
        assert status in (200, 403), "the name is known"


async def test_what_the_file_says_stands_over_what_was_saved_and_is_shown_as_such(
    tmp_path: Path, ports: list[int]
) -> None:
    async with home(tmp_path / "data", VirtualClock(START)) as one:
        await one.change(port=ports[0])
        await one.post(f"http://127.0.0.1:{ports[0]}", "confirm")
    declared = {"hosts": "hub.yaml"}
    async with home(
        tmp_path / "data", VirtualClock(START), allowed_hosts=("hub.example.org",), declared=declared
    ) as again:
        status, body, _ = await again.ask("GET", f"{again.url}/hub/v1/network")
        assert (body["declared"], body["settings"]["hosts"]) == (declared, ["hub.example.org"])
        status, body = await again.change(hosts=["other.example.org"])
        assert (status, "hub.yaml" in body["error"]["message"]) == (409, True)
        assert again.hub.network.state().pending is None


async def test_a_port_that_is_taken_changes_nothing(moving: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, body = await moving.change(port=taken.getsockname()[1])
    assert (status, body["error"]["code"]) == (409, "cannot_work")
    assert "can't be opened" in body["error"]["message"]
    assert moving.hub.network.state().pending is None
    assert await moving.answers(moving.url)


async def test_the_same_port_can_become_wider_and_narrower(tmp_path: Path, ports: list[int]) -> None:
    clock = VirtualClock(START)
    async with home(tmp_path / "data", clock) as one:
        await one.change(port=ports[0])
        url = f"http://127.0.0.1:{ports[0]}"
        await one.post(url, "confirm")
        status, body = await one.change(url, listen="home")
        assert status == 200, body
        assert await one.answers(url)
        await clock.advance(301)
        for _ in range(100):
            if one.hub.network.state().pending is None:
                break
            await clock.advance(0)
        assert await one.answers(url), "back on the narrow address"
        await one.change(url, listen="home")
        assert (await one.post(url, "confirm"))[0] == 200
        status, body = await one.change(url, listen="machine")
        assert status == 200, body
        assert (await one.post(url, "confirm"))[0] == 200
        assert one.hub.network.state().settings.listen == "machine"


CANNOT_WORK: tuple[tuple[dict[str, Any], str], ...] = (
    ({"listen": "the moon"}, "can't be listened on"),
    ({"tls": "home", "tls_port": 9000, "port": 9000}, "can't share"),
    ({"redirect": True}, "no HTTPS"),
    ({"hsts": True}, "HTTPS only"),
    ({"tls": "own"}, "no certificate of yours"),
    ({"hosts": ["https://hub.example.org/"]}, "bare name"),
    ({"proxies": ["everybody"]}, "named by its address"),
    ({"proxies": ["0.0.0.0/0"]}, "believe"),
)


async def test_what_cannot_work_is_refused_in_words_and_changes_nothing(moving: Home) -> None:
    for given, says in CANNOT_WORK:
        status, body = await moving.change(**given)
        assert (status, says in body["error"]["message"]) == (409, True), (given, body)
        assert moving.hub.network.state().pending is None


async def test_only_who_manages_the_household_sees_or_changes_the_network(moving: Home) -> None:
    from hub.model import Account, Role

    await moving.hub.rooms.accounts.add(Account("sitter", "Sitter", Role.GUEST), "correct horse battery")
    cookies = {"homeostat_session": await moving.hub.views.sign_in("sitter", "correct horse battery")}
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/confirm"), ("POST", "/revert")):
        more: dict[str, Any] = {"json": {"port": 9}} if method != "GET" else {}
        status, _, _ = await moving.ask(method, f"{moving.url}/hub/v1/network{path}", cookies=cookies, **more)
        assert status == 403, (method, path)


async def test_the_trail_tells_what_was_changed_without_values(moving: Home, ports: list[int]) -> None:
    await moving.change(port=ports[0])
    await moving.post(f"http://127.0.0.1:{ports[0]}", "confirm")
    lines = await moving.hub.views.system().audit_lines(10, action="network")
    assert [(one.line.account, one.line.action, one.line.detail) for one in lines] == [
        ("anna", "network.confirm", ""),
        ("anna", "network.change", "port"),
    ]


async def test_a_hub_whose_saved_settings_are_garbled_still_starts(tmp_path: Path) -> None:
    async with home(tmp_path / "data", VirtualClock(START)) as one:
        await one.hub.rooms.recorder.set_setting("network", {"settings": {"port": "x", "listen": 7}})
    async with home(tmp_path / "data", VirtualClock(START)) as again:
        assert await again.answers(again.url)
