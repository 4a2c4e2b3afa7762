"""How wide bodies lie in a SQLite database: JSON deflated against a dictionary of what such records say anyway.

A packed body is a plain zlib stream (RFC 1950) that names its dictionary by checksum; any program reads it by
`zlib.decompressobj(zdict=DICTIONARY).decompress(body)`. Text, as older versions wrote it, is taken as it is.
"""

from __future__ import annotations

import zlib
from functools import cache

_LOOP = (
    '"syncIdentifier":"","insulinType":"Humalog","automatic":true,"amount":0.0,"temp":"absolute","absolute":0.0,'
    '"unabsorbed":0,"programmed":1.0,"type":"normal","foodType":"","absorptionTime":180,"userEnteredAt":"2026-",'
    '"userLastModifiedAt":"2026-","eventType":"Carb Correction","carbs":15,"enteredBy":"loop://iPhone",'
    '{"_id":"6a","device":"loop://iPhone","created_at":"2026-01-01T00:00:00.000Z","utcOffset":0,'
    '"uploader":{"name":"iPhone","timestamp":"2026-01-01T00:00:00Z","battery":80},"pump":{"clock":"2026-","pumpID":"",'
    '"manufacturer":"Insulet","model":"Dash","reservoir":50.0,"reservoir_display_override":"50+U","battery":{"percent":'
    '100},"bolusing":false,"suspended":false,"secondsFromGMT":3600},"loop":{"name":"Loop","version":"3.4.1",'
    '"timestamp":"2026-01-01T00:00:00Z","iob":{"iob":1.0,"timestamp":"2026-01-01T00:00:00Z"},"cob":{"cob":10.0,'
    '"timestamp":"2026-"},"predicted":{"startDate":"2026-01-01T00:00:00Z","values":[100,101,102,103,104,105,106,107,108,'
    "109,110,111,112,113,114,115,116,117,118,119,120,119,118,117,116,115,114,113,112,111,110,109,108,107,106,105,104,"
    "103,102,101,100,99,98,97,96,95,94,93,92,91,90,89,88,87,86,85,84,83,82,81,80,130,131,132,133,134,135,136,137,138,"
    "139,140,139,138,137,136,135,134,133,132,131,130,150,160,170,180,190,200,210,220,230,240,250,"
    '"recommendedBolus":0.0,"automaticDoseRecommendation":{"timestamp":"2026-","tempBasalAdjustment":{"rate":0.0,'
    '"duration":30},"bolusVolume":0},"enacted":{"timestamp":"2026-01-01T00:00:00Z","rate":0.0,"duration":30,'
    '"received":true,"bolusVolume":0}},"failureReason":"","override":{"timestamp":"2026-01-01T00:00:00Z",'
    '"active":false,"name":"","multiplier":1.0,"currentCorrectionRange":{"minValue":100,"maxValue":110}}}'
)
_ANDROID = (
    '{"identifier":"","date":1780000000000,"utcOffset":60,"app":"AAPS","subject":"","srvCreated":1780000000000,'
    '"srvModified":1780000000000,"isValid":true,"isSMB":true,"isReadOnly":false,"modifiedBy":"","pumpId":17,"endId":17,'
    '"pumpType":"OMNIPOD_DASH","pumpSerial":"","durationInMilliseconds":1800000,"duration":30,"rate":0.0,"percent":0,'
    '"type":"SMB","bolusCalculatorResult":"","isBasalInsulin":false,"eventType":"Correction Bolus","insulin":0.1,'
    '"eventType":"Meal Bolus","eventType":"Bolus Wizard","eventType":"Temporary Target","reason":"Eating Soon",'
    '"targetTop":100,"targetBottom":100,"units":"mg/dl","units":"mmol","eventType":"Site Change","eventType":'
    '"Sensor Change","eventType":"Profile Switch","profile":"","profileJson":"","originalProfileName":"",'
    '"percentage":100,"timeshift":0,"eventType":"BG Check","glucose":100,"glucoseType":"Finger","mmol":5.5,'
    '"sysTime":"2026-","device":'
    '"openaps://samsung","uploaderBattery":80,"isCharging":false,"configuration":{},"pump":{"battery":{"percent":100},'
    '"status":{"status":"normal","timestamp":"2026-"},"extended":{"Version":"3.","LastBolus":"","LastBolusAmount":0.0,'
    '"TempBasalAbsoluteRate":0.0,"TempBasalStart":"","TempBasalRemaining":20,"BaseBasalRate":0.5,"ActiveProfile":""},'
    '"reservoir":100,"clock":"2026-01-01T00:00:00.000Z"},"openaps":{"suggested":{"temp":"absolute","bg":100,"tick":"+1",'
    '"eventualBG":100,"targetBG":100,"insulinReq":0,"deliverAt":"2026-","sensitivityRatio":1,"variable_sens":50,'
    '"predBGs":{"IOB":[100,"ZT":[100,"COB":[100,"UAM":[100,"aCOB":[]},"reason":"COB: 0, Dev: 0, BGI: 0, ISF: 50, '
    "CR: 10, Target: 100, minPredBG 100, minGuardBG 100, IOBpredBG 100, UAMpredBG 100, COBpredBG 100; "
    "Eventual BG 100 >= 100, "
    'insulinReq 0.1; setting 30m low temp of 0U/h. Microbolusing 0.1U. ","COB":0,"IOB":0.0,"duration":30,"rate":0,'
    '"timestamp":"2026-"},"enacted":{"recieved":true},"iob":{"iob":0.0,"basaliob":0.0,"bolussnooze":0,"activity":0.0,'
    '"lastBolusTime":1780000000000,"lastTemp":{"rate":0,"date":1780000000000,"duration":30},"time":"2026-"},'
)
_STORED = (
    '"defaultProfile":"Default","startDate":"1970-01-01T00:00:00.000Z","store":{"Default":{"dia":5,"carbratio":[{"time":'
    '"00:00","value":10,"timeAsSeconds":0}],"sens":[{"time":"00:00","value":50}],"basal":[],"target_low":[],'
    '"target_high":[],"timezone":"Europe/Berlin","carbs_hr":"20","delay":"20"}},'
    '{"_id":"6a","enteredBy":"xDrip","notes":"","uuid":"","created_at":"2026-01-01T00:00:00.000Z","timestamp":'
    '"2026-01-01T00:00:00.000Z","utcOffset":0,"eventType":"Temp Basal",'
)
_JOURNAL = (
    '"kind":"sleep","data":{"stages":[{"stage":"light","start":"","end":""},{"stage":"deep"},{"stage":"rem"},{"stage":'
    '"awake"}],"quality":"kind":"workout","data":{"type":"running","distance":0.0,"energy":0.0,"heart_rate":'
    '"kind":"medication","data":{"name":"","dose":1.0,"unit":"mg"},"kind":"drink","data":{"amount":250.0,"name":"water"'
    '"kind":"feeding","data":{"method":"bottle","side":"left","amount":"kind":"nappy","data":{"content":"wet"'
    '"kind":"symptom","data":{"name":"","severity":"kind":"mood","data":{"score":'
    '"kind":"note","person":"","author":"entry:","start":"2026-","data":{"text":""},"note":"","source":"",'
    '"kind":"meal","person":"","author":"entry:","start":"2026-","end":null,"data":{"carbs":15,"absorption_minutes":180.0,'
    '"fat":0,"protein":0,"energy":0,"name":""},"note":"","source":"nightscout","external_id":"ns:6a:carbs","revision":1,'
    '{"id":"","kind":"insulin","person":"anna","author":"entry:nightscout-1","start":"2026-01-01T00:00:00.000000Z",'
    '"end":null,"data":{"units":1.0,"product":"Humalog","delivery":"correction"},"note":"","source":"nightscout",'
    '"external_id":"ns:6a:insulin","revision":1,"deleted":false,"created_at":"2026-01-01T00:00:00.000000Z",'
    '"updated_at":"2026-01-01T00:00:00.000000Z"}'
)
DICTIONARY = f"{_LOOP}{_ANDROID}{_STORED}{_JOURNAL}".encode()
"""Never to be changed: what is stored can't be read without the one that it was written with. A better one is added
beside it, and chosen by the checksum in the stream."""


class Unreadable(ValueError):
    """A stored body is damaged."""


@cache
def _primed() -> zlib._Compress:
    """A compressor that has read the dictionary; its copies need not. 8 KiB of window: less to copy for each body."""
    return zlib.compressobj(6, zlib.DEFLATED, 13, 6, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)


def packed(text: str) -> bytes | str:
    """A body for a SQLite database; the text itself where deflating makes it no smaller. 20 us a kilobyte."""
    plain = text.encode()
    stream = _primed().copy()
    made = stream.compress(plain) + stream.flush()
    return made if len(made) < len(plain) else text


def unpacked(body: bytes | str) -> str:
    """The text of a body. Raises Unreadable."""
    if isinstance(body, str):
        return body
    try:
        stream = zlib.decompressobj(zdict=DICTIONARY)
        text = (stream.decompress(body) + stream.flush()).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise Unreadable(f"its bytes are damaged: {error}") from error
    if not stream.eof or stream.unused_data:
        raise Unreadable("its bytes are damaged: they are cut short, or too many")
    return text
