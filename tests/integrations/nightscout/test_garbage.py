"""Whatever is thrown at the surface, it answers in its protocol, and goes on."""

from __future__ import annotations

import random
import string
from typing import Any
from urllib.parse import quote

from tests.integrations.nightscout.conftest import Site
from tests.integrations.nightscout.test_entries import minutes_ago, ms, sgv
from tests.integrations.nightscout.test_treatments import iso
from tests.support.thorough import EVERY_STEP

NAMES = (
    *("_id", "identifier", "type", "sgv", "mbg", "date", "dateString", "created_at", "eventTime", "timestamp", "mills"),
    *("eventType", "carbs", "insulin", "duration", "preBolus", "glucose", "glucoseType", "units", "notes", "absolute"),
    *("utcOffset", "app", "isValid", "timeStamp", "bpm", "steps", "startDate", "uploader", "loop", "openaps", "pump"),
    *("device", "sysTime", "fat", "$whole", "$by", "__proto__", "", "ключ", "absorptionTime", "foodType", "reason"),
)
WORDS = (
    "sgv",
    "mbg",
    "cal",
    "hr-bpm",
    "steps-total",
    "Meal Bolus",
    "Temp Basal",
    "Exercise",
    "BG Check",
    "Finger",
    "mmol",
)


def value(chance: random.Random, depth: int = 0) -> Any:
    choices: list[Any] = [
        None,
        True,
        False,
        0,
        -1,
        5.5,
        1e308,
        -1e308,
        2**53,
        2**63,
        ms(minutes_ago(5)),
        iso(minutes_ago(5)),
        "2026-02-30T25:61:61Z",
        "1e400",
        "NaN",
        "-Infinity",
        "",
        "5f7b2f4a0e6d4f0b8c3a5d9c",
        "\x00\ud83d\ude00\uffff",
        "x" * 3_000,
        "0x10",
        chance.choice(WORDS),
        "".join(chance.choices(string.printable, k=8)),
    ]
    if depth < 3:
        choices += [
            [value(chance, depth + 1) for _ in range(chance.randrange(4))],
            {chance.choice(NAMES): value(chance, depth + 1) for _ in range(chance.randrange(5))},
            {"$oid": "5f7b2f4a0e6d4f0b8c3a5d9c"},
        ]
    return chance.choice(choices)


def record(chance: random.Random) -> dict[str, Any]:
    base: dict[str, Any] = sgv(minutes_ago(chance.randrange(100))) if chance.random() < 0.5 else {}
    return base | {chance.choice(NAMES): value(chance) for _ in range(chance.randrange(8))}


def question(chance: random.Random) -> str:
    operators = (
        "",
        "[$gte]",
        "[$lt]",
        "[$in][]",
        "[$nin][0]",
        "[$regex]",
        "[$exists]",
        "[$and]",
        "[$eq]",
        "[$ne]",
        "[$x]",
    )
    parts = [
        f"find[{quote(chance.choice((*NAMES, '$or', '$and', '$where')))}]{chance.choice(operators)}="
        + quote(str(value(chance, 3))[:80], errors="replace")
        for _ in range(chance.randrange(4))
    ]
    parts += [
        f"{name}={quote(str(value(chance, 3))[:30], errors='replace')}"
        for name in chance.sample(("count", "limit", "sort", "skip", "fields", "date$gte", "sgv$re"), 2)
    ]
    return "&".join(parts)


async def test_no_body_and_no_question_breaks_it(site: Site) -> None:
    chance = random.Random(20_261_121)
    collections = ("entries", "treatments", "devicestatus", "profile", "food", "activity")
    bearer = {"Authorization": f"Bearer {site.token}"}
    for turn in range(400 if EVERY_STEP else 40):
        collection = chance.choice(collections)
        body: Any = [record(chance) for _ in range(chance.randrange(4))] if chance.random() < 0.7 else record(chance)
        method = chance.choice(("POST", "PUT"))
        for path in (f"/api/v1/{collection}", f"/api/v3/{collection}"):
            response = await site.call(method, path, json=body, headers=bearer)
            assert response.status < 500, (turn, method, path, body, await response.text())
        asked = question(chance)
        for path in (
            f"/api/v1/{collection}.json?{asked}",
            f"/api/v1/{collection}.csv?{asked}",
            f"/api/v3/{collection}?{asked}",
            f"/api/v3/{collection}/history/{chance.choice(('0', '-1', '99999999999999999', 'x', '1e3'))}",
            f"/api/v1/count/{collection}/where?{asked}",
            f"/api/v1/{collection}/{quote(str(value(chance, 3))[:30], safe='', errors='replace')}",
            "/pebble?count=-5",
            chance.choice(("/api/v2/properties", "/api/v2/ddata/at", "/api/v2/summary?hours=x")),
        ):
            response = await site.call("GET", path, headers=bearer)
            assert response.status < 500, (turn, path, await response.text())
        if turn % 20 == 0:
            response = await site.call("DELETE", f"/api/v1/{collection}?{asked}", headers=bearer)
            assert response.status < 500, (turn, collection, asked, await response.text())
    at = minutes_ago(0.2)
    await site.post("/api/v1/entries", [sgv(at, 101)])
    assert any(one.get("sgv") == 101 for one in await site.get("/api/v1/entries.json?count=2000"))


async def test_an_enormous_body_is_refused_without_being_read(site: Site) -> None:
    response = await site.call("POST", "/api/v1/entries", data=b" " * 100, headers={"Content-Length": "100"})
    assert response.status == 200

    async def endless() -> Any:
        yield b"["
        for _ in range(60):
            yield b" " * (1 << 20)

    refused = await site.call("POST", "/api/v1/entries", data=endless(), headers={"Content-Type": "application/json"})
    assert refused.status == 413


async def test_a_large_upload_is_taken_whole(site: Site) -> None:
    start = minutes_ago(60 * 24 * 60)
    batch = [{"type": "sgv", "sgv": 80 + index % 200, "date": ms(start) + 300_000 * index} for index in range(10_000)]
    answered = await site.post("/api/v1/entries", batch)
    assert len(answered) == 10_000
    read = await site.get(f"/api/v1/entries.json?count=20000&find[date][$gte]={ms(start)}")
    assert len(read) == 10_000
