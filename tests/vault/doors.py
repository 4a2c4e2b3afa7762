"""Every door of the hub through which a secret comes in, and one put through each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hub.daemon import Hub
from hub.model import Account, Role, Verb
from tests.support.house import PASSWORD, everything
from tests.vault.canaries import Canaries

LEAKY = """
from datetime import timedelta
from pydantic import BaseModel, SecretStr
from hub.api import Integration, hookimpl

class Deep(BaseModel):
    code: SecretStr = SecretStr("")

class Config(BaseModel):
    key: SecretStr = SecretStr("")
    deep: list[Deep] = []
    named: dict[str, str] = {}
    address: str = ""
    calm: bool = False

async def poll(ctx):
    key = ctx.config.key.get_secret_value()
    await ctx.save("oauth", {"refresh_token": "REFRESH", "access_token": "ACCESS", "since": 3})
    kept = await ctx.load("oauth")
    ctx.log.warning("asking %s with %s and %s", ctx.config.address, key, kept["since"])
    if ctx.config.calm:
        return
    try:
        raise KeyError(key)
    except KeyError as error:
        raise ValueError(f"refused: {key}") from error

@hookimpl
def register_integrations(register):
    register(Integration(domain="leaky", name="Leaky", config=Config, poll=poll, every=timedelta(seconds=1)))
"""


async def through_the_rooms(hub: Hub, canaries: Canaries, folder: Path) -> dict[str, str]:
    """Accounts, factors, invitations, tokens, targets, an identity server; what the further run needs of it."""
    rooms, system, new = hub.rooms, everything(hub), canaries.new
    accounts = rooms.accounts
    canaries.take("the owner's password", PASSWORD)
    await system.add_account("ben", new("an adult's password"), role=Role.ADULT)
    await system.add_account("sitter", new("a sitter's password"), role=Role.GUEST)
    await accounts.set_password("ben", new("a changed password"))
    session = canaries.take("the owner's session", await accounts.sign_in("anna", PASSWORD, "a browser"))
    canaries.take("a second session", await accounts.sign_in("anna", PASSWORD, "a phone", "known-browser"))
    token = ""
    for number in range(4):
        _, token = await accounts.create_token("anna", label=f"token {number}", verbs=tuple(Verb))
        canaries.take(f"token {number}", token)
    await _codes(hub, canaries)
    _, open_one = await rooms.invitations.invite(Account("gran", "Gran", Role.FAMILY), (), by="anna")
    canaries.take("an open invitation", open_one)
    _, used = await rooms.invitations.invite(Account("coach", "Coach", Role.COACH), (), by="anna")
    canaries.take("a used invitation", used)
    await rooms.invitations.accept(used, new("the password of who was invited"))
    await rooms.openid.settings.save(
        {"issuer": "https://id.example.org", "client_id": "hub", "client_secret": new("a client secret")}
    )
    recovery, _ = rooms.backups.make_key()
    canaries.take("the recovery key", recovery, "data/keys/recovery.key")
    for given in (
        {"kind": "webdav", "name": "Cloud", "url": "https://127.0.0.1:9/dav", "user": "anna"},
        {"kind": "s3", "name": "Bucket", "url": "https://127.0.0.1:9", "bucket": "home-backups", "user": "AKIA"},
    ):
        rooms.backups.keep_target(rooms.backups.draft({**given, "secret": new(f"password of {given['name']}")}))
    await _entries(hub, canaries)
    rooms.vault.seal("x", "x")
    key = re.search(r"key-1:(\S+)", (folder / "data/keys/vault.key").read_text())
    assert key is not None
    canaries.take("the vault's key", key[1], "data/keys/vault.key")
    return {"session": session, "token": token}


async def _codes(hub: Hub, canaries: Canaries) -> None:
    from pyotp import TOTP, random_base32

    seed = canaries.take("a seed of codes", random_base32())
    factors = hub.rooms.accounts.proofs.factors
    assert await factors.set_app("ben", seed, TOTP(seed).at(hub.rooms.clock.now()))
    for number, code in enumerate((await factors.new_recovery("ben"))[:4]):
        canaries.take(f"recovery code {number}", code)


async def _entries(hub: Hub, canaries: Canaries) -> None:
    add, new = everything(hub).add_entry, canaries.new
    where = "http://127.0.0.1:9/scale.json"
    weight: list[dict[str, Any]] = [{"metric": "weight", "path": "w"}]
    site = "https://127.0.0.1:9"
    await add("nightscout", {"url": site, "token": new("a Nightscout token")}, person="anna")
    await add("nightscout", {"url": site, "api_secret": new("a Nightscout secret")}, person="ben")
    await add("nightscout_server", {"anonymous_token": new("an anonymous token")})
    device = {"url": where, "readings": weight}
    await add("http_json", {**device, "username": "u", "password": new("a device's password")}, person="anna")
    await add("http_json", {**device, "token": new("a device's token")}, person="anna")
    await add("http_json", {**device, "key_header": "X-Key", "key": new("a device's key")}, person="anna")
    # The page for setting a phone up shows it to whoever sets it up.
    await add("phone", {"secret": new("a phone's typed secret", "answers/*phone*")}, person="anna")
    await add("phone", {}, person="ben")
    made: Any = await everything(hub).call("phone.setup", {"entry": "phone_2"})
    canaries.take("a phone's own secret", made["secret"], "answers/*phone*")
