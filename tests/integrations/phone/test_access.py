"""Who may send, and what a phone is told when it may not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from hub.api import ConfigEntry, StorageUnavailable
from integrations.phone import access
from tests.integrations.phone.conftest import SECRET, Phone, body
from tests.support import house

ONE = {
    "timestamp": "2026-11-20T09:00:00Z",
    "app_version": "1",
    "weight": [{"kilograms": 75.5, "time": "2026-11-20T06:30:00Z"}],
}


WAYS: list[tuple[str, dict[str, str]]] = [
    ("", {"api-key": SECRET}),
    ("", {"X-API-Key": SECRET}),
    ("", {"Authorization": f"Bearer {SECRET}"}),
    ("", {"Authorization": SECRET}),
    (f"/{SECRET}", {}),
    (f"/{SECRET}/api/data", {}),
    ("/api/data", {"api-key": SECRET}),
    (f"?token={SECRET}", {}),
]
WRONG_WAYS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("", {"api-key": "swordfish"}),
    ("/swordfish", {}),
    ("", {"Authorization": "Bearer "}),
    ("", {"api-key": "ü"}),
]


async def test_the_secret_may_stand_where_apps_can_put_it(phone: Phone) -> None:
    for path, headers in WAYS:
        status, answer = await phone.post(ONE, path, headers=headers, secret="")
        assert (status, answer["accepted"] + answer["unchanged"]) == (200, 1), (path, headers)


async def test_without_it_nothing_is_kept(phone: Phone) -> None:
    for path, headers in WRONG_WAYS:
        status, answer = await phone.post(ONE, path, headers=headers, secret="")
        assert status == 401, (path, headers)
        assert "secret" in answer["error"]
    assert await phone.values("weight") == []


async def test_guessing_is_stopped_for_a_minute(phone: Phone) -> None:
    access._WRONG.clear()
    told = [(await phone.post(ONE, secret=f"guess-number-{n}"))[0] for n in range(12)]
    assert told == [401] * 10 + [429] * 2
    assert (await phone.post(ONE))[0] == 429
    await phone.hub.rooms.clock.advance(61)  # type: ignore[attr-defined]  # the test's clock
    assert (await phone.post(ONE))[0] == 200


async def test_a_look_by_browser_says_that_the_address_works(phone: Phone) -> None:
    assert await phone.call("GET") == (
        200,
        {"status": "ok", "message": "This address takes what your phone sends with POST."},
    )
    assert (await phone.call("PUT", "", ONE))[0] == 405


BROKEN = [
    (b"", "the body is empty"),
    (b"garbage", "the body begins with 'g'"),
    (b"[]", "the body begins with '['"),
    (b'{"data": {"metrics": [', "broken JSON near byte 22: it ends in the middle"),
    (b'{"data": {"metrics" [', "a colon is missing after 'metrics'"),
    (b'{"data": "\xff"}', "is not UTF-8"),
    (b'{"hello": "world"}', "not a format known here"),
    (b"{}", "not a format known here"),
]


async def test_what_cannot_be_read_is_answered_400_and_named(phone: Phone) -> None:
    for data, error in BROKEN:
        status, answer = await phone.post(data)
        assert status == 400, data
        assert error in answer["error"]


async def test_ten_megabytes_of_garbage_are_refused(phone: Phone) -> None:
    status, answer = await phone.post(io.BytesIO(b'{"data": {"metrics": [{"name": "' + b"x" * 10_000_000))
    assert status == 400
    assert "longer than 8 MB" in answer["error"]


async def test_what_came_before_the_break_is_kept_and_said(phone: Phone) -> None:
    good = (
        b'{"timestamp": "2026-11-20T09:00:00Z", "weight": [{"kilograms": 75.5, "time": "2026-11-20T06:30:00Z"}, {"kil'
    )
    status, answer = await phone.post(good)
    assert (status, answer["accepted"]) == (400, 1)
    assert "what was kept is not doubled" in answer["error"]


async def test_a_hub_that_cannot_write_asks_the_phone_to_come_again(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(rows: Any) -> Any:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(phone.hub.rooms.recorder, "write", full)
        status, answer = await phone.post(body("hc_webhook"))
        assert (status, answer["error"]) == (503, "the disk is full")
    status, answer = await phone.post(body("hc_webhook"))
    assert (status, answer["rejected"]) == (200, [])
    assert await phone.only("sleep_duration") == 440


async def test_the_hub_makes_a_secret_and_the_page_gets_it_with_codes(tmp_path: Path) -> None:
    entry = ConfigEntry("phone", "phone", "Anna's phone", "anna")
    async with house.house(tmp_path, serve=True, entries=(entry,)) as hub:
        view = house.everything(hub)
        found = await view.call("phone.setup", {"base_url": "http://192.168.1.20:8480/"})
        assert found is not None
        assert found["address"] == "http://192.168.1.20:8480/webhook/phone"
        assert len(found["secret"]) >= 20
        again = await view.call("phone.setup", {})
        assert again is not None
        assert again["secret"] == found["secret"]
        assert [app["app"] for app in found["apps"]] == ["Health Auto Export", "HC Webhook", "HCGateway"]
        link = found["apps"][0]["qr"]
        assert link.startswith("com.HealthExport://automation?url=http%3A//192.168.1.20%3A8480/webhook/phone&")
        assert f"headers=api-key%2C{found['secret']}" in link


async def test_a_secret_that_is_too_short_is_refused_in_words(tmp_path: Path) -> None:
    entry = ConfigEntry("phone", "phone", "Anna's phone", "anna", {"secret": "short"})
    async with house.house(tmp_path, entries=(entry,)) as hub:
        status = house.everything(hub).entry_status("phone")
        assert status.state.value == "misconfigured"
        assert "at least 8 characters" in status.problem
