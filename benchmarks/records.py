"""Records as a phone with Loop uploads them to Nightscout, deterministic."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 8, 1, tzinfo=UTC)
Record = tuple[datetime, dict[str, Any]]


def treatments(count: int, seed: int = 1) -> Iterator[Record]:
    """Temporary basal rates every five minutes, some corrections and meals among them."""
    chance = random.Random(seed)
    for at in _moments(count, chance):
        said, rate = _iso(at), round(chance.random() * 3, 2)
        record = _begun(at, chance) | {
            "enteredBy": "loop://iPhone",
            "timestamp": said,
            "syncIdentifier": chance.randbytes(17).hex(),
            "insulinType": "Humalog",
        }
        kind = chance.random()
        if kind < 0.8:
            record |= {"eventType": "Temp Basal", "temp": "absolute", "rate": rate, "absolute": rate}
            record |= {"duration": round(5 + chance.random(), 13), "automatic": True, "amount": round(rate / 12, 3)}
        elif kind < 0.95:
            record |= {"eventType": "Correction Bolus", "type": "normal", "insulin": rate, "programmed": rate}
            record |= {"unabsorbed": 0, "duration": round(chance.random(), 14), "automatic": True}
        else:
            record |= {"eventType": "Carb Correction", "carbs": chance.randrange(5, 70), "absorptionTime": 180}
            record |= {"foodType": "🍎", "userEnteredAt": said, "userLastModifiedAt": said}
        yield at, record


def device_statuses(count: int, seed: int = 2) -> Iterator[Record]:
    """Every five minutes what the pump and the loop say, with six hours of predicted glucose."""
    chance = random.Random(seed)
    glucose = 120.0
    for at in _moments(count, chance):
        said = _iso(at)
        glucose = max(50.0, min(300.0, glucose + chance.gauss(0, 6)))
        rate = {"rate": round(chance.random() * 2, 2), "duration": 30}
        pump = {"clock": said, "pumpID": "17D4F2A1", "manufacturer": "Insulet", "model": "Dash", "bolusing": False}
        loop = {
            "name": "Loop",
            "version": "3.4.1",
            "timestamp": said,
            "iob": {"iob": round(chance.random() * 5, 15), "timestamp": said},
            "cob": {"cob": round(chance.random() * 50, 13), "timestamp": said},
            "predicted": {"startDate": said, "values": _predicted(glucose, chance)},
            "recommendedBolus": round(chance.random(), 2),
            "automaticDoseRecommendation": {"timestamp": said, "tempBasalAdjustment": rate, "bolusVolume": 0},
            "enacted": {"timestamp": said, **rate, "received": True, "bolusVolume": 0},
        }
        yield (
            at,
            _begun(at, chance)
            | {
                "device": "loop://iPhone",
                "uploader": {"name": "iPhone", "timestamp": said, "battery": chance.randrange(20, 100)},
                "pump": pump
                | {"reservoir": round(chance.random() * 50, 2), "suspended": False, "secondsFromGMT": 7200},
                "loop": loop,
                "override": {"timestamp": said, "active": False},
            },
        )


def _moments(count: int, chance: random.Random) -> Iterator[datetime]:
    at = START
    for _ in range(count):
        at += timedelta(seconds=300 + chance.random() * 20)
        yield at


def _begun(at: datetime, chance: random.Random) -> dict[str, Any]:
    name = f"{int(at.timestamp()):08x}{chance.getrandbits(64):016x}"
    return {"_id": name, "created_at": _iso(at), "utcOffset": 0}


def _predicted(glucose: float, chance: random.Random) -> list[int]:
    slope, values = chance.gauss(0, 2), []
    for _ in range(73):
        values.append(round(glucose))
        slope = slope * 0.95 + chance.gauss(0, 0.4)
        glucose = max(40.0, glucose + slope)
    return values


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
