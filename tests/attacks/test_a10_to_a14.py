"""A10 to A14: guessing, leaks to neighbours, names that move, the broker, supply chain and prototypes."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser

from hub.errors import ConfigInvalid
from hub.model import SYSTEM, ConfigEntry
from integrations.mqtt.broker.accounts import Accounts
from tests.attacks.conftest import SECRET, Home
from tests.attacks.records import against
from tests.attacks.watch import watching
from tests.integrations.mqtt.client import Client, until
from tests.support.house import PASSWORD, house
from tests.support.process import free_port

ROOT = Path(__file__).parents[2]


@against("CVE-2026-43914", "GHSA-mjf5-p765-qmr6")
async def test_guessing_is_braked_whatever_address_is_claimed(home: Home) -> None:
    looked_at = 0
    field, cookie = await home.form_token("/sign-in")
    for number in range(60):
        claimed = f"10.{number}.0.{number}"
        headers = {
            "Cookie": cookie,
            "Origin": home.url,
            "X-Forwarded-For": claimed,
            "X-Real-IP": claimed,
            "Forwarded": f"for={claimed}",
            "CF-Connecting-IP": claimed,
            "True-Client-IP": claimed,
        }
        body = {"form_token": field, "account": "mallory" if number % 3 else "ada", "password": f"guess {number}"}
        answer = await home.ask("POST", "/sign-in", data=body, headers=headers)
        assert answer.status in (403, 429)
        looked_at += answer.status == 403
        if looked_at < number - 5:
            break
    assert looked_at < 40, "the brake was fooled"


@against("GHSA-jqpc-rc7g-vf83")
async def test_the_sign_in_page_names_nobody_and_answers_alike_for_all(home: Home) -> None:
    for path in (
        "/sign-in",
        "/",
        "/healthz",
        "/readyz",
        "/manifest.webmanifest",
        "/no/such",
        "/hub/v1/me",
    ):
        text = (await home.ask("GET", path, headers={"Accept": "text/html"})).text.lower()
        assert not [one for one in ("anna", "gus", "ben", "mia") if re.search(rf"\b{one}\b", text)], path


@against("PYSEC-2019-221")
async def test_logs_are_for_those_who_manage(home: Home) -> None:
    for path in (
        "/api/error_log",
        "/api/error/all",
        "/hub/v1/entries/phone/log",
        "/settings/audit",
        "/settings/audit/export",
        "/hub/v1/audit",
        "/logs",
        "/homeostat.log",
        "/data/logs/homeostat.log",
        "/integrations/phone",
    ):
        for who in ("", home.guests_token):
            answer = await home.ask("GET", path, token=who)
            assert answer.status in (303, 401, 403, 404), (path, answer.status)
            assert SECRET not in answer.text


@against("GHSA-wx3j-3v2j-rf45")
async def test_a_webhook_opens_to_its_secret_and_to_no_address(home: Home) -> None:
    before = home.hub.rooms.supervisor.status("phone").samples
    body = json.dumps({"data": {"metrics": []}})
    for headers in (
        {},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "192.168.0.2"},
        {"Authorization": "Bearer x"},
        {"X-Secret": ""},
    ):
        for path in (
            "/webhook/phone",
            "/webhook/phone/",
            "/webhook/phone/x",
            "/webhook/Phone",
            "/webhook/mqtt",
            "/webhook/nobody",
        ):
            answer = await home.ask("POST", path, data=body, headers={"Content-Type": "application/json", **headers})
            assert answer.status in (401, 403, 404, 405, 429), (path, headers, answer.status)
            assert SECRET not in answer.text
    assert home.hub.rooms.supervisor.status("phone").samples == before


NAMES = (
    "evil.example",
    "127.0.0.1.evil.example",
    "evil.example:80",
    "homeostat.local.evil.example",
    "localhost.evil.example",
    "a.b",
    "0x7f000001.evil.example",
    "rebind.network",
)


@against("CVE-2025-66414", "CVE-2018-5702", "CVE-2026-11624")
async def test_nothing_answers_to_a_name_that_moved_here(home: Home) -> None:
    paths = (
        "/",
        "/sign-in",
        "/healthz",
        "/hub/v1/me",
        "/hub/v1/states",
        "/hub/v1/ws",
        "/hub/v1/live",
        "/webhook/phone",
        "/static/x/js/app.js",
        "/api/v1/status.json",
        "/metrics",
        "/live/events",
        "/hub/v1/openapi.json",
        "/mcp",
        "/rpc",
    )
    for name in NAMES:
        for path in paths:
            for method in ("GET", "POST"):
                lines = [
                    f"{method} {path} HTTP/1.1",
                    f"Host: {name}",
                    f"Cookie: homeostat_session={home.owner}",
                    f"Origin: http://{name}",
                    "Content-Length: 0",
                    "Connection: close",
                    "",
                    "",
                ]
                answer = (await home.raw("\r\n".join(lines).encode())).decode(errors="replace")
                assert answer.split(" ")[1] == "421", (name, path, answer[:80])
                assert "Anna" not in answer
    upgrade = [
        "GET /hub/v1/ws HTTP/1.1",
        "Host: evil.example",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Authorization: Bearer {home.token}",
        "",
        "",
    ]
    assert b" 421 " in (await home.raw("\r\n".join(upgrade).encode()))[:40]
    no_host = b"GET /settings HTTP/1.0\r\nCookie: homeostat_session=" + home.owner.encode() + b"\r\n\r\n"
    assert b" 200 " not in (await home.raw(no_host))[:20]


# The broker


async def act(hub: object, action: str, **parameters: object) -> dict[str, object]:
    return dict(await hub.rooms.actions.call(SYSTEM, action, parameters))  # type: ignore[attr-defined]  # a Hub


@against("CVE-2017-7650", "CVE-2021-34434", "CVE-2018-12546", "CVE-2023-28366", "CVE-2023-0809", "CVE-2023-3592")
async def test_the_brokers_old_holes_are_none_here(tmp_path: Path) -> None:
    entry = ConfigEntry("mqtt", "mqtt", "MQTT", options={"port": free_port()})
    async with house(tmp_path / "data", entries=(entry,)) as hub:
        from tests.integrations.mqtt.conftest import is_connected

        await until(lambda: is_connected(hub), 60)
        for name in ("#", "+", "a/b", "a#", "$SYS", "..", "", "a b", "*"):
            with pytest.raises(ConfigInvalid):
                await act(hub, "mqtt.add_device", name=name)
        one, other = [await act(hub, "mqtt.add_device", name=name) for name in ("one", "other")]
        port = int(str(one["port"]))

        async def lets_in() -> bool:
            try:
                async with Client(port, name="other", password=str(other["password"])):
                    return True
            except PermissionError:
                return False

        await until(lets_in, 60)
        async with (
            Client(port, name="one", password=str(one["password"]), client_id="#") as first,
            Client(port, name="other", password=str(other["password"])) as second,
        ):
            for wish in ("#", "+/#", "other/#", "$SYS/#", "$share/x/other/#", "homeassistant/#"):
                with suppress(Exception):  # a broker may refuse or hang up
                    await first.subscribe(wish)
            await second.publish("other/secret", "mine", retain=True)
            await second.subscribe("other/#")
            await until(lambda: second.messages, 20)
            assert [message for message in first.messages if message.topic.startswith("other/")] == []
            # Revoked while it listens: nothing comes any more.
            await act(hub, "mqtt.remove_device", name="other")

            async def out() -> bool:
                return not await lets_in()

            await until(out, 60)
            heard = len(second.messages)
            boss = await act(hub, "mqtt.add_device", name="boss", access="all")

            async def boss_in() -> bool:
                try:
                    async with Client(port, name="boss", password=str(boss["password"])) as third:
                        await third.publish("other/secret", "after", qos=0)
                        return True
                except PermissionError:
                    return False

            await until(boss_in, 60)
            await asyncio.sleep(0.3)
            assert [one.payload for one in second.messages[heard:]] == []
        # First packets that are no CONNECT, and wills that are odd, end the connection and nothing else.
        for packet in (
            b"\x30\x05\x00\x01ax",
            b"\x10\xff\xff\xff\xff\x7f",
            b"\xf0\x00",
            b"\x10\x0c\x00\x04MQTT\x05\x04\x00\x3c\x00\x00\x00",
            b"\x00" * 64,
            b"\x10\x14\x00\x04MQTT\x05\x04\x00\x3c\x05\x11\x00\x00\x00\x00\x00\x02x\x00",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(packet)
            try:
                await asyncio.wait_for(reader.read(100), 2)
            except (TimeoutError, ConnectionError):
                pass
            writer.close()
        assert await boss_in()


@against("CVE-2018-12551")
def test_a_damaged_list_of_devices_lets_nobody_in(tmp_path: Path) -> None:
    """Cut, emptied or garbled: whoever can't be read is not there, and nobody is there by an empty password."""
    made = Accounts(tmp_path, "homeassistant")
    password = made.add("scale")
    whole = (tmp_path / "accounts.json").read_bytes()
    for damage in (
        b"",
        b"{}",
        b"null",
        whole[: len(whole) // 2],
        whole.replace(b'"digest":"', b'"digest":"x'),
        whole.replace(made.logins["scale"].digest.encode(), b""),
        whole.replace(made.logins["scale"].salt.encode(), b""),
        b"scale:\n",
        b"[1, 2]",
    ):
        (tmp_path / "accounts.json").write_bytes(damage)
        try:
            again = Accounts(tmp_path, "homeassistant")
        except Exception:  # noqa: BLE001  # refusing to start is one way to let nobody in
            continue
        for login in again.logins.values():
            for guess in ("", password[:3], "x"):
                assert not login.accepts(guess), damage[:40]


@against("CVE-2017-9868")
async def test_no_file_of_the_hub_is_anybody_elses_to_read(tmp_path: Path) -> None:
    entry = ConfigEntry("mqtt", "mqtt", "MQTT", options={"port": free_port()})
    async with house(tmp_path / "data", entries=(entry,)) as hub:
        from tests.integrations.mqtt.conftest import is_connected

        await until(lambda: is_connected(hub), 60)
        await act(hub, "mqtt.add_device", name="scale")
        folder = hub.settings.data_dir
        readable = []
        for one in folder.rglob("*"):
            shut = any(
                parent.stat().st_mode & 0o077 == 0 for parent in [*one.parents][: len(one.relative_to(folder).parts)]
            )
            if one.is_file() and one.stat().st_mode & 0o077 and not shut:
                readable.append(str(one.relative_to(folder)))
        assert readable == []


# Supply chain and prototypes


@against("GHSA-jff5-5j3g-vhqc")
def test_nothing_of_the_build_runs_what_others_named() -> None:
    for file in [
        *ROOT.glob(".github/**/*.y*ml"),
        *ROOT.glob(".gitlab-ci.yml"),
        *ROOT.glob("script/*"),
        ROOT / "Dockerfile",
    ]:
        text = file.read_text()
        assert not re.search(
            r"\$\{\{\s*github\.(head_ref|event\.(issue|pull_request|comment)|.*\.(title|body|ref|name))", text
        ), file
        assert "pull_request_target" not in text, file
        assert not re.search(r"curl[^\n|]*\|\s*(ba)?sh", text), file
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
        pinned = [one for one in lines if re.match(r"^[A-Za-z0-9_.\[\]-]+==", one)]
        assert len(pinned) > 20
        assert [one for one in pinned if "--hash=sha256:" not in one] == [], name


@against("GHSA-xp9c-82x8-7f67")
async def test_prototypes_in_json_change_nothing_here_or_in_a_page(home: Home, browser: Browser) -> None:
    evil = '{"__proto__": {"admin": true, "x": 1}, "constructor": {"prototype": {"x": 1}}, "readings": []}'
    for path in ("/hub/v1/readings", "/hub/v1/journal", "/hub/v1/entries", "/hub/v1/grants"):
        answer = await home.ask("POST", path, data=evil, token=home.token, headers={"Content-Type": "application/json"})
        assert answer.status in (400, 422), (path, answer.status)
    async with watching(browser, home.url, home.cookies) as watch:
        await watch.open("/people/anna/heart_rate")
        await watch.page.evaluate(
            """(text) => {
              const given = JSON.parse(text);
              const news = new CustomEvent("value", { detail: { data: text } });
              document.querySelector("[data-live]")?.dispatchEvent(news);
              document.dispatchEvent(new CustomEvent("homeostat:value", { detail: given }));
              const box = document.createElement("div");
              box.setAttribute("hx-vals", text);
              box.setAttribute("hx-config", text);
              box.setAttribute("hx-headers", text);
              box.setAttribute("hx-get", "/healthz");
              document.body.append(box);
              htmx.process(box);
              box.click();
            }""",
            evil,
        )
        await watch.page.wait_for_timeout(200)
        assert await watch.page.evaluate("Object.prototype.x === undefined && ({}).admin === undefined")
    assert PASSWORD
