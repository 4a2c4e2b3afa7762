"""Which apps speak to a Nightscout, and what to type into each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Given:
    """What an app is connected with."""

    base: str
    """`https://hub.example.org`, without a slash at its end."""
    token: str

    @property
    def secure(self) -> bool:
        return self.base.startswith("https://")

    def with_secret(self) -> str:
        """The address as xDrip+ takes it: the secret before the host."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{self.token}@{parts.netloc}{parts.path}/api/v1/"

    def with_token(self) -> str:
        """The address as many followers take it."""
        return f"{self.base}?token={self.token}"


Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class App:
    key: str
    name: str
    system: str
    steps: tuple[str, ...]
    fields: Callable[[Given], Fields]
    """(where it belongs, what to type)."""
    writes: bool = True
    """False for one that only shows: its token may look and no more."""
    needs_https: bool = False
    from_outside: bool = False
    """True when its maker's server asks, not the phone: the hub must be reachable from the internet."""
    code: Callable[[Given], str] | None = None
    """The text of a QR code that the app scans."""


def _secret(address: str, secret: str) -> Callable[[Given], Fields]:
    return lambda given: ((address, given.base), (secret, given.token))


def xdrip_code(given: Given) -> str:
    """What xDrip+ reads from a QR code under Auto configure."""
    return orjson.dumps({"rest": {"endpoint": [given.with_secret()]}}).decode()


APPS = (
    App(
        "xdrip", "xDrip+", "Android",
        (
            "In xDrip+ open Settings, then Auto configure, and scan the code.",
            "Or type it: Settings, Cloud upload, Nightscout Sync (REST-API). Switch it on and fill Base URL.",
            "Scanning replaces the address of a Nightscout you upload to. To keep both, type this one behind it.",
        ),
        lambda given: (("Base URL", given.with_secret()),),
        code=xdrip_code,
    ),
    App(
        "aaps", "AAPS", "Android",
        (
            "In AAPS open Config builder, Synchronization, and switch NSClient v3 on.",
            "In its settings put the address into Nightscout URL, and the token into NS access token.",
        ),
        _secret("Nightscout URL", "NS access token"),
        needs_https=True,
    ),
    App(
        "loop", "Loop", "iPhone",
        (
            "In Loop open Settings, Services, Add service, Nightscout.",
            "Put the address into Site URL and the secret into API secret, then Log in.",
        ),
        _secret("Site URL", "API secret"),
        needs_https=True,
    ),
    App(
        "trio", "Trio", "iPhone",
        (
            "In Trio open Settings, Services, Nightscout, Connect.",
            "Put the address into URL and the secret into API secret. Switch uploading on, too.",
        ),
        _secret("URL", "API secret"),
        needs_https=True,
    ),
    App(
        "bridge", "share2nightscout-bridge", "Dexcom account",
        (
            "Start the bridge with these two settings beside DEXCOM_ACCOUNT_NAME and DEXCOM_PASSWORD.",
        ),
        _secret("NS", "API_SECRET"),
    ),
    App(
        "xdrip4ios", "xDrip4iOS or Shuggah", "iPhone",
        (
            "In the app open Settings, Nightscout, and switch it on.",
            "Put the address into URL and the secret into API_SECRET. The token field stays empty.",
        ),
        _secret("URL", "API_SECRET"),
    ),
    App(
        "loopfollow", "LoopFollow", "iPhone",
        ("In LoopFollow open Settings, Nightscout, and fill the two fields.",),
        _secret("URL", "Token"),
        writes=False,
    ),
    App(
        "nightguard", "Nightguard", "iPhone, Apple Watch",
        ("In Nightguard open Preferences and put the whole address, with its end, into the address field.",),
        lambda given: (("Address", given.with_token()),),
        writes=False,
        needs_https=True,
    ),
    App(
        "sugarmate", "Sugarmate", "web, phone",
        (
            "In Sugarmate choose Nightscout as the source of your glucose.",
            "Put the address into the field for the site, and the token into the field for the token.",
        ),
        _secret("Address", "Token"),
        writes=False,
        needs_https=True,
        from_outside=True,
    ),
    App(
        "home_assistant", "Home Assistant", "server",
        ("Under Settings, Devices & services add the integration Nightscout, and fill the two fields.",),
        _secret("URL", "API key"),
        writes=False,
    ),
    App(
        "display", "Another display or watch face", "shows only",
        (
            "Where it asks for a Nightscout, type the address; where it asks for a token, the token.",
            "Has it a field for the address alone? Then type the address with the token at its end.",
        ),
        lambda given: (("Address", given.base), ("Token", given.token), ("Both in one", given.with_token())),
        writes=False,
    ),
    App(
        "uploader", "Another app that uploads", "any",
        (
            "Where it asks for a Nightscout, type the address; where it asks for an API secret or a token, the secret.",
        ),
        _secret("Address", "API secret or token"),
    ),
)  # fmt: skip
BY_KEY = {one.key: one for one in APPS}
