"""What an entry needs to get in somewhere lies sealed in the database, and reaches the integration as it was typed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from hub.api import Context, Integration, WebhookRequest, WebhookResponse
from hub.daemon import Hub
from hub.errors import HubError, StorageUnavailable
from hub.model import ConfigEntry, EntryState
from hub.recorder import Recorder
from hub.supervisor import UNCLEAN
from hub.vault import Vault, VaultError
from tests.support.house import Plugin, everything, house

TOKEN, INNER, IN_ADDRESS, HEADER, REFRESH = (
    f"canary-{name}-8f3a" for name in ("token", "inner", "addr", "head", "ref")
)
ALL = (TOKEN, INNER, IN_ADDRESS, HEADER, REFRESH)


class Inner(BaseModel):
    code: SecretStr = SecretStr("")


class Options(BaseModel):
    host: str = "plain-host"
    token: SecretStr = SecretStr("")
    inner: list[Inner] = Field([])
    address: str = ""
    headers: dict[str, str] = Field({})


GIVEN: dict[str, Any] = {
    "host": "plain-host",
    "token": TOKEN,
    "inner": [{"code": INNER}],
    "address": f"https://anna:{IN_ADDRESS}@scale.example/x",
    "headers": {"Authorization": HEADER, "Accept": "text/plain"},
}


class Seen:
    """What reached the integration."""

    def __init__(self) -> None:
        self.configs: list[Options] = []
        self.kept: list[Any] = []

    async def poll(self, ctx: Context) -> None:
        config: Any = ctx.config
        self.configs.append(config)
        self.kept.append(await ctx.load("session"))
        if not config.token.get_secret_value():
            return
        await ctx.save("session", {"refresh_token": REFRESH, "since": 7, "names": ["a"]})

    async def webhook(self, ctx: Context, request: WebhookRequest) -> WebhookResponse:
        return WebhookResponse(200, b"", "text/plain", {})

    def plugin(self) -> list[tuple[str, object]]:
        scale = Integration(
            domain="scale", name="Scale", config=Options, poll=self.poll, webhook=self.webhook, every=timedelta(hours=1)
        )
        return [("scale", Plugin(scale))]


def found_in(folder: Path) -> dict[str, list[str]]:
    hits = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if there := [word for word in ALL if word.encode() in data]:
                hits[path.name] = there
    return hits


async def polled(hub: Hub, seen: Seen, times: int = 1) -> None:
    for _ in range(200):
        if len(seen.kept) >= times and await hub.rooms.recorder.entry_load("scale", "session"):
            return
        await hub.rooms.clock.sleep(0.01)
    raise AssertionError(f"it was not polled: {hub.rooms.supervisor.status('scale')}")


async def plain_house(folder: Path, url: str = "") -> None:
    """A hub as it was before there was a vault: everything in the open, and a copy of it."""
    async with house(folder, url=url) as hub:
        recorder = hub.rooms.recorder
        await recorder.save_entry(ConfigEntry("scale", "scale", "Scale", "anna", GIVEN))
        await recorder.entry_save("scale", "session", {"refresh_token": REFRESH, "since": 7, "names": ["a"]})
        if not url.startswith("postgresql"):
            await recorder.backup(folder / "backups" / "homeostat-20260101T000000Z.db")
            assert {word for words in found_in(folder).values() for word in words} == set(ALL)


async def test_secrets_of_an_entry_lie_sealed_and_reach_it_as_they_were(tmp_path: Path, database_url: str) -> None:
    seen = Seen()
    async with house(tmp_path, url=database_url, plugins=seen.plugin()) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
        kept = (await hub.rooms.recorder.load_entries())[0].options
        stored = await hub.rooms.recorder.entry_load("scale", "session")
    async with house(tmp_path, url=database_url, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 2)
        assert dict(hub.rooms.supervisor.get("scale").options) == GIVEN
    for config in seen.configs:
        assert config.token.get_secret_value() == TOKEN
        assert config.inner[0].code.get_secret_value() == INNER
        assert (config.address, config.headers) == (GIVEN["address"], GIVEN["headers"])
    assert seen.kept == [None, {"refresh_token": REFRESH, "since": 7, "names": ["a"]}]
    assert not [word for word in ALL if word in f"{kept} {stored}"]
    assert (kept["host"], kept["headers"]["Accept"], stored["since"]) == ("plain-host", "text/plain", 7)
    assert found_in(tmp_path) == {}


async def test_what_lay_open_is_sealed_at_the_next_start_and_no_old_byte_is_left(tmp_path: Path) -> None:
    await plain_house(tmp_path)
    seen = Seen()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await polled(hub, seen)
        await cleaned(hub)
        assert found_in(tmp_path) == {}
        assert list((tmp_path / "backups").glob("*.db")), "a new copy stands in the place of the old one"
    assert seen.configs[0].token.get_secret_value() == TOKEN
    assert seen.kept[0]["refresh_token"] == REFRESH
    assert found_in(tmp_path) == {}


async def test_what_lay_open_in_any_database_is_sealed_at_the_next_start(tmp_path: Path, database_url: str) -> None:
    await plain_house(tmp_path, database_url)
    seen = Seen()
    async with house(tmp_path, url=database_url, plugins=seen.plugin()) as hub:
        await polled(hub, seen)
        await cleaned(hub)
        texts = "".join(await hub.rooms.recorder.secret_texts())
        assert not [word for word in ALL if word in texts]
        assert (await hub.secrets.told()).sealed == 6, "and the key of answers to notices"
    assert seen.configs[0].token.get_secret_value() == TOKEN


async def test_clearing_away_that_was_cut_short_goes_on_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plain_house(tmp_path)

    async def cut(self: Recorder) -> None:
        raise StorageUnavailable("the power went")

    for step in ("overwrite", "renew_copies"):
        with monkeypatch.context() as patched:
            patched.setattr(Recorder, step, cut)
            async with house(tmp_path, plugins=Seen().plugin()) as hub:
                await hub.rooms.clock.sleep(0.1)
                assert await hub.rooms.recorder.get_setting(UNCLEAN)
        assert found_in(tmp_path) != {}
    async with house(tmp_path, plugins=Seen().plugin()) as hub:
        await cleaned(hub)
    assert found_in(tmp_path) == {}


async def cleaned(hub: Hub) -> None:
    for _ in range(500):
        if not await hub.rooms.recorder.get_setting(UNCLEAN):
            return
        await hub.rooms.clock.sleep(0.01)
    raise AssertionError("it was never cleared away")


async def test_with_a_lost_key_the_hub_says_what_to_type_anew_and_the_rest_runs(tmp_path: Path) -> None:
    seen = Seen()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        view = everything(hub)
        await view.add_entry("scale", GIVEN, person="anna")
        await view.add_entry("scale", {"host": "open"}, person="ben")
        await polled(hub, seen)
        before = (await hub.rooms.recorder.load_entries(), await hub.rooms.recorder.entry_store("scale"))
        key = hub.rooms.vault.keys[0]
    path = tmp_path / "keys" / "vault.key"
    lost = path.rename(tmp_path / "lost.key")
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        status = hub.rooms.supervisor.status("scale")
        assert status.state is EntryState.MISCONFIGURED
        assert "token, inner.0.code, address, headers.Authorization" in status.problem
        assert key in status.problem
        assert str(path) in status.remedy
        assert hub.rooms.supervisor.status("scale_2").state is not EntryState.MISCONFIGURED
        _, message, remedy = hub.rooms.problems["vault"]
        assert f"of buttons of notices, scale (key {key})" in message
        assert str(path) in remedy
        assert (await hub.rooms.recorder.load_entries(), await hub.rooms.recorder.entry_store("scale")) == before
        with pytest.raises(VaultError, match=key):
            await hub.rooms.supervisor.kept.entry_load("scale", "session")
        # Saved as it was: still what it is, and still not run.
        await everything(hub).change_entry("scale", title="The scale")
        assert hub.rooms.supervisor.status("scale").state is EntryState.MISCONFIGURED
        assert (await hub.rooms.recorder.load_entries())[0].options == before[0][0].options
    assert not path.exists()
    lost.rename(path)
    seen.kept.clear()
    seen.configs.clear()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 2)
        assert "vault" not in hub.rooms.problems
        assert TOKEN in [one.token.get_secret_value() for one in seen.configs]


async def test_what_is_typed_anew_after_a_loss_is_sealed_with_a_new_key(tmp_path: Path) -> None:
    seen = Seen()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
    (tmp_path / "keys" / "vault.key").unlink()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await everything(hub).change_entry("scale", options=GIVEN)
        status = hub.rooms.supervisor.status("scale")
        assert "homeostat secrets forget scale" in status.remedy, status
        assert await hub.rooms.supervisor.kept.forget_closed(hub.rooms.supervisor.get("scale")) == ("session",)
        seen.kept.clear()
        await hub.rooms.supervisor.reload("scale")
        await polled(hub, seen)
        assert seen.kept[0] is None
        assert seen.configs[-1].token.get_secret_value() == TOKEN
    assert found_in(tmp_path) == {}


async def test_without_its_key_elsewhere_nothing_secret_is_kept_in_the_open(tmp_path: Path) -> None:
    away = tmp_path / "stick" / "vault.key"
    async with house(tmp_path / "data", plugins=Seen().plugin(), vault_key=away) as hub:
        with pytest.raises(HubError, match="stick"):
            await everything(hub).add_entry("scale", GIVEN, person="anna")
        assert await hub.rooms.recorder.load_entries() == []
        assert "stick" in hub.rooms.problems["vault"][1]
        await everything(hub).add_entry("scale", {"host": "open"}, person="anna")
    assert found_in(tmp_path) == {}


async def test_a_key_that_moves_out_of_the_data_folder_leaves_none_behind(tmp_path: Path) -> None:
    outside, seen = tmp_path / "etc" / "vault.key", Seen()
    async with house(tmp_path / "data", plugins=seen.plugin()) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
        hub.rooms.vault.copy(outside)
    assert (tmp_path / "data" / "keys" / "vault.key").exists()
    async with house(tmp_path / "data", plugins=seen.plugin(), vault_key=outside) as hub:
        await polled(hub, seen, 2)
        await hub.secrets.clean()
    assert not (tmp_path / "data" / "keys" / "vault.key").exists()
    assert Vault.open(tmp_path / "data", named=outside, environment={}).keys


async def test_a_new_key_seals_everything_anew_and_the_old_one_goes_with_the_next_start(tmp_path: Path) -> None:
    seen = Seen()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
        await hub.rooms.recorder.backup(tmp_path / "backups" / "homeostat-20260101T000000Z.db")
        await hub.rooms.recorder.set_setting("factor", {"seed": hub.rooms.vault.seal("a seed", "totp:anna")})
        old = hub.rooms.vault.keys[0]
        new = await hub.secrets.rotate()
        told = await hub.secrets.told()
        assert (told.key, told.older, told.closed) == (new, (old,), {})
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 2)
        await hub.secrets.clean()
        assert hub.rooms.vault.keys == (new,)
        assert hub.rooms.vault.unseal((await hub.rooms.recorder.get_setting("factor"))["seed"], "totp:anna") == "a seed"
    assert "20260101" not in "".join(path.name for path in (tmp_path / "backups").glob("*.db"))
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 3)
        assert seen.configs[-1].token.get_secret_value() == TOKEN


async def test_a_change_of_key_that_was_killed_is_finished_by_the_next_start(tmp_path: Path) -> None:
    seen = Seen()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
    new = Vault.open(tmp_path, environment={}).rotate()  # killed right after the new key was written
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 2)
        await cleaned(hub)
        await hub.secrets.clean()
        assert hub.rooms.vault.keys == (new,)
        assert (await hub.secrets.told()).closed == {}
