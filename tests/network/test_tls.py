"""HTTPS: a home's own authority, files of the owner's, and nothing that is too old to be safe."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from hub.clock import RealClock, VirtualClock
from hub.daemon.home import own_addresses
from hub.errors import ConfigInvalid
from hub.tls import Certificates, check
from tests.network.authorities import issue
from tests.network.conftest import START, home


async def served(port: int) -> str:
    """SHA-256 of the certificate that is served, as browsers write it."""
    pem = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))
    from hub.tls.authority import fingerprint

    return fingerprint(x509.load_pem_x509_certificate(pem.encode()))


async def openssl(port: int, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        "openssl", "s_client", "-connect", f"127.0.0.1:{port}", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode or 0, said.decode(errors="replace")


async def test_https_is_tried_and_kept_by_a_browser_that_trusts_the_home(tmp_path: Path, ports: list[int]) -> None:
    async with home(tmp_path / "data") as one:
        tls_url = f"https://127.0.0.1:{ports[1]}"
        status, body = await one.change(tls="home", tls_port=ports[1], redirect=True)
        assert status == 200, body
        assert body["certificate"]["kind"] == "home"
        assert await one.answers(tls_url, one.trusting)
        status, body = await one.post(one.url, "confirm")
        assert (status, tls_url in body["error"]["message"]) == (409, True), "plain HTTP does not show that HTTPS works"
        assert (await one.ask("GET", f"{one.url}/sign-in"))[0] != 308, "no way leads away before it is confirmed"
        status, body = await one.post(tls_url, "confirm", one.trusting)
        assert (status, body["pending"]) == (200, None)

        port = ports[1]
        authority = str(one.hub.network.certificates.authority.certificate)
        code, said = await openssl(port, "-CAfile", authority, "-verify_return_error", "-verify_ip", "127.0.0.1")
        assert (code, "Verify return code: 0 (ok)" in said) == (0, True), said
        code, said = await openssl(port, "-tls1_2", "-CAfile", authority)
        assert "ECDHE" in said
        for weak in (
            ["-tls1_1"],
            ["-tls1"],
            ["-tls1_2", "-cipher", "AES128-SHA"],
            ["-tls1_2", "-cipher", "AES256-GCM-SHA384"],
        ):
            code, said = await openssl(port, *weak)
            assert "Cipher is (NONE)" in said or code, f"{weak} was spoken"

        headers = (await one.ask("GET", f"{tls_url}/sign-in", over=one.trusting, cookies={}))[2]
        assert "Strict-Transport-Security" not in headers, "only when the owner says so"
        status, body = await one.change(tls_url, one.trusting, hsts=True)
        assert status == 200, body
        assert (await one.post(tls_url, "confirm", one.trusting))[0] == 200
        headers = (await one.ask("GET", f"{tls_url}/sign-in", over=one.trusting, cookies={}))[2]
        assert headers["Strict-Transport-Security"] == "max-age=2592000"
        assert "Strict-Transport-Security" not in (await one.ask("GET", f"{one.url}/healthz"))[2]

        cookie = (await one.ask("GET", f"{tls_url}/sign-in", over=one.trusting, cookies={}))[2].get("Set-Cookie", "")
        assert "Secure" in cookie


async def test_an_authority_of_the_home_can_vouch_for_the_home_only(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path, RealClock())
    certificates.create(["hub.local", "192.168.1.20"])
    authority = certificates.authority
    for name in ("hub.local", "nas.lan", "192.168.7.7", "fd00::1", "localhost"):
        assert authority.covers(name), name
    for name in ("bank.example", "8.8.8.8", "2606:4700::1111", "local.example.org"):
        assert not authority.covers(name), name
    # A certificate for the bank, made with the stolen key, is refused by OpenSSL itself.
    authority.covers = lambda name: True  # type: ignore[method-assign] # the thief has no scruples
    authority.issue(["bank.example", "hub.local"], RealClock().now())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, authority.server))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        _, said = await openssl(port, "-CAfile", str(authority.certificate), "-servername", "bank.example")
        assert "permitted subtree violation" in said
    finally:
        server.close()
    assert [one.stat().st_mode & 0o077 for one in (*authority.server, authority.folder / "authority.key")] == [0, 0, 0]


async def test_the_homes_certificate_renews_itself_and_follows_the_hubs_names(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    certificates = Certificates(tmp_path, clock)
    names = ["hub.local", "192.168.1.20"]
    certificates.open("home", [], names)
    first = certificates.facts
    assert first is not None
    assert timedelta(days=396) <= first.not_after - first.not_before <= timedelta(days=397)
    await clock.advance(86_400 * 300)
    assert not certificates.look([], names), "there is time"
    await clock.advance(86_400 * 70)
    assert certificates.look([], names), "a month before it runs out"
    second = certificates.facts
    assert second is not None
    assert second.authority_fingerprint == first.authority_fingerprint, "phones need not trust anything anew"
    assert certificates.look([], [*names, "192.168.1.77"]), "the router gave another address"
    assert "192.168.1.77" in (certificates.facts or first).names
    assert not certificates.look([], [*names, "hub.example.org"]), "a name it may not vouch for changes nothing"


async def test_a_clock_that_was_never_set_makes_no_certificate(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path, VirtualClock(START.replace(year=1970)))
    with pytest.raises(ConfigInvalid, match="clock shows 1970"):
        certificates.open("home", [], ["hub.local"])


async def test_own_files_are_served_and_taken_over_when_they_change(tmp_path: Path, ports: list[int]) -> None:
    clock = VirtualClock(RealClock().now())
    files = issue(tmp_path / "acme", clock.now())
    settings: dict[str, Any] = {
        "tls": "own", "tls_port": ports[1], "certificate": files.chain, "certificate_key": files.key,
        "declared": {"tls": "hub.yaml"}, "allowed_hosts": ("hub.example.org",),
    }  # fmt: skip
    async with home(tmp_path / "data", clock, **settings) as one:
        trusting = ssl.create_default_context(cafile=str(files.root))
        trusting.check_hostname = False
        assert await one.answers(f"https://127.0.0.1:{ports[1]}", trusting)
        first = await served(ports[1])
        renewed = issue(tmp_path / "new", clock.now())
        # As a renewal does it: first one file, then the other.
        shutil.copy(renewed.chain, files.chain)
        await one.hub.network.look()
        assert await served(ports[1]) == first, "half of a renewal is not served"
        assert "key does not fit" in one.hub.network.certificates.problem
        shutil.copy(renewed.key, files.key)
        await clock.advance(61)
        for _ in range(50):
            if one.hub.network.certificates.problem == "":
                break
            await asyncio.sleep(0.02)
        assert await served(ports[1]) != first
        assert one.hub.network.certificates.problem == ""
        files.key.unlink()
        await one.hub.network.look()
        assert await one.answers(f"https://127.0.0.1:{ports[1]}", ssl._create_unverified_context()), "it goes on"
        problems = [message for key, _, message, _ in one.hub.views.system().problems() if key == "tls"]
        assert problems
        assert "privkey.pem" in problems[0]


async def test_where_own_files_are_broken_at_the_start_the_homes_certificate_stands_in(
    tmp_path: Path, ports: list[int]
) -> None:
    settings: dict[str, Any] = {
        "tls": "own", "tls_port": ports[1], "certificate": tmp_path / "no.pem", "certificate_key": tmp_path / "no.key",
    }  # fmt: skip
    async with home(tmp_path / "data", **settings) as one:
        assert await one.answers(f"https://127.0.0.1:{ports[1]}", one.trusting), "never plain text by accident"
        assert "no.pem" in one.hub.network.certificates.problem


def test_what_is_wrong_with_a_certificate_is_said_with_its_remedy(tmp_path: Path) -> None:
    now = RealClock().now()
    good, other = issue(tmp_path / "good", now), issue(tmp_path / "other", now)
    hosts = ["hub.example.org"]

    def problem(chain: Path, key: Path) -> str:
        with pytest.raises(ConfigInvalid) as raised:
            check(chain, key, hosts=hosts, now=now)
        return str(raised.value)

    assert check(good.chain, good.key, hosts=hosts, now=now).doubts == ()
    assert "key does not fit" in problem(good.chain, other.key)
    assert "holds a key instead" in problem(good.key, good.key)
    assert "holds a certificate instead" in problem(good.chain, good.chain)
    assert "passphrase" in problem(*issue(tmp_path / "locked", now, password=b"secret")[:2])
    assert "no such file" in problem(tmp_path / "none.pem", good.key)
    backwards = tmp_path / "backwards.pem"
    leaf, middle = x509.load_pem_x509_certificates(good.chain.read_bytes())
    from tests.network.authorities import PEM

    backwards.write_bytes(middle.public_bytes(PEM) + leaf.public_bytes(PEM))
    assert "must come first" in problem(backwards, good.key)

    def doubts(**how: object) -> str:
        files = issue(tmp_path / "doubtful", now, **how)  # type: ignore[arg-type] # checked by it
        return " ".join(check(files.chain, files.key, hosts=hosts, now=now).doubts)

    assert "expired on" in doubts(since=-100, days=90)
    assert "expires on" in doubts(since=-80, days=90)
    assert "holds from" in doubts(since=3)
    assert "chain is incomplete" in doubts(whole=False)
    assert "not for hub.example.org; it is for other.example.org" in doubts(name="other.example.org")
    good.key.chmod(0o644)
    assert "chmod 600" in check(good.chain, good.key, hosts=hosts, now=now).doubts[0]


def test_a_key_that_the_hubs_user_may_not_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        files = issue(Path(folder), RealClock().now())
        files.key.chmod(0)
        superuser = os.geteuid() == 0
        try:
            if superuser:
                os.seteuid(65_534)
            with pytest.raises(ConfigInvalid, match="can't be read by the user that runs the hub"):
                check(files.chain, files.key, hosts=(), now=RealClock().now())
        finally:
            if superuser:
                os.seteuid(0)


async def test_plain_http_of_other_machines_is_sent_to_https_and_nothing_is_taken_there(
    tmp_path: Path, ports: list[int]
) -> None:
    others = own_addresses()
    if not others:
        pytest.skip("this machine is in no network")
    async with home(tmp_path / "data", host="0.0.0.0", tls="home", tls_port=ports[1], redirect=True) as one:
        elsewhere = f"http://{others[0]}:{one.port}"
        status, _, headers = await one.ask("GET", f"{elsewhere}/sign-in?next=/journal")
        assert (status, headers["Location"]) == (308, f"https://{others[0]}:{ports[1]}/sign-in?next=/journal")
        status, body, _ = await one.ask("POST", f"{elsewhere}/hub/v1/readings", json={"readings": []})
        assert (status, "HTTPS only" in str(body)) == (403, True)
        assert await one.answers(one.url), "this machine itself is let be"
        status, _, _ = await one.ask("GET", f"{elsewhere}/sign-in", headers={"Host": "evil.example"})
        assert status == 421, "and nobody is sent to a stranger's name"


NOTE = "others in the same network could read what you type"


async def test_signing_in_over_plain_text_says_so_calmly_and_only_there(tmp_path: Path, ports: list[int]) -> None:
    others = own_addresses()
    if not others:
        pytest.skip("this machine is in no network")
    async with home(tmp_path / "data", host="0.0.0.0") as one:
        place = f"[{others[0]}]" if ":" in others[0] else others[0]
        elsewhere = f"http://{place}:{one.port}"

        async def said(url: str, over: Any = None, **headers: str) -> bool:
            status, text, _ = await one.ask("GET", f"{url}/sign-in", headers=headers, cookies={}, over=over)
            assert status == 200
            return NOTE in text

        assert await said(elsewhere)
        assert not await said(one.url), "on this machine nobody listens in"
        await one.change(elsewhere, tls="home", tls_port=ports[1])
        _, text, _ = await one.ask("GET", f"{elsewhere}/sign-in", cookies={})
        assert f"https://{place}:{ports[1]}/sign-in" in text, "the way out is at hand"
        assert not await said(f"https://{place}:{ports[1]}", one.trusting)
        await one.hub.network.revert()
        await one.change(elsewhere, proxies=[others[0]])
        assert not await said(elsewhere, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"})
        assert await said(elsewhere, **{"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.7"})
