"""Who sent a request: proxies that are listed are believed, up to the first that is not; everybody else is not."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from hub.clock import RealClock
from hub.model import NetworkSettings, address_group
from tests.network.authorities import issue
from tests.network.conftest import home
from tests.support.process import free_port
from web.sender import Sender, believed, is_one_of

NETS = NetworkSettings(proxies=("10.0.0.1", "172.18.0.0/16", "fd00::1")).nets
PEER = "10.0.0.1"
TABLE: tuple[tuple[str, dict[str, str | tuple[str, ...]], Sender], ...] = (
    ("nothing said", {}, Sender(PEER, "", "")),
    ("one hop", {"X-Forwarded-For": "203.0.113.7"}, Sender("203.0.113.7", "", "")),
    ("with how it was asked", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"},
     Sender("203.0.113.7", "https", "")),
    ("what the browser made up stands left", {"X-Forwarded-For": "1.1.1.1, 2.2.2.2, 203.0.113.7"},
     Sender("203.0.113.7", "", "")),
    ("made up twice, in two headers", {"X-Forwarded-For": ("1.1.1.1", "203.0.113.7")}, Sender("203.0.113.7", "", "")),
    ("through two of ours", {"X-Forwarded-For": "203.0.113.7, 172.18.0.9"}, Sender("203.0.113.7", "", "")),
    ("one of ours named by a stranger", {"X-Forwarded-For": "10.0.0.1, 203.0.113.7"}, Sender("203.0.113.7", "", "")),
    ("all are ours", {"X-Forwarded-For": "172.18.0.4, 172.18.0.9"}, Sender("172.18.0.4", "", "")),
    ("nobody knows", {"X-Forwarded-For": "unknown"}, Sender(PEER, "", "")),
    ("nonsense to the right", {"X-Forwarded-For": "203.0.113.7, ' OR 1=1"}, Sender(PEER, "", "")),
    ("empty", {"X-Forwarded-For": " , ,"}, Sender(PEER, "", "")),
    ("with a port", {"X-Forwarded-For": "203.0.113.7:51234"}, Sender("203.0.113.7", "", "")),
    ("IPv6", {"X-Forwarded-For": "2001:db8::7"}, Sender("2001:db8::7", "", "")),
    ("IPv6 with a port", {"X-Forwarded-For": "[2001:db8::7]:51234"}, Sender("2001:db8::7", "", "")),
    ("IPv4 wrapped in IPv6 is one of ours", {"X-Forwarded-For": "203.0.113.7, ::ffff:172.18.0.9"},
     Sender("203.0.113.7", "", "")),
    ("a name", {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "hub.example.org"},
     Sender(PEER, "https", "hub.example.org")),
    ("one word for each hop",
     {"X-Forwarded-For": "203.0.113.7, 172.18.0.9", "X-Forwarded-Proto": "https, http",
      "X-Forwarded-Host": "hub.example.org, inner"}, Sender("203.0.113.7", "https", "hub.example.org")),
    ("a word that the browser slipped in", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https, http"},
     Sender("203.0.113.7", "http", "")),
    ("a scheme that is none", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "javascript"},
     Sender("203.0.113.7", "", "")),
    ("RFC 7239", {"Forwarded": 'for=203.0.113.7;proto=https;host="hub.example.org"'},
     Sender("203.0.113.7", "https", "hub.example.org")),
    ("RFC 7239, IPv6", {"Forwarded": 'For="[2001:db8::7]:4711"'}, Sender("2001:db8::7", "", "")),
    ("RFC 7239, several", {"Forwarded": "for=1.1.1.1, for=203.0.113.7;proto=https, for=172.18.0.9;proto=http"},
     Sender("203.0.113.7", "https", "")),
    ("RFC 7239, hidden", {"Forwarded": "for=_secret, for=unknown"}, Sender(PEER, "", "")),
    ("RFC 7239, a comma in quotes", {"Forwarded": 'for="203.0.113.7, for=9.9.9.9"'}, Sender(PEER, "", "")),
    ("RFC 7239, garbled", {"Forwarded": 'for=203.0.113.7;;proto="'}, Sender(PEER, "", "")),
    ("both say the same", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https",
                           "Forwarded": "for=203.0.113.7;proto=https"}, Sender("203.0.113.7", "https", "")),
    ("one of the two is made up", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https",
                                   "Forwarded": "for=127.0.0.1;proto=https"}, Sender(PEER, "http", "")),
)  # fmt: skip


@pytest.mark.parametrize(("headers", "told"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_trusted_proxy_is_believed_as_far_as_the_first_that_is_not(
    headers: dict[str, str | tuple[str, ...]], told: Sender
) -> None:
    given: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        for one in (value,) if isinstance(value, str) else value:
            given.add(name, one)
    assert believed(CIMultiDictProxy(given), PEER, NETS) == told


def test_addresses_are_compared_as_addresses() -> None:
    for text in ("10.0.0.1", "::ffff:10.0.0.1", "172.18.255.255", "fd00::1", "fd00::1%eth0", "fd00:0::0:1"):
        assert is_one_of(text, NETS), text
    for text in ("10.0.0.10", "172.19.0.1", "fd00::2", "", "10.0.0.1.evil.example", "010.0.0.1"):
        assert not is_one_of(text, NETS), text
    assert (
        address_group("2001:db8:1:2:3::4") == address_group("2001:db8:1:2:ffff::9") != address_group("2001:db8:1:3::4")
    )
    assert address_group("::ffff:203.0.113.7") == "203.0.113.7"


async def seen_by(hub_url: str, **headers: str) -> int:
    """Wrong sign-ins until one address is told to wait; with spoofed headers it must be as few."""
    cookie_jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=cookie_jar, headers={"Origin": hub_url, **headers}) as client:
        async with client.get(f"{hub_url}/sign-in") as answer:
            token = (await answer.text()).partition('name="form_token" value="')[2].partition('"')[0]
        for count in range(1, 12):
            spoofed = {"X-Forwarded-For": f"203.0.113.{count}", "Forwarded": f"for=203.0.113.{count}"}
            typed = {"account": f"nobody{count}", "password": "wrong", "form_token": token}
            async with client.post(f"{hub_url}/sign-in", data=typed, headers=spoofed) as answer:
                if answer.status == 429:
                    return count
    return 99


async def test_a_stranger_cannot_make_up_addresses_and_the_owner_is_told_of_a_proxy(tmp_path: Path) -> None:
    async with home(tmp_path / "data") as one:
        assert await seen_by(one.url) <= 7
        _, body, _ = await one.ask("GET", f"{one.url}/hub/v1/network")
        assert body["untrusted_proxies"]["127.0.0.1"] >= 3
        _, body, _ = await one.ask("GET", f"{one.url}/hub/v1/problems")
        told = [problem for problem in body["problems"] if problem["key"] == "proxy"]
        assert "127.0.0.1" in told[0]["message"]
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        _, _, answered = await one.ask("GET", f"{one.url}/sign-in", headers=headers, cookies={})
        assert "Secure" not in answered.get("Set-Cookie", ""), "not believed"
        await one.change(proxies=["127.0.0.1"])
        _, body, _ = await one.ask("GET", f"{one.url}/hub/v1/problems")
        assert [problem for problem in body["problems"] if problem["key"] == "proxy"] == [], "listed, all is well"
        _, _, answered = await one.ask("GET", f"{one.url}/sign-in", headers=headers, cookies={})
        assert "Secure" in answered["Set-Cookie"]
        assert answered["Set-Cookie"].startswith("__Host-")


NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CHECKOUT = Path(__file__).parents[2]


@asynccontextmanager
async def nginx(folder: Path, hub_port: int, port: int) -> AsyncIterator[Path]:
    """nginx with the example that ships, on loopback; gives the file of its root."""
    assert NGINX is not None
    folder.mkdir()
    files = issue(folder / "acme", RealClock().now())
    example = (CHECKOUT / "deploy" / "nginx.conf").read_text()
    for shipped, here in (
        ("listen [::]:443 ssl;\n", ""),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("127.0.0.1:8480", f"127.0.0.1:{hub_port}"),
        ("/etc/letsencrypt/live/hub.example.org/fullchain.pem", str(files.chain)),
        ("/etc/letsencrypt/live/hub.example.org/privkey.pem", str(files.key)),
    ):
        assert shipped in example, shipped
        example = example.replace(shipped, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{example}\n}}"
    )
    process = subprocess.Popen(
        [NGINX, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    )
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.02)
            else:
                writer.close()
                break
        yield files.root
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


@pytest.mark.skipif(NGINX is None, reason="there is no nginx here")
async def test_behind_a_real_nginx_cookies_are_secure_and_spoofed_addresses_are_not_believed(tmp_path: Path) -> None:
    port = free_port()
    async with (
        home(tmp_path / "data", trusted_proxies=("127.0.0.1",), allowed_hosts=("hub.example.org",)) as one,
        nginx(tmp_path / "nginx", one.port, port) as root,
    ):
        trusting = ssl.create_default_context(cafile=str(root))
        trusting.check_hostname = False
        url, name = f"https://127.0.0.1:{port}", {"Host": f"hub.example.org:{port}"}
        origin = {"Origin": f"https://hub.example.org:{port}"}
        async with aiohttp.ClientSession(
            headers={**name, **origin}, connector=aiohttp.TCPConnector(ssl=trusting)
        ) as client:
            async with client.get(f"{url}/sign-in") as answer:
                assert answer.status == 200
                cookie = answer.headers["Set-Cookie"]
                assert cookie.startswith("__Host-")
                assert "Secure" in cookie
                token = (await answer.text()).partition('name="form_token" value="')[2].partition('"')[0]
            form = cookie.partition(";")[0]
            statuses = []
            for count in range(8):
                headers = {
                    "Cookie": form, "X-Forwarded-For": f"203.0.113.{count}", "Forwarded": f"for=203.0.113.{count}",
                    "X-Real-IP": f"203.0.113.{count}",
                }  # fmt: skip
                typed = {"account": f"nobody{count}", "password": "wrong", "form_token": token}
                async with client.post(f"{url}/sign-in", data=typed, headers=headers) as answer:
                    statuses.append(answer.status)
            assert 429 in statuses, "one address, whatever it calls itself"
            cookies = {"Cookie": f"__Host-homeostat_session={one.session}"}
            async with client.get(f"{url}/hub/v1/states", headers=cookies) as answer:
                assert answer.status == 200
            async with client.get(
                f"{url}/hub/v1/states", headers={**cookies, "Origin": "https://evil.example"}
            ) as answer:
                assert answer.status == 403
            async with client.get(f"{url}/sign-in", headers={"Host": "evil.example"}) as answer:
                assert answer.status == 421
            async with client.ws_connect(f"{url}/hub/v1/ws", headers=cookies) as socket:
                await socket.send_json({"type": "ping"})
                assert (await socket.receive_json())["type"] == "pong"
            async with client.get(f"{url}/hub/v1/live", headers=cookies) as answer:
                assert b"retry" in await answer.content.readline(), "nothing holds the stream back"
        assert one.hub.network.state().foreign == {}
