"""The page and the addresses of backups on a hub that runs by itself: make, verify, go back, and come back."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.backup.facts import made_at
from tests.support.process import free_port, start, stop
from tests.support.stores import PASSWORD as DAV_PASSWORD
from tests.support.stores import USER, dav
from tests.support.thorough import thorough

PASSWORD = "correct horse battery"
HOMEOSTAT = [sys.executable, "-c", "from hub.cli import main; main()"]
KEY = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]+")


def command(config: Path, *words: str, given: str = "") -> Any:
    """What a command said, as JSON."""
    done = subprocess.run(
        [*HOMEOSTAT, *words, "--json", "--config", str(config)], input=given, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class Site:
    """A hub of its own process, and its owner's browser."""

    config: Path
    port: int
    client: aiohttp.ClientSession
    process: subprocess.Popen[bytes]
    token: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def page(self, path: str) -> str:
        async with self.client.get(self.url + path, headers={"Accept": "text/html"}) as answer:
            text = await answer.text()
            assert answer.status == 200, (path, answer.status, text[-2000:])
            found = re.search(r'name="form_token" value="([^"]+)"', text)
            self.token = found[1] if found else self.token
            return text

    async def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        headers = {"Origin": self.url, "Accept": "text/html"}
        async with self.client.post(
            self.url + path, data={"form_token": self.token, **fields}, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def sign_in(self) -> None:
        self.client.cookie_jar.clear()
        await self.page("/sign-in")
        status, _, text = await self.post("/sign-in", account="anna", password=PASSWORD)
        assert status == 303, text[-2000:]

    async def rest(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        headers = {"Origin": self.url, "X-Form-Token": self.token}
        async with self.client.request(method, self.url + path, json=body, headers=headers) as answer:
            said = await answer.json()
            assert answer.status == expect, said
            return said

    async def done(self, job: dict[str, Any]) -> dict[str, Any]:
        for _ in range(300):
            job = await self.rest("GET", f"/hub/v1/backups/jobs/{job['id']}")
            if job["state"] != "running":
                return job
            await asyncio.sleep(0.1)
        raise AssertionError(job)

    async def back(self) -> None:
        """The hub has come back by itself, and wants everyone to sign in anew."""
        for _ in range(300):
            try:
                async with self.client.get(f"{self.url}/hub/v1/backups") as answer:
                    if answer.status == 401:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
        raise AssertionError("the hub did not come back")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with house(tmp_path / "home", "") as made:
        yield made


def house(config: Path, database: str) -> Any:
    return _House(config, database)


class _House:
    def __init__(self, config: Path, database: str) -> None:
        self._config, self._database = config, database

    async def __aenter__(self) -> Site:
        config, port = self._config, free_port()
        config.mkdir(parents=True)
        text = f"web: {{port: {port}}}\n"
        (config / "hub.yaml").write_text(text + (f"database: {{url: {self._database}}}\n" if self._database else ""))
        command(
            config, "setup", "--household", "Home", "--owner", "Anna", "--timezone", "Europe/Madrid",
            "--password-stdin", given=f"{PASSWORD}\n",
        )  # fmt: skip
        log = config / "out.log"
        process = start([*HOMEOSTAT, "run", "--config", str(config)], log, port)
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._site = Site(config, port, client, process)
        await self._site.sign_in()
        return self._site

    async def __aexit__(self, *_: object) -> None:
        await self._site.client.close()
        stop(self._site.process)


async def a_key(site: Site) -> str:
    await site.page("/settings/backups")
    status, _, text = await site.post("/settings/backups/key")
    assert (status, "only time it is shown" in text) == (200, True)
    found = KEY.search(text)
    assert found is not None
    return found[0]


async def test_a_house_goes_back_to_a_backup_by_its_page_and_the_hub_comes_back_by_itself(site: Site) -> None:
    assert "Begin with the recovery key" in await site.page("/settings/backups")
    secret = await a_key(site)
    assert secret not in await site.page("/settings/backups")
    _, _, again = await site.post("/settings/backups/key")
    assert "There is a recovery key already" in again
    await site.rest("POST", "/hub/v1/people", {"name": "Zoe"}, expect=201)
    made = await site.done(await site.rest("POST", "/hub/v1/backups", expect=202))
    assert (made["state"], made["result"]["away"]) == ("done", {}), made
    await site.rest("POST", "/hub/v1/people", {"name": "Xaver"}, expect=201)
    listed = (await site.rest("GET", "/hub/v1/backups"))["backups"]
    name = listed[0]["backup"]
    proof = await site.done(await site.rest("POST", "/hub/v1/backups/verify", {"backup": name}, expect=202))
    assert proof["result"]["rows"] == made["result"]["rows"]
    assert "Proven" in await site.page("/settings/backups")
    # The page: choose it, see what it holds, confirm.
    status, where, _ = await site.post("/settings/backups/restore", backup=name)
    assert status == 303
    preview = await site.page(where)
    assert "zoe" in preview
    assert "xaver" not in preview.partition("<main")[2]
    status, _, text = await site.post(where, confirm="yes", settings="on")
    assert (status, "to confirm; nothing was changed" in text) == (409, True), text[-3000:]
    pid = site.process.pid
    status, where, _ = await site.post(where, confirm="restore", settings="on")
    assert status == 303
    job = await site.done({"id": where.rpartition("=")[2]})
    assert (job["state"], job["error"]) == ("done", None)
    await site.back()
    assert site.process.poll() is None
    assert site.process.pid == pid
    await site.sign_in()
    people = {one["person"] for one in (await site.rest("GET", "/hub/v1/people"))["people"]}
    assert people == {"anna", "zoe"}
    assert "You went back to the backup of" in await site.page("/settings/backups")
    trail = (await site.rest("GET", "/hub/v1/audit"))["lines"]
    assert "backup.restored" in {one["action"] for one in trail}
    assert list((site.config / "data").glob("before-restore-*/database/homeostat.db"))


@thorough
async def test_with_postgresql_it_comes_back_as_well(tmp_path: Path, postgres_database: str) -> None:
    async with house(tmp_path / "home", postgres_database) as site:
        await a_key(site)
        made = await site.done(await site.rest("POST", "/hub/v1/backups", expect=202))
        await site.rest("POST", "/hub/v1/people", {"name": "Xaver"}, expect=201)
        found = await site.rest("POST", "/hub/v1/backups/preview", {"backup": made["result"]["name"]})
        assert found["people"] == ["anna"]
        wished = {"candidate": found["candidate"], "confirm": "restore"}
        job = await site.done(await site.rest("POST", "/hub/v1/backups/restore", wished, expect=202))
        assert job["state"] == "done"
        await site.back()
        await site.sign_in()
        people = {one["person"] for one in (await site.rest("GET", "/hub/v1/people"))["people"]}
        assert people == {"anna"}


def upload(site: Site, backup: Path, keyring: Path | None, key: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("backup", backup.open("rb"), filename=backup.name)
    if keyring is not None:
        form.add_field("keyring", keyring.open("rb"), filename=keyring.name)
    form.add_field("key", key)
    return form


async def brought(site: Site, backup: Path, keyring: Path | None, key: str) -> tuple[str, str]:
    """The preview's address and its page."""
    await site.page("/settings/backups/restore")
    headers = {"Origin": site.url, "X-Form-Token": site.token}
    async with site.client.post(
        f"{site.url}/settings/backups/restore/upload", data=upload(site, backup, keyring, key), headers=headers,
        allow_redirects=False,
    ) as answer:  # fmt: skip
        assert answer.status == 303, await answer.text()
        where = answer.headers["Location"]
    async with site.client.get(site.url + where, headers={"Accept": "text/html"}) as answer:
        return where, await answer.text()


@thorough
async def test_a_backup_of_another_house_is_brought_and_each_thing_wrong_with_it_has_its_words(
    site: Site, tmp_path: Path
) -> None:
    async with house(tmp_path / "other", "") as other:
        secret = await a_key(other)
        await other.rest("POST", "/hub/v1/people", {"name": "Zoe"}, expect=201)
        made = await other.done(await other.rest("POST", "/hub/v1/backups", expect=202))
    sealed = tmp_path / "other" / "data" / "backups" / "sealed"
    backup, keyring = sealed / made["result"]["name"], sealed / "keyring.age"
    own = await a_key(site)
    where, text = await brought(site, backup, keyring, "")
    assert "the recovery key does not open" in text.lower()
    loop = asyncio.get_running_loop()
    began = loop.time()
    _, _, text = await site.post(f"{where}/key", key=own)
    assert loop.time() - began < 2
    assert "was made for another public key" in text
    _, _, text = await site.post(f"{where}/key", key="AGE-SECRET-KEY-1WRONG")
    assert "a letter may be mistyped" in text
    _, _, text = await site.post(f"{where}/key", key=secret)
    assert "zoe" in text
    _, text = await brought(site, backup, None, secret)
    assert "The keys of 2 people are missing" in text
    # One cut short and one with a byte changed open at their beginning; they are refused before anything is changed.
    whole = backup.read_bytes()
    cut = tmp_path / backup.name
    for content in (whole[:-100], whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:]):
        cut.write_bytes(content)
        where, text = await brought(site, cut, keyring, secret)
        assert "zoe" in text or "damaged" in text
        if "zoe" in text:
            _, where, _ = await site.post(where, confirm="restore")
            job = await site.done({"id": where.rpartition("=")[2]})
            assert job["state"] == "failed"
            assert "damaged or cut short" in job["error"]
    people = {one["person"] for one in (await site.rest("GET", "/hub/v1/people"))["people"]}
    assert people == {"anna"}
    assert not list((site.config / "data").glob(".restore-*"))
    where, text = await brought(site, backup, keyring, secret)
    _, where, _ = await site.post(where, confirm="restore", settings="")
    assert (await site.done({"id": where.rpartition("=")[2]}))["state"] == "done"
    await site.back()
    await site.sign_in()
    people = {one["person"] for one in (await site.rest("GET", "/hub/v1/people"))["people"]}
    assert people == {"anna", "zoe"}


async def test_a_target_is_tried_before_it_is_kept_and_its_backups_can_be_gone_back_to(
    site: Site, tmp_path: Path
) -> None:
    await a_key(site)
    with dav(tmp_path) as url:
        await site.page("/settings/backups/targets/add?kind=webdav")
        wished = {"kind": "webdav", "name": "Cloud", "url": f"{url}ours", "user": USER, "secret": "wrong"}
        _, where, _ = await site.post("/settings/backups/targets/add", **wished)
        job = await site.done({"id": where.rpartition("=")[2]})
        assert "does not take the user name" in job["error"]
        assert len((await site.rest("GET", "/hub/v1/backups/targets"))["targets"]) == 1
        _, where, _ = await site.post("/settings/backups/targets/add", **{**wished, "secret": DAV_PASSWORD})
        assert (await site.done({"id": where.rpartition("=")[2]}))["state"] == "done"
        made = await site.done(await site.rest("POST", "/hub/v1/backups", expect=202))
        assert made["result"]["away"] == {}
        assert [path.name for path in (tmp_path / "dav" / "ours").iterdir() if made_at(path)] == [
            made["result"]["name"]
        ]
        found = await site.rest("POST", "/hub/v1/backups/preview", {"backup": f"cloud:{made['result']['name']}"})
        assert found["people"] == ["anna"]
        text = await site.page("/settings/backups")
        assert "took the newest" in text
        assert DAV_PASSWORD not in text
    for path in (site.config / "data").rglob("*"):
        if path.is_file() and path.suffix not in (".age",):
            assert DAV_PASSWORD.encode() not in path.read_bytes(), path


async def test_a_new_hub_begins_with_the_backup_of_an_earlier_one(tmp_path: Path) -> None:
    async with house(tmp_path / "other", "") as other:
        secret = await a_key(other)
        await other.rest("POST", "/hub/v1/people", {"name": "Zoe"}, expect=201)
        made = await other.done(await other.rest("POST", "/hub/v1/backups", expect=202))
    sealed = tmp_path / "other" / "data" / "backups" / "sealed"
    config, port = tmp_path / "new", free_port()
    config.mkdir()
    (config / "hub.yaml").write_text(f"web: {{port: {port}}}\n")
    process = start([*HOMEOSTAT, "run", "--config", str(config)], config / "out.log", port)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        try:
            site = Site(config, port, client, process)
            assert 'href="/welcome/backup"' in await site.page("/welcome")
            await site.page("/welcome/backup")
            found = None
            for _ in range(100):
                found = re.search(r"Set-up code: (\S+)", (config / "out.log").read_text())
                if found:
                    break
                await asyncio.sleep(0.1)
            assert found is not None
            where = ""
            for code, status in (("000-000-001", 403), (found[1], 303)):
                form = aiohttp.FormData({"code": code})
                backup = sealed / made["result"]["name"]
                form.add_field("backup", backup.open("rb"), filename=backup.name)
                form.add_field("keyring", (sealed / "keyring.age").open("rb"), filename="keyring.age")
                form.add_field("key", secret)
                headers = {"Origin": site.url, "X-Form-Token": site.token, "Accept": "text/html"}
                async with client.post(
                    f"{site.url}/welcome/backup", data=form, headers=headers, allow_redirects=False
                ) as answer:
                    assert answer.status == status, await answer.text()
                    where = answer.headers.get("Location", "")
                left = list((config / "data" / "backups" / "sealed" / "incoming").rglob("*.age"))
                assert bool(left) == (status == 303)
            assert "zoe" in await site.page(where)
            status, job, _ = await site.post(where, confirm="restore", settings="")
            assert status == 303
            assert "restor" in (await site.page(job)).lower()
            for _ in range(300):
                try:
                    if (await client.get(f"{site.url}/welcome")).url.path != "/welcome":
                        break
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
            await site.sign_in()
            people = {one["person"] for one in (await site.rest("GET", "/hub/v1/people"))["people"]}
            assert people == {"anna", "zoe"}
            assert "/welcome" not in str((await client.get(f"{site.url}/welcome/backup")).url)
        finally:
            stop(process)
