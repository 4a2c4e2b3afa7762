"""Signing in by OpenID Connect, against a server that lies in every way its tokens can."""

import base64
import hmac
import json
import warnings
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc.jwk import ECKey, RSAKey

from hub.access.openid import OpenId, OpenIdSettings, Proven, Refused
from hub.access.openid.settings import provider_of
from hub.clock import VirtualClock
from hub.config import load_settings
from hub.errors import ConfigInvalid, Conflict, NotFound, NotReady
from hub.recorder import Recorder
from hub.vault import Vault
from tests.access.identity_server import CLIENT, REDIRECT, SECRET, Server, half, serving, signed

START = datetime(2026, 6, 1, 18, tzinfo=UTC)
BROWSER = "this browser's cookie"
EC = ECKey.generate_key("P-256", {"kid": "ec"})
STRANGERS = RSAKey.generate_key(2048, {"kid": "one"})
with warnings.catch_warnings(action="ignore"):
    SMALL = RSAKey.generate_key(1024, {"kid": "small"})


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
async def server(clock: VirtualClock) -> AsyncIterator[Server]:
    async with serving(lambda: clock.now().timestamp()) as found:
        yield found


def configured(server: Server, **more: Any) -> dict[str, Any]:
    return {"issuer": server.url, "client_id": CLIENT, "client_secret": SECRET, "label": "Linden", **more}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Make:
    """Settings, kept in a real database and sealed by a real vault."""

    def __init__(self, store: Recorder, vault: Vault) -> None:
        self.store, self._vault = store, vault

    def settings(self, declared: dict[str, Any] | None = None) -> OpenIdSettings:
        return OpenIdSettings(self.store, self._vault, declared)


@pytest.fixture(scope="module")
async def make(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Make]:
    folder = tmp_path_factory.mktemp("openid")
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{folder / 'homeostat.db'}", clock=VirtualClock(START))
    yield Make(recorder, Vault.open(folder))
    await recorder.close()


@pytest.fixture
def openid(make: Make, server: Server, clock: VirtualClock, http: aiohttp.ClientSession) -> OpenId:
    return OpenId(make.settings(configured(server)), lambda: http, clock)


async def go(openid: OpenId, server: Server, *, browser: str = BROWSER, **answer: str) -> Proven:
    """Be sent there, and come back with what it says."""
    address = await openid.begin("sign-in", browser=BROWSER, redirect=REDIRECT, target="/")
    return await openid.finish({**server.browse(address), **answer}, browser)


async def test_who_comes_back_with_a_good_token_is_known_by_issuer_and_subject(openid: OpenId, server: Server) -> None:
    proven = await go(openid, server)
    assert (proven.issuer, proven.subject, proven.name) == (server.url, "u-1", "ben")
    await go(openid, server)
    assert server.asked.count("discovery") == server.asked.count("keys") == 1


async def test_tokens_signed_on_a_curve_and_without_a_key_id_are_taken(openid: OpenId, server: Server) -> None:
    server.keys = [EC]
    assert (await go(openid, server)).subject == "u-1"
    server.header = {"kid": None}
    server.claims = {"aud": [CLIENT, "another"], "azp": CLIENT, "at_hash": None}
    assert (await go(openid, server)).subject == "u-1"


def by_hand(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """What no library would make."""
    text = ".".join(letters(json.dumps(one).encode()) for one in (header, claims))
    return f"{text}.{letters(sign(text.encode()))}"


def letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any]) -> str:
    return by_hand({"alg": "none", "typ": "JWT"}, claims, lambda _: b"")


def by_public_key(claims: dict[str, Any]) -> str:
    """Signed by HMAC with the server's public key as the secret: the oldest trick there is."""
    secret = STRANGERS.as_pem(private=False)
    return by_hand({"alg": "HS256", "kid": "one"}, claims, lambda text: hmac.digest(secret, text, "sha256"))


def critical(claims: dict[str, Any]) -> str:
    """Rightly signed, with a header that says one must understand what nobody does."""
    sign = STRANGERS.private_key.sign  # type: ignore[union-attr] # it has one
    header = {"alg": "RS256", "kid": "one", "crit": ["exp"], "exp": 1}
    return by_hand(header, claims, lambda text: sign(text, padding.PKCS1v15(), hashes.SHA256()))


def bent(claims: dict[str, Any]) -> str:
    head, _, tail = signed({**claims, "sub": "u-1"}, STRANGERS).split(".")
    return f"{head}.{letters(json.dumps({**claims, 'sub': 'the owner'}).encode())}.{tail}"


LIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("signature", {"forge": lambda claims: signed(claims, STRANGERS)}),
    ("signature", {"forge": lambda claims: signed(claims, STRANGERS, kid="unheard of")}),
    ("signature", {"forge": lambda claims: signed(claims, STRANGERS, jwk=STRANGERS.as_dict(private=False))}),
    ("signature", {"forge": bent, "published": [STRANGERS.as_dict(private=False)]}),
    ("signature", {"forge": lambda claims: signed(claims, EC, kid="one")}),
    ("signature", {"published": []}),
    ("signature", {"published": [{"kty": "RSA", "kid": "one", "n": "AQAB", "e": 5}, "no key", {"kid": "one"}]}),
    ("signature", {"published": [{**STRANGERS.as_dict(private=False), "use": "enc"}],
                   "forge": lambda claims: signed(claims, STRANGERS)}),
    ("signature", {"keys": [SMALL]}),
    ("algorithm", {"forge": unsigned}),
    ("algorithm", {"forge": by_public_key, "published": [STRANGERS.as_dict(private=False)]}),
    ("algorithm", {"forge": by_public_key, "published": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}),
    ("algorithm", {"header": {"typ": "at+jwt"}}),
    ("malformed", {"forge": lambda claims: "no token"}),
    ("malformed", {"forge": lambda claims: "a.b.c"}),
    ("signature", {"forge": critical, "published": [STRANGERS.as_dict(private=False)]}),
    ("issuer", {"claims": {"iss": "https://id.example.org"}}),
    ("issuer", {"claims": {"iss": None}}),
    ("audience", {"claims": {"aud": "another"}}),
    ("audience", {"claims": {"aud": None}}),
    ("audience", {"claims": {"aud": f"{CLIENT}2"}}),
    ("audience", {"claims": {"aud": [CLIENT, "another"]}}),
    ("audience", {"claims": {"aud": [CLIENT, "another"], "azp": "another"}}),
    ("audience", {"claims": {"azp": "another"}}),
    ("subject", {"claims": {"sub": ""}}),
    ("subject", {"claims": {"sub": None}}),
    ("subject", {"claims": {"sub": 1}}),
    ("subject", {"claims": {"sub": "u" * 256}}),
    ("expired", {"claims": {"exp": START.timestamp() - 61}}),
    ("times", {"claims": {"exp": None}}),
    ("times", {"claims": {"exp": float("nan")}}),
    ("times", {"claims": {"exp": "tomorrow"}}),
    ("times", {"claims": {"iat": None}}),
    ("early", {"claims": {"iat": START.timestamp() + 61}}),
    ("early", {"claims": {"nbf": START.timestamp() + 61}}),
    ("nonce", {"claims": {"nonce": "another"}}),
    ("nonce", {"claims": {"nonce": None}}),
    ("at-hash", {"claims": {"at_hash": half("another")}}),
    ("at-hash", {"claims": {"at_hash": 1}}),
)  # fmt: skip


@pytest.mark.parametrize(("reason", "lie"), LIES)
async def test_a_token_that_is_not_what_it_should_be_signs_nobody_in(
    openid: OpenId, server: Server, reason: str, lie: dict[str, Any]
) -> None:
    for name, value in lie.items():
        setattr(server, name, value)
    with pytest.raises(Refused) as refused:
        await go(openid, server)
    assert refused.value.reason == reason
    assert "Linden" in str(refused.value)


async def test_clocks_may_differ_by_a_minute(openid: OpenId, server: Server) -> None:
    server.claims = {"exp": START.timestamp() - 59, "iat": START.timestamp() + 59}
    assert (await go(openid, server)).subject == "u-1"


async def test_keys_that_were_changed_are_asked_for_once_and_not_at_every_try(
    openid: OpenId, server: Server, clock: VirtualClock
) -> None:
    await go(openid, server)
    await clock.advance(31)
    server.keys = [RSAKey.generate_key(2048, {"kid": "two"})]
    assert (await go(openid, server)).subject == "u-1"
    assert server.asked.count("keys") == 2
    server.forge = lambda claims: signed(claims, STRANGERS, kid="unheard of")
    for _ in range(5):
        with pytest.raises(Refused):
            await go(openid, server)
    assert server.asked.count("keys") == 2
    # A key that was taken back is believed for an hour at most.
    server.forge, old = None, server.keys
    server.keys = [RSAKey.generate_key(2048, {"kid": "three"})]
    server.forge = lambda claims: signed(claims, old[0])
    await clock.advance(3_601)
    with pytest.raises(Refused):
        await go(openid, server)


async def test_an_answer_is_good_once_for_ten_minutes_in_the_browser_that_began(
    openid: OpenId, server: Server, clock: VirtualClock
) -> None:
    address = await openid.begin("sign-in", browser=BROWSER, redirect=REDIRECT, target="/")
    answer = server.browse(address)
    for stolen in ("another browser's cookie", ""):
        with pytest.raises(Refused, match="another browser"):
            await openid.finish(answer, stolen)
    await openid.finish(answer, BROWSER)
    with pytest.raises(Refused, match="used already"):
        await openid.finish(answer, BROWSER)
    late = server.browse(await openid.begin("sign-in", browser=BROWSER, redirect=REDIRECT, target="/"))
    await clock.advance(600)
    with pytest.raises(Refused, match="10 minutes"):
        await openid.finish(late, BROWSER)
    with pytest.raises(Refused, match="begin again"):
        await openid.finish({"state": "made up", "code": "x"}, BROWSER)


@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        ({"error": "access_denied"}, "access-denied", "did not let you in"),
        ({"error": "server_error"}, "provider-error", "server_error"),
        ({"error": "<script>alert(1)</script>"}, "provider-error", "no reason given"),
        ({"iss": "https://evil.example.org"}, "mix-up", "another server"),
        ({"code": ""}, "no-code", "not whole"),
        ({"code": "made up"}, "code", "invalid_grant"),
    ],
)
async def test_every_other_answer_is_told_in_plain_words(
    openid: OpenId, server: Server, answer: dict[str, str], reason: str, said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        await go(openid, server, **answer)
    assert refused.value.reason == reason


async def test_a_server_that_names_itself_must_do_so_every_time(openid: OpenId, server: Server) -> None:
    address = await openid.begin("sign-in", browser=BROWSER, redirect=REDIRECT, target="/")
    with pytest.raises(Refused, match="another server"):
        await openid.finish(server.browse(address, issuer=False), BROWSER)


async def test_a_server_that_is_down_lies_about_itself_or_sends_elsewhere_is_told_of(
    openid: OpenId, server: Server
) -> None:
    for status in (500, 302):
        server.down = status
        with pytest.raises(NotReady, match=str(status)):
            await go(openid, server)
    server.down = 0
    server.metadata = {"issuer": "https://id.example.org"}
    with pytest.raises(Refused, match="must agree"):
        await go(openid, server)
    server.metadata = {"padding": "x" * 300_000}
    with pytest.raises(NotReady, match="more than fits"):
        await go(openid, server)


@pytest.mark.parametrize("key", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "https://evil.example.org/t", "file:///etc/passwd", "/t"],
)
async def test_nothing_is_sent_where_the_discovery_document_points_beyond_its_own_origin(
    openid: OpenId, server: Server, key: str, url: str
) -> None:
    server.metadata = {key: url}
    with pytest.raises(Refused, match="not its own") as refused:
        await go(openid, server)
    assert refused.value.reason == "strange-address"
    assert server.asked == ["discovery"]


async def test_an_origin_that_the_owner_listed_is_asked(
    make: Make, server: Server, clock: VirtualClock, http: aiohttp.ClientSession
) -> None:
    async with serving(lambda: clock.now().timestamp()) as other:
        other.keys = server.keys
        server.metadata = {"jwks_uri": f"{other.url}/keys"}
        listed = make.settings(configured(server, origins=[other.url]))
        assert (await go(OpenId(listed, lambda: http, clock), server)).subject == "u-1"
        assert other.asked == ["keys"]


async def test_a_wrong_secret_is_named_as_what_it_is(
    make: Make, server: Server, clock: VirtualClock, http: aiohttp.ClientSession
) -> None:
    settings = make.settings(configured(server, client_secret="wrong"))
    with pytest.raises(Refused, match="client's id or secret"):
        await go(OpenId(settings, lambda: http, clock), server)


async def test_to_prove_who_sits_there_the_server_must_have_asked_just_now(openid: OpenId, server: Server) -> None:
    async def prove() -> Proven:
        address = await openid.begin("prove", browser=BROWSER, redirect=REDIRECT, target="/", account="ben")
        assert "prompt=login" in address
        assert "max_age=0" in address
        return await openid.finish(server.browse(address), BROWSER)

    for lie in (None, START.timestamp() - 3_600, True, "now"):
        server.claims = {"auth_time": lie}
        with pytest.raises(Refused, match="did not ask you anew"):
            await prove()
    server.claims = {"auth_time": START.timestamp()}
    assert (await prove()).flow.account == "ben"


async def test_the_owner_lists_who_gets_an_account_and_an_unverified_address_is_nobodys(
    make: Make, server: Server, clock: VirtualClock, http: aiohttp.ClientSession
) -> None:
    admit = [{"email": "Ben@example.org", "role": "adult", "person": "ben"}, {"group": "sitters", "role": "guest"}]
    settings = make.settings(configured(server, admit=admit))
    openid = OpenId(settings, lambda: http, clock)
    assert settings.provider is not None
    cases: list[tuple[dict[str, Any], str | None]] = [
        ({"email": "ben@example.org", "email_verified": True}, "adult"),
        ({"email": "ben@example.org", "email_verified": False}, None),
        ({"email": "ben@example.org", "email_verified": "true"}, None),
        ({"email": "ben@example.org"}, None),
        ({"email": "ben@example.org.evil.example", "email_verified": True}, None),
        ({"groups": ["cooks", "sitters"]}, "guest"),
        ({"groups": "sitters"}, None),
        ({"groups": ["Sitters"]}, None),
        ({"sub": "somebody else", "email": "ben@example.org", "email_verified": True}, None),
    ]
    for about, role in cases:
        server.about = about
        found = (await go(openid, server)).admission(settings.provider)
        assert (found.role.value if found else None) == role, about


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"issuer": "http://id.example.org"}, "https"),
        ({"issuer": "id.example.org"}, "address"),
        ({"issuer": "https://me:pass@id.example.org"}, "address"),
        ({"issuer": "javascript:alert(1)"}, "address"),
        ({"client_id": ""}, "client_id"),
        ({"origins": ["http://8.8.8.8"]}, "https"),
        ({"admit": [{"email": "a@b.org", "role": "owner"}]}, "can't make owners"),
        ({"admit": [{"role": "guest"}]}, "one of them"),
        ({"admit": [{"group": "g", "person": "ben"}]}, "not one person"),
        ({"secret": "x"}, "secret"),
    ],
)
async def test_settings_that_can_not_work_are_refused_with_the_field(
    make: Make, wrong: dict[str, Any], said: str
) -> None:
    settings = make.settings()
    with pytest.raises(Conflict, match=said) as refused:
        await settings.save({"issuer": "https://id.example.org", "client_id": "c", "client_secret": "hidden", **wrong})
    assert "hidden" not in str(refused.value)
    assert settings.provider is None


@pytest.mark.parametrize("issuer", ["http://192.168.1.5:8080", "http://nas.local/auth", "http://nas", "http://[::1]:1"])
async def test_a_server_in_the_house_may_do_without_a_certificate(make: Make, issuer: str) -> None:
    settings = make.settings()
    assert (await settings.save({"issuer": issuer, "client_id": "c"})).issuer == issuer


async def test_the_secret_is_sealed_where_it_is_kept_and_stays_when_it_is_not_typed_again(make: Make) -> None:
    settings = make.settings()
    await settings.save({"issuer": "https://id.example.org", "client_id": "c", "client_secret": "canary"})
    assert "canary" not in str(await make.store.get_setting("access.openid"))
    await settings.save({"issuer": "https://id.example.org", "client_id": "other"})
    again = make.settings()
    await again.load()
    assert again.provider is not None
    assert (again.provider.client_id, again.provider.client_secret.get_secret_value()) == ("other", "canary")
    assert "canary" not in repr(again.provider)
    elsewhere = await again.save({"issuer": "https://other.example.org", "client_id": "other"})
    assert elsewhere.client_secret.get_secret_value() == ""
    await again.remove()
    assert again.provider is None


async def test_what_the_file_declares_is_changed_in_the_file(openid: OpenId) -> None:
    with pytest.raises(Conflict, match=r"hub\.yaml"):
        await openid.settings.save({"issuer": "https://id.example.org", "client_id": "c"})


async def test_without_a_server_there_is_nothing_to_begin(
    make: Make, clock: VirtualClock, http: aiohttp.ClientSession
) -> None:
    openid = OpenId(make.settings(), lambda: http, clock)
    with pytest.raises(NotFound, match="not set up"):
        await openid.begin("sign-in", browser=BROWSER, redirect=REDIRECT, target="/")


def test_what_stands_in_the_file_is_read_with_its_secret_and_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text("openid_secret: canary\n")
    text = (
        "openid:\n  issuer: {}\n  client_id: c\n  client_secret: !secret openid_secret\n"
        "  admit: [{{email: a@b.org, role: {}}}]\n"
    )
    (tmp_path / "hub.yaml").write_text(text.format("https://id.example.org", "adult"))
    settings = load_settings(tmp_path)
    assert "canary" not in repr(settings)
    provider = provider_of(settings.openid or {})
    assert (provider.client_secret.get_secret_value(), provider.admit[0].role.value) == ("canary", "adult")
    for issuer, role, line in (("http://id.example.org", "adult", 2), ("https://id.example.org", "owner", 5)):
        (tmp_path / "hub.yaml").write_text(text.format(issuer, role))
        with pytest.raises(ConfigInvalid, match=rf"hub\.yaml:{line}") as refused:
            load_settings(tmp_path)
        assert "canary" not in str(refused.value)
