"""What the addresses of plugins ask for: Nightscout's interface, and webhooks."""

from __future__ import annotations

from tests.access.asks import Ask, anybody, at, known, moment, nobody
from tests.access.oracle import RECORD, VIEW, Caller
from tests.access.street import PEOPLE, Street

GLUCOSE = "blood_glucose"


def reads(caller: Caller, person: str) -> bool:
    """Nightscout's clients show tokens; a browser's session means nothing there."""
    return caller.token and caller.may(VIEW, person, GLUCOSE)


def uploads(caller: Caller, person: str) -> bool:
    return caller.token and caller.may(RECORD, person, GLUCOSE) and caller.sees_some(person)


def reads_somebody(caller: Caller, person: str) -> bool:
    """Without a person in the address it is about the first whom the token reaches."""
    return any(reads(caller, one) for one in PEOPLE)


def uploads_somebody(caller: Caller, person: str) -> bool:
    return any(uploads(caller, one) for one in PEOPLE)


def _value(street: Street, person: str) -> object:
    return [{"type": "sgv", "sgv": 100, "date": 1_767_225_600_000, "dateString": "2026-01-01T00:00:00.000Z"}]


def _document(street: Street, person: str) -> object:
    return {"type": "sgv", "sgv": 100, "date": 1_767_225_600_000, "app": "test", "device": "test", "utcOffset": 0}


PLUGINS: dict[str, Ask] = {
    "GET /api/versions": Ask(anybody),
    "GET /pebble": Ask(reads_somebody),
    "GET /ns/{person}/pebble": Ask(reads, at("/ns/{person}/pebble"), PEOPLE),
    "OPTIONS /pebble": Ask(anybody),
    "OPTIONS /ns/{person}/pebble": Ask(anybody, "/ns/ben/pebble"),
    "GET /nightscout/connect": Ask(known),
    "POST /nightscout/connect": Ask(known),
    "GET /nightscout/differences": Ask(nobody),
    "GET /hub/v1/nightscout/differences": Ask(nobody),
}
for version in ("v1", "v2", "v3"):
    old, one = version != "v3", f"/ns/{{person}}/api/{version}"
    read, post, gone = ("entries.json", "entries.json", "treatments/5f0000000000000000000000") if old else (
        "entries", "entries", "entries/5f000000-0000-5000-8000-000000000000"
    )  # fmt: skip
    body = _value if old else _document
    PLUGINS |= {
        f"GET {one}/{{path}}": Ask(reads, at(f"{one}/{read}"), PEOPLE),
        f"POST {one}/{{path}}": Ask(uploads, at(f"{one}/{post}"), PEOPLE, json=body),
        f"OPTIONS {one}/{{path}}": Ask(anybody, f"/ns/ben/api/{version}/status.json"),
        f"GET /api/{version}/{{path}}": Ask(reads_somebody, f"/api/{version}/{read}"),
        f"POST /api/{version}/{{path}}": Ask(uploads_somebody, f"/api/{version}/{post}", json=body),
        f"OPTIONS /api/{version}/{{path}}": Ask(anybody, f"/api/{version}/status.json"),
    }
for method in ("GET", "POST", "PUT", "DELETE"):
    for path in ("/webhook/{entry}", "/webhook/{entry}/{tail}"):
        PLUGINS[f"{method} {path}"] = Ask(nobody, path.replace("{entry}", "things").replace("{tail}", "x"))

__all__ = ["PLUGINS", "moment"]
