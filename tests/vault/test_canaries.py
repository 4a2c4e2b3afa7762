"""Fifty secrets through every door, a full run, and then a search through every byte: none is where it need not be."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hub.supervisor import kept
from hub.vault import Vault
from tests.support.console import Household, Running
from tests.support.house import house
from tests.vault.canaries import Canaries
from tests.vault.doors import LEAKY, through_the_rooms

NOWHERE = "http://127.0.0.1:9/x.json"


@dataclass
class Answers:
    """What the hub said to anybody, each with a name."""

    hub: Running
    folder: Path
    session: str
    token: str
    canaries: Canaries
    seen: set[str] = field(default_factory=set)

    def keep(self, name: str, text: str | bytes) -> None:
        path = self.folder / "answers" / re.sub(r"[^\w.=&?-]", "_", name)[:150]
        path.parent.mkdir(exist_ok=True)
        with path.open("ab") as file:
            file.write(text.encode() if isinstance(text, str) else text)

    def ask(self, method: str, path: str, body: Any = None, *, name: str = "", **headers: str) -> str:
        given = {"Authorization": f"Bearer {self.token}"} | {key.replace("_", "-"): one for key, one in headers.items()}
        data = body if isinstance(body, bytes) else (json.dumps(body).encode() if body is not None else None)
        given.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(f"http://127.0.0.1:{self.hub.port}{path}", data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                said = str(answer.headers).encode() + answer.read()
        except urllib.error.HTTPError as error:
            with error:
                said = str(error.headers).encode() + error.read()
        self.keep(name or f"{method} {path}", said)
        return bytes(said).decode(errors="replace")

    def page(self, path: str) -> str:
        return self.ask("GET", path, Authorization="", Cookie=f"homeostat_session={self.session}")

    def all_pages(self, most: int = 120) -> None:
        waiting = ["/"]
        while waiting and len(self.seen) < most:
            path = waiting.pop(0)
            path, _, query = path.partition("?")
            if path in self.seen or path.startswith(("/static", "/sign-out", "//")):
                continue
            self.seen.add(path)
            found = re.findall(r'href="(/[^"#]*)"', self.page(f"{path}?{html.unescape(query)}"))
            waiting += found

    def processes(self) -> None:
        """What anybody on the machine sees of the hub and of what it started, and what those were given."""
        waiting = [self.hub.process.pid]
        while waiting:
            process = Path(f"/proc/{waiting.pop()}")
            self.keep("processes", process.joinpath("comm").read_bytes() + process.joinpath("cmdline").read_bytes())
            if process.name != str(self.hub.process.pid):
                self.keep("environments", process.joinpath("environ").read_bytes())
            for started in process.glob("task/*/children"):
                waiting += map(int, started.read_text().split())


def configured(folder: Path, canaries: Canaries) -> Household:
    (folder / "custom_integrations").mkdir(parents=True)
    code = LEAKY.replace("REFRESH", canaries.new("a refresh token", "custom_integrations/*"))
    code = code.replace("ACCESS", canaries.new("an access token", "custom_integrations/*"))
    (folder / "custom_integrations" / "leaky.py").write_text(code)
    typed, deep = (canaries.new(name, "secrets.yaml") for name in ("a secret of secrets.yaml", "another of it"))
    (folder / "secrets.yaml").write_text(f"one: {typed}\ntwo: {deep}\n")
    (folder / ".env").write_text(f"HOMEOSTAT_DEEP={canaries.new('a variable', '.env')}\n")
    (folder / "hub.yaml").write_text(
        "logging: {level: debug}\n"
        "integrations:\n"
        "  - {domain: mqtt, options: {port: 0}}\n"
        "  - domain: leaky\n    id: declared\n    person: anna\n"
        "    options: {key: !secret one, deep: [{code: !env HOMEOSTAT_DEEP}, {code: !env HOMEOSTAT_SCALE}]}\n"
        f"  - {{domain: http_json, person: ben, id: bens, options: {{url: '{NOWHERE}', token: !secret two, "
        "readings: [{metric: weight, path: w}]}}\n"
    )
    return Household(folder, {"HOMEOSTAT_SCALE": canaries.new("a variable of the surroundings")})


def typed_in(answers: Answers) -> None:
    """Secrets that somebody sends, right and wrong; the hub may answer, and forgets them."""
    ask, new = answers.ask, answers.canaries.new
    options = {
        "key": new("a custom integration's key"),
        "deep": [{"code": new("a nested code")}],
        "calm": True,
        "named": {"Authorization": new("a header's value")},
        "address": f"https://anna:{new('a password in an address', 'answers/*leaky*')}@127.0.0.1:9/",
    }
    ask("POST", "/hub/v1/entries", {"domain": "leaky", "person": "anna", "options": options, "agree": True})
    ask("POST", "/hub/v1/entries", {"domain": "nightscout", "person": "anna", "options": {"token": new("refused")[:5]}})
    bad = {"url": "https://127.0.0.1:9", "token": new("one of two"), "api_secret": new("two of two")}
    ask("POST", "/hub/v1/entries", {"domain": "nightscout", "person": "anna", "options": bad})
    ask(
        "PATCH",
        "/hub/v1/entries/nightscout",
        {"options": {"token": new("a changed token"), "url": "https://127.0.0.1:9"}},
    )
    made = ask("POST", "/hub/v1/actions/mqtt.add_device", {"name": "scale"}, name="shown once")
    password = re.search(r'"password": ?"([^"]+)"', made)
    assert password is not None, made
    answers.canaries.take("a device's MQTT password", password[1], "answers/shown_once")
    wrong = f"name=anna&password={new('a wrong password')}".encode()
    ask("POST", "/sign-in", wrong, Content_Type="application/x-www-form-urlencoded", Authorization="")
    ask("GET", "/hub/v1/me", name="wrong bearer", Authorization=f"Bearer {new('a wrong token')}")
    for place in ("token", "secret", "key", "api_key"):
        ask("GET", f"/api/v1/entries.json?{place}={new(f'a wrong {place} in an address')}", name=f"address {place}")
    ask("POST", "/webhook/phone", b"{", name="webhook head", api_key=new("a wrong secret at a webhook"))
    ask("POST", f"/webhook/phone/{new('a wrong secret in the path')}", b"{}", name="webhook path")
    ask("POST", "/webhook/phone_2/api/v2/login", {"username": "x", "password": new("a wrong login")}, name="login")
    ask(
        "POST",
        "/hub/v1/accounts",
        {"name": "Nope", "role": "emperor", "password": new("of no account")},
        name="accounts",
    )
    ask("POST", "/hub/v1/accounts", {"name": "Dora", "role": "adult", "password": new("of a new account")}, name="dora")
    ask("GET", f"/invite/{new('a wrong invitation')}", name="invite")


def used(household: Household, answers: Answers) -> None:
    """Everything that shows, exports, copies or explains."""
    ask, folder = answers.ask, household.folder
    shape = json.loads(ask("GET", "/hub/v1/openapi.json").partition("\n\n")[2])
    for path, methods in shape["paths"].items():
        if "get" in methods:
            ask("GET", re.sub(r"\{[^}]*\}", "anna", path))
    for entry in json.loads(ask("GET", "/hub/v1/entries").partition("\n\n")[2])["entries"]:
        ask("GET", f"/hub/v1/entries/{entry['id']}")
        ask("GET", f"/hub/v1/entries/{entry['id']}/log")
    ask("GET", "/metrics")
    ask("GET", "/healthz")
    answers.all_pages()
    for words in (
        ("entry", "list", "--json"), ("account", "list", "--json"), ("audit", "tail", "--json"), ("check",),
        ("doctor", "--json"), ("secrets", "status"), ("backup", "target", "list", "--json"),
    ):  # fmt: skip
        done = household(*words, code=None)
        answers.keep(f"cli {' '.join(words)}", done.out + done.err)
    household("export", "--household", "--out", str(folder / "export.zip"))
    with zipfile.ZipFile(folder / "export.zip") as export:
        assert export.namelist()
        export.extractall(folder / "export")
    household("backup", "create", code=None)
    household("db", "backup", str(folder / "copy.db"))
    answers.processes()


async def run(folder: Path) -> Canaries:
    """All of it; what is found afterwards is the caller's to judge."""
    canaries = Canaries()
    household = configured(folder, canaries)
    async with house(folder / "data") as hub:
        given = await through_the_rooms(hub, canaries, folder)
    with household.running() as running:
        answers = Answers(running, folder, given["session"], given["token"], canaries)
        running.wait_for("declared: asking")
        typed_in(answers)
        running.wait_for("leaky: asking")
        used(household, answers)
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
        answers.keep("console", running.said)
    with household.running() as running:
        answers.hub = running
        assert '"id":"leaky"' in answers.ask("GET", "/hub/v1/entries").replace(" ", "")
        time.sleep(1.5)
        running.process.send_signal(signal.SIGABRT)
        running.process.wait()
        answers.keep("console", running.said)
    return canaries


async def test_of_fifty_secrets_none_is_found_where_it_need_not_be(tmp_path: Path) -> None:
    canaries = await run(tmp_path)
    assert len(canaries.known) >= 50
    assert canaries.in_files(tmp_path) == []
    logs = "".join(path.read_text() for path in (tmp_path / "data/logs").iterdir())
    assert "ValueError" in logs, "the trouble itself is told"
    assert "environments" in os.listdir(tmp_path / "answers"), "a child was looked at"


async def test_without_the_vault_the_search_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a search that looks nowhere is not taken for a house that keeps secrets."""
    canaries = Canaries()
    monkeypatch.setattr(Vault, "seal", lambda self, text, context: text)
    monkeypatch.setattr(kept, "seal", lambda value, *_, **__: value)
    async with house(tmp_path / "data") as hub:
        (tmp_path / "data" / "keys").mkdir(exist_ok=True)
        Vault.open(tmp_path / "data").copy(tmp_path / "data/keys/vault.key")
        await through_the_rooms(hub, canaries, tmp_path)
    found = {hit.split(" in ")[0] for hit in canaries.in_files(tmp_path)}
    assert {"a Nightscout token", "a device's password", "a phone's own secret", "a client secret"} <= found
    assert {"a seed of codes", "password of Cloud", "password of Bucket"} <= found
