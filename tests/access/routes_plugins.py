"""What the addresses of plugins ask for: Nightscout's interface, and webhooks."""

from __future__ import annotations

from tests.access.asks import Ask, anybody, at, known, nobody
from tests.access.oracle import HOUSEHOLD, RECORD, VIEW, Caller
from tests.access.street import PEOPLE, Street

GLUCOSE = "blood_glucose"


def reads(caller: Caller, person: str) -> bool:
    """Nightscout's clients show tokens; a browser's session means nothing there."""
    return caller.token and caller.may(VIEW, person, GLUCOSE)


def uploads(caller: Caller, person: str) -> bool:
    return caller.token and caller.may(RECORD, person, GLUCOSE) and caller.sees_some(person)


def reads_somebody(caller: Caller, person: str) -> bool:
    """Without a person in the address it is about the first whom the token reaches."""
    return any(reads(caller, one) for one in (*PEOPLE, HOUSEHOLD))


def uploads_somebody(caller: Caller, person: str) -> bool:
    return any(uploads(caller, one) for one in (*PEOPLE, HOUSEHOLD))


def nothing_there(status: int, body: str) -> bool:
    """Who may is told that there is no such record, or that it is replaced; others that there is no such person."""
    return status in (200, 201, 204, 400, 404, 422) and "no person" not in body


def _value(street: Street, person: str) -> object:
    return [{"type": "sgv", "sgv": 100, "date": 1_767_225_600_000, "dateString": "2026-01-01T00:00:00.000Z"}]


def _document(street: Street, person: str) -> object:
    return {"type": "sgv", "sgv": 100, "date": 1_767_225_600_000, "app": "test", "device": "test", "utcOffset": 0}


def _treatment(street: Street, person: str) -> object:
    return {"_id": "5f0000000000000000000000", "eventType": "Note", "notes": "x", "created_at": "2026-01-01T00:00:00Z"}


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
    body, whole = (_value, _treatment) if old else (_document, _document)
    put = "treatments" if old else gone
    PLUGINS |= {
        f"GET {one}/{{path}}": Ask(reads, at(f"{one}/{read}"), PEOPLE),
        f"POST {one}/{{path}}": Ask(uploads, at(f"{one}/{post}"), PEOPLE, json=body),
        f"PUT {one}/{{path}}": Ask(uploads, at(f"{one}/{put}"), PEOPLE, json=whole, let_in=nothing_there),
        f"PUT /api/{version}/{{path}}": Ask(
            uploads_somebody, f"/api/{version}/{put}", json=whole, let_in=nothing_there
        ),
        f"DELETE {one}/{{path}}": Ask(uploads, at(f"{one}/{gone}"), PEOPLE, let_in=nothing_there),
        f"DELETE /api/{version}/{{path}}": Ask(uploads_somebody, f"/api/{version}/{gone}", let_in=nothing_there),
        f"PATCH {one}/{{path}}": Ask(
            nobody if old else uploads, at(f"{one}/{gone}"), PEOPLE, json=body, let_in=nothing_there
        ),
        f"PATCH /api/{version}/{{path}}": Ask(
            nobody if old else uploads_somebody, f"/api/{version}/{gone}", json=body, let_in=nothing_there
        ),
        f"OPTIONS {one}/{{path}}": Ask(anybody, f"/ns/ben/api/{version}/status.json"),
        f"GET /api/{version}/{{path}}": Ask(reads_somebody, f"/api/{version}/{read}"),
        f"POST /api/{version}/{{path}}": Ask(uploads_somebody, f"/api/{version}/{post}", json=body),
        f"OPTIONS /api/{version}/{{path}}": Ask(anybody, f"/api/{version}/status.json"),
    }
for method in ("GET", "POST", "PUT", "DELETE"):
    for path in ("/webhook/{entry}", "/webhook/{entry}/{tail}"):
        PLUGINS[f"{method} {path}"] = Ask(nobody, path.replace("{entry}", "things").replace("{tail}", "x"))
