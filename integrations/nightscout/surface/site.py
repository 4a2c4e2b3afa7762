"""What tells about the site: status, who one is, the watch face, tokens for tickets, notices for Loop."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from hub.api import Forbidden
from integrations.nightscout.found import Found
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import MGDL_PER_MMOL, Record, whole
from integrations.nightscout.query import Query
from integrations.nightscout.shelf import BackedShelf
from integrations.nightscout.statuses import battery, figures
from integrations.nightscout.surface import answers, auth
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import iso, to_ms
from integrations.nightscout.trend import complete, trend_number

_FEATURES = ["careportal", "basal", "iob", "cob", "bage", "cage", "sage", "iage", "pump", "openaps", "loop", "food"]
_BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="20"><rect width="120" height="20" rx="3" '
    'fill="#2e7d32"/><text x="60" y="14" fill="#fff" font-family="sans-serif" font-size="11" '
    'text-anchor="middle">Nightscout OK</text></svg>'
)


def settings(call: Call) -> Record:
    """What followers set their display by."""
    household = call.view.household()
    return {
        "units": call.server.config.units,
        "timeFormat": 24,
        "customTitle": household.name,
        "language": household.language,
        "theme": "default",
        "authDefaultRoles": "readable" if call.server.config.anonymous_token.get_secret_value() else "denied",
        "thresholds": {"bgHigh": 260, "bgTargetTop": 180, "bgTargetBottom": 80, "bgLow": 55},
        "alarmUrgentHigh": False,
        "alarmHigh": False,
        "alarmLow": False,
        "alarmUrgentLow": False,
        "enable": _FEATURES,
        "showPlugins": "",
    }


async def status(call: Call) -> web.StreamResponse:
    """`status.json`, and its short forms."""
    if call.extension in ("txt", "html"):
        return answers.text(
            call.request,
            "STATUS OK" if call.extension == "txt" else "<h1>STATUS OK</h1>",
            ("text/plain" if call.extension == "txt" else "text/html"),
        )
    if call.extension in ("svg", "png"):
        return answers.text(call.request, _BADGE, "image/svg+xml")
    now = call.server.clock.now()
    told: Record = {
        "status": "ok",
        "name": "Homeostat",
        "version": answers.NIGHTSCOUT_VERSION,
        "serverTime": iso(now),
        "serverTimeEpoch": to_ms(now),
        "apiEnabled": True,
        "careportalEnabled": True,
        "boluscalcEnabled": False,
        "settings": settings(call),
        "extendedSettings": {"devicestatus": {"advanced": True}},
        "authorized": None,
        "runtimeState": "loaded",
    }
    if call.extension == "js":
        script = f"this.serverSettings = {answers.plain_json(told)};"
        return answers.text(call.request, script, "application/javascript")
    return answers.json(call.request, told)


async def verifyauth(call: Call) -> web.StreamResponse:
    """What this credential may do."""
    store, stranger = call.store, auth.is_anonymous(call.request)
    may_read = store.may_view() or store.may_view("blood_glucose")
    told = {
        "canRead": may_read,
        "canWrite": store.may_record() or store.may_record("blood_glucose"),
        "isAdmin": store.may_manage(),
        "message": "OK" if may_read and not stranger else "UNAUTHORIZED",
        "rolefound": "NOTFOUND" if stranger else "FOUND",
        "permissions": "DEFAULT" if stranger else "ROLE",
    }
    return answers.json(call.request, answers.status(200, told))


async def experiments(call: Call) -> web.StreamResponse:
    """Loop's check of the secret."""
    return answers.json(call.request, {"status": "ok"})


async def authorize(call: Call) -> web.StreamResponse:
    """A ticket for eight hours, in exchange for an access token."""
    token = call.view.own_token()
    subject = token.label if token is not None else call.view.actor.account
    ticket, issued, expires = await call.server.tickets.issue(call.words["token"], subject, call.server.clock.now())
    groups = [["*:*:read"], ["*:*:create", "*:*:update", "*:*:delete"] if call.store.may_record() else []]
    return answers.json(
        call.request,
        {"token": ticket, "sub": subject, "permissionGroups": groups, "iat": issued, "exp": expires},
    )


async def loop_notice(call: Call) -> web.StreamResponse:
    """Remote commands to Loop go through Apple's push service, which this hub has no key for."""
    message = "Loop notification failed: this hub sends no push messages to phones"
    return answers.json(call.request, answers.status(500, message), status=500)


async def empty(call: Call) -> web.StreamResponse:
    """Notices for administrators: there are none."""
    told = answers.status(200, {"notifies": [], "notifyCount": 0})
    return answers.json(call.request, told)


async def acknowledge(call: Call) -> web.StreamResponse:
    """An alarm silenced on a watch face: the hub raises none by this way, so there is nothing to silence."""
    if not (call.store.may_record() or call.store.may_record("blood_glucose")):
        raise Forbidden("this credential may only read")
    return answers.text(call.request, "OK")


async def pebble(call: Call) -> web.StreamResponse:
    """The watch face's summary."""
    mmol = call.request.query.get("units", call.server.config.units) == "mmol"
    count = max(1, min(call.count(1) or 1, 1_000))
    now = call.server.clock.now()
    shelves = BackedShelf("entries", call.store)
    found: list[Found] = []
    recent = Query(lambda record: (number(record.get("sgv")) or 0.0) >= 13, now - timedelta(days=2), None)
    async for page in shelves.pages(recent, type_="sgv", size=max(count + 1, 10)):
        found += page.found
        if len(found) > count:
            break
    complete(found, None)
    rows = [_watch_row(one.record, mmol) for one in found[:count]]
    if rows:
        rows[0] |= await _watch_extras(call, found[0].record, mmol)
    return answers.json(call.request, {"status": [{"now": to_ms(now)}], "bgs": rows, "cals": []})


def _watch_row(record: Record, mmol: bool) -> Record:
    word = record.get("direction", "NONE")
    value = number(record.get("sgv")) or 0.0
    return {
        "sgv": f"{value / MGDL_PER_MMOL:.1f}" if mmol else f"{value:g}",
        "trend": trend_number(word),
        "direction": word,
        "datetime": record.get("date"),
    }


async def _watch_extras(call: Call, newest: Record, mmol: bool) -> Record:
    change = number(newest.get("delta")) or 0.0
    told: Record = {"bgdelta": f"{change / MGDL_PER_MMOL:.1f}" if mmol else whole(round(change, 0))}
    now = call.server.clock.now()
    recent = Query(lambda _: True, now - timedelta(minutes=30), None)
    async for page in shelf("devicestatus", call.store).pages(recent, size=50):
        for one in page.found:
            for name, value in watch_figures(one.record).items():
                told.setdefault(name, value)
    return told


def watch_figures(record: Record) -> Record:
    """Battery, insulin and carbohydrates on board, as a watch face shows them."""
    told: Record = {}
    charge, found = battery(record), figures(record)
    if charge is not None and charge >= 0:
        told["battery"] = f"{charge:g}"
    if "insulin_on_board" in found:
        told["iob"] = f"{found['insulin_on_board']:.2f}"
    if "carbohydrates_on_board" in found:
        told["cob"] = whole(round(found["carbohydrates_on_board"], 0))
    return told
