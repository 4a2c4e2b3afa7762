"""A3: ways around signing in."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.config.model import Web
from hub.daemon import Settings
from tests.attacks.conftest import Home
from tests.attacks.records import against
from tests.support.house import PASSWORD

INSIDE = ("/settings", "/settings/people", "/people/anna", "/journal", "/integrations", "/events", "/hub/v1/states")
BODIES = (
    ("POST", "/hub/v1/readings"),
    ("POST", "/hub/v1/journal"),
    ("POST", "/hub/v1/imports"),
    ("POST", "/hub/v1/entries"),
    ("POST", "/hub/v1/accounts"),
    ("POST", "/hub/v1/grants"),
    ("POST", "/hub/v1/exports"),
    ("POST", "/hub/v1/actions/x"),
    ("POST", "/settings/privacy/export"),
    ("POST", "/settings/tokens"),
    ("POST", "/integrations/add/phone"),
    ("POST", "/api/v1/entries"),
)


def inside(text: str) -> bool:
    """Whether an answer shows anything of the house."""
    return any(one in text for one in ("Anna", "sensor.anna", "heart_rate", "Ben"))


@against("CVE-2023-27482")
async def test_odd_spellings_of_an_address_open_nothing(home: Home) -> None:
    spellings = (
        "/{0}",
        "//{0}",
        "/./{0}",
        "/x/../{0}",
        "/healthz/../{0}",
        "/static/../{0}",
        "/static/x/../../{0}",
        "/%2e/{0}",
        "/healthz/%2e%2e/{0}",
        "/{0}/",
        "/{0}//",
        "/{0}/.",
        "/{0};x=/healthz",
        "/{0}%00",
        "/{0}%20",
        "/{0}?/healthz",
        "/{0}#/healthz",
        "/{0}%2f",
        "/sign-in/..%2f{0}",
        "/healthz%2f..%2f{0}",
        "http://127.0.0.1/{0}",
        "/sign-in/%2e%2e/{0}",
        "/\\{0}",
        "/webhook/../{0}",
        "/hub/v1/openapi.json/../../../{0}",
        "/%73%65%74tings/../{0}",
    )
    for path in INSIDE:
        for spelling in spellings:
            target = spelling.format(path.strip("/"))
            status, text = await home.get_raw(target, "Accept: text/html")
            assert not (status == 200 and inside(text)), target
            status, text = await home.get_raw(target, f"X-Original-URL: {path}", f"X-Rewrite-URL: {path}")
            assert not (status == 200 and inside(text)), target


@against("CVE-2021-32637")
async def test_malformed_request_lines_open_nothing(home: Home) -> None:
    for target in (
        "/settings%",
        "/settings%zz",
        "/settings?%",
        "/%",
        "*",
        "settings",
        "/settings\x7f",
        "/settings\t",
        "/\udcff",
        "/settings HTTP/1.1\r\nX: y",
        "?/settings",
        "/settings%u002f",
        "127.0.0.1:80",
    ):
        _, text = await home.get_raw(target, "Accept: text/html")
        assert not inside(text), target
    for request in (
        b"GET /settings\r\n\r\n",
        b"GET  /settings HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /settings HTTP/0.9\r\n\r\n",
        b"get /settings HTTP/1.1\r\nHost: localhost\r\n\r\n",
        (
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /settings HTTP/1.1\r\nHost: localhost\r\n\r\n"
        ),
    ):
        assert not inside((await home.raw(request)).decode(errors="replace")), request


@against("CVE-2026-34205", "CVE-2026-59177")
async def test_the_hub_listens_where_it_was_told_to_and_nowhere_else(home: Home) -> None:
    assert Settings(Path()).host == Web().host == "127.0.0.1"
    mine = {os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if _open(one)}
    listening = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            waits = fields[3] == ("0A" if table.startswith("tcp") else "07")
            if waits and f"socket:[{fields[9]}]" in mine:
                listening.add((table, fields[1].split(":")[0]))
    assert ("tcp", "0100007F") in listening
    assert {where for _, where in listening} == {"0100007F"}, "something of the hub listens beyond this machine"
    consoles = [one for one in home.hub.settings.data_dir.rglob("*") if one.is_socket()]
    assert all(one.stat().st_mode & 0o077 == 0 for one in consoles)


def _open(descriptor: str) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").is_symlink()


@against("CVE-2025-57808")
async def test_nothing_opens_to_what_is_empty_or_only_a_beginning(home: Home) -> None:
    assert (await home.ask("GET", "/hub/v1/me", token=home.token)).status == 200
    for given in (
        "",
        " ",
        home.token[:8],
        home.token[:-1],
        home.token + "x",
        home.token.upper(),
        home.token[::-1],
        "*",
        "null",
        "undefined",
        "Basic",
    ):
        answer = await home.ask("GET", "/hub/v1/me", headers={"Authorization": f"Bearer {given}"})
        assert answer.status == 401, given
    for given in ("", home.owner[:10], home.owner[:-1], home.owner + "x", home.owner.swapcase(), "null", "anna"):
        answer = await home.ask("GET", "/hub/v1/me", headers={"Cookie": f"homeostat_session={given}"})
        assert answer.status == 401, given
    for basic in (":", "anna:", f"anna:{PASSWORD[:5]}", ":" + PASSWORD, f"anna:{PASSWORD}"):
        header = "Basic " + base64.b64encode(basic.encode()).decode()
        assert (await home.ask("GET", "/hub/v1/me", headers={"Authorization": header})).status == 401, basic
    for password in ("", PASSWORD[:1], PASSWORD[:-1], PASSWORD + "x"):
        field, cookie = await home.form_token("/sign-in")
        body = {"form_token": field, "account": "anna", "password": password}
        answer = await home.ask("POST", "/sign-in", data=body, headers={"Cookie": cookie, "Origin": home.url})
        assert answer.status in (403, 429), password


@against("CVE-2021-41104")
async def test_no_door_takes_a_body_from_nobody(home: Home) -> None:
    for method, path in BODIES:
        for data in (b"{}", b"PK\x03\x04", b""):
            answer = await home.ask(method, path, data=data, headers={"Content-Type": "application/json"})
            # Pages lead to sign-in; Nightscout's addresses are switched off until an owner wants them.
            told = (303,) if path.startswith(("/settings", "/integrations")) else (401, 403, 503)
            assert answer.status in (*told, 401), (method, path, answer.status, answer.text[:200])


@against("CVE-2026-59178")
def test_settings_that_do_not_exist_stop_the_start_and_variables_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in (
        "auth: off",
        "web: {authentication: false}",
        "web: {password: ''}",
        "web: {auth_disabled: true}",
        "anonymous: true",
        "web: {trusted_networks: [0.0.0.0/0]}",
        "allow_anonymous: true",
        "web: {user: ''}",
    ):
        (tmp_path / "hub.yaml").write_text(line + "\n")
        answer = CliRunner().invoke(main, ["check", "--config", str(tmp_path)])
        assert answer.exit_code == 1, (line, answer.output)
    (tmp_path / "hub.yaml").write_text("household: {name: Home}\n")
    for name in ("HOMEOSTAT_AUTH", "USERNAME", "PASSWORD", "DISABLE_AUTH", "HOMEOSTAT_WEB_HOST", "ESPHOME_USERNAME"):
        monkeypatch.setenv(name, "")
    from hub.config import load_settings

    settings = load_settings(tmp_path)
    assert (settings.host, settings.metrics_open, settings.allowed_hosts) == ("127.0.0.1", False, ())


@against("CVE-2026-77052")
async def test_addresses_of_administration_open_to_nobody(home: Home) -> None:
    for path in (
        "/metrics",
        "/admin",
        "/nodes",
        "/flows",
        "/hub/v1/audit",
        "/hub/v1/accounts",
        "/hub/v1/entries",
        "/hub/v1/devices",
        "/api/config",
        "/api/states",
        "/settings/database",
        "/settings/components",
        "/debug",
        "/console",
        "/.env",
        "/homeostat.db",
        "/hub/v1/ws",
        "/hub/v1/live",
        "/live/events",
    ):
        answer = await home.ask("GET", path, headers={"Accept": "application/json"})
        assert answer.status in (302, 303, 401, 403, 404), (path, answer.status)
        assert not inside(answer.text), path


@against("CVE-2026-25938")
async def test_a_token_that_nobody_gave_out_opens_nothing(home: Home) -> None:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": "anna", "iss": "guest", "role": "owner", "groups": ["admin"], "exp": 4102444800}
    for header in (
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256", "kid": "../../dev/null"},
        {"alg": "None", "jwk": {}},
    ):
        for signature in ("", "x", part("x")):
            forged = f"{part(header)}.{part(claims)}.{signature}"
            for headers in (
                {"Authorization": f"Bearer {forged}"},
                {"Cookie": f"homeostat_session={forged}"},
                {"api-secret": forged},
                {"X-Access-Token": forged},
            ):
                for path in ("/hub/v1/me",):
                    assert (await home.ask("GET", path, headers=headers)).status in (401, 403, 503)
    # Nightscout refuses slowly, so once is enough.
    assert (await home.ask("GET", "/api/v1/entries.json?token=a.b.c")).status in (401, 403, 503)
