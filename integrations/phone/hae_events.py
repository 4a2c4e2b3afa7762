"""What Health Auto Export sends beside metrics and workouts: moods, medicines, symptoms, cycle, ECG, notifications."""

from __future__ import annotations

from typing import Any

from hub.api import JournalDraft
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Happened, Reader, Refused, number
from integrations.phone.hae_table import CYCLE, ECG, SEVERITIES
from integrations.phone.words import amount, finite, plain, whole, word


def _rest(record: dict[str, Any], *used: str) -> dict[str, Any]:
    left = {field: value for field, value in record.items() if field not in used and value not in (None, [], {})}
    return dict(finite(left))


def state_of_mind(record: dict[str, Any], reader: Reader) -> Finds:
    """`valence` from -1 to 1, with labels and what it was about."""
    at = instant(record.get("start") or record.get("date"), reader.zone)
    what = f"stateOfMind at {record.get('start')}"
    valence = number(record.get("valence"))
    data: dict[str, Any] = {
        "labels": [str(one) for one in record.get("labels") or []],
        "associations": [str(one) for one in record.get("associations") or []],
        "extra": _rest(record, "id", "start", "end", "valence", "labels", "associations"),
    }
    if valence is not None:
        data["valence"] = valence
        yield reader.measured("mood_valence", valence, at, what)
    yield Happened(JournalDraft("mood", at, data=data, external_id=f"mood/{record.get('id') or at.isoformat()}"), what)


def medication(record: dict[str, Any], reader: Reader) -> Finds:
    """Only what was taken or skipped has happened; reminders that nobody answered have not."""
    name = str(record.get("nickname") or record.get("displayText") or record.get("name") or "").strip()
    status = plain(record.get("status") or "taken")
    if status not in ("taken", "skipped"):
        return
    when = record.get("scheduledDate") or record.get("date") or record.get("start")
    at, what = instant(when, reader.zone), f"medication {name} at {when}"
    if not name:
        yield Refused(what, "it has no name")
        return
    data: dict[str, Any] = {
        "name": name,
        "taken": status == "taken",
        "unit": str(record.get("unit") or record.get("form") or "").lower(),
        "extra": _rest(record, "nickname", "status", "scheduledDate", "dosage", "unit"),
    }
    dose = number(record.get("dosage"))
    if dose is not None:
        data["dose"] = dose
    key = f"medication/{word(name, 80)}/{at:%Y%m%dT%H%M%S}"
    yield Happened(JournalDraft("medication", at, data=data, external_id=key), what)


def symptom(record: dict[str, Any], reader: Reader) -> Finds:
    at, what = instant(record.get("start"), reader.zone), f"symptom {record.get('name')} at {record.get('start')}"
    end = instant(record["end"], reader.zone) if record.get("end") else None
    name = str(record.get("name") or "").strip()
    data: dict[str, Any] = {"name": name, "extra": _rest(record, "name", "start", "end")}
    severity = SEVERITIES.get(plain(record.get("severity")))
    if severity is not None:
        data["severity"] = severity
    key = f"symptom/{word(name, 80)}/{at:%Y%m%dT%H%M%S}"
    yield Happened(JournalDraft("symptom", at, end if end != at else None, data, external_id=key), what)


def cycle(record: dict[str, Any], reader: Reader) -> Finds:
    """Events of the cycle that are metrics here; the others are kept whole."""
    at = instant(record.get("start") or record.get("date"), reader.zone)
    known = CYCLE.get(plain(record.get("name")))
    if known is not None:
        metric, words = known
        value = words.get("") or words.get(plain(record.get("value")))
        if value is not None:
            yield reader.measured(metric, value, at, f"{record.get('name')} at {record.get('start')}")
            return
    yield whole("health_auto_export/cycleTracking", record, at)


def ecg(record: dict[str, Any], reader: Reader) -> Finds:
    """What the watch said, the mean heart rate, and the recording itself."""
    at, what = instant(record.get("start") or record.get("date"), reader.zone), f"ecg at {record.get('start')}"
    verdict = ECG.get(plain(record.get("classification")))
    if verdict is not None:
        yield reader.measured("ecg_classification", verdict, at, what)
    beats = amount(record.get("averageHeartRate"), "/min", "heart_rate")
    if beats is not None:
        yield reader.measured("heart_rate", beats, at, what, source="ecg")
    yield whole("health_auto_export/ecg", record, at, f"ecg/{at:%Y%m%dT%H%M%S}")


def heart_rate_notification(record: dict[str, Any], reader: Reader) -> Finds:
    """A note of the notification, and the heart rates that came with it."""
    at, what = instant(record.get("start"), reader.zone), f"heart rate notification at {record.get('start')}"
    threshold = number(record.get("threshold"))
    beats = [one for one in record.get("heartRate") or [] if isinstance(one, dict)]
    title = "Irregular rhythm notification" if threshold is None else "Heart rate notification"
    text = "" if threshold is None else f"The watch noticed a heart rate beyond {threshold:g} bpm."
    for one in beats:
        value, stamp = number(one.get("hr")), one.get("timestamp")
        when = stamp.get("start") if isinstance(stamp, dict) else stamp
        if value is not None and when is not None:
            yield reader.measured("heart_rate", value, instant(when, reader.zone), what, source="notification")
    data = {"title": title, "text": text, "tags": ["heart"], "extra": _rest(record, "heartRate", "heartRateVariation")}
    key = f"heart_rate_notification/{at:%Y%m%dT%H%M%S}"
    yield Happened(JournalDraft("note", at, data=data, external_id=key), what)
