"""The comparison over HTTP: JSON for programs, a plain page for people; both ask the hub's own sign-in."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hub.api import BadReading, NotFound, Page, Route
from integrations.nightscout import follow
from integrations.nightscout.differences import Comparison, compare
from integrations.nightscout.surface import answers
from integrations.nightscout.times import iso, parse
from integrations.nightscout.view_store import ViewStore

TITLE = "This hub and Nightscout compared"
LONGEST = timedelta(days=92)
SHOWN = 500
"""Records of each kind of difference that are listed; the counts are always whole."""


async def report(view: Any, person: str, start: datetime, end: datetime) -> dict[str, Any]:
    """What a page shows: person, site, span, and for each collection counts and lists.

    Raises NotFound (nobody follows a Nightscout for them), NotReady, AuthFailed, BadReading.
    """
    if not start < end or end - start > LONGEST:
        raise BadReading(f"start must be before end, and at most {LONGEST.days} days")
    view.person(person)
    ctx = follow.running(person)
    if ctx is None or not ctx.config.url:
        raise NotFound(f"no Nightscout is followed for {person}; add one under Integrations, `Only compare` is enough")
    found = await compare(ViewStore(view, person), follow.remote(ctx), start, end)
    return {
        "person": person,
        "site": ctx.config.url,
        "start": iso(start),
        "end": iso(end),
        "same": all(one.clean for one in found),
        "collections": [_told(one) for one in found],
    }


def routes() -> list[Route]:
    return [
        Route("GET", "/hub/v1/nightscout/differences", _as_json),
        Route("GET", "/nightscout/differences", _as_page),
    ]


def _told(one: Comparison) -> dict[str, Any]:
    return {
        "collection": one.collection,
        "same": one.same,
        "missing_here": len(one.missing_here),
        "missing_there": len(one.missing_there),
        "different": len(one.different),
        "records": {
            "missing_here": one.missing_here[:SHOWN],
            "missing_there": one.missing_there[:SHOWN],
            "different": one.different[:SHOWN],
        },
    }


async def _asked(request: web.Request, view: Any) -> dict[str, Any]:
    query = request.query
    now: datetime = view.clock.now()
    end = parse(query.get("end")) or now
    start = parse(query.get("start")) or end - timedelta(days=1)
    person = query.get("person") or next((one.slug for one in view.people() if follow.running(one.slug)), "")
    if not person:
        raise NotFound("no Nightscout is followed; add one under Integrations, `Only compare` is enough")
    return await report(view, person, start, end)


async def _as_json(request: web.Request, view: Any) -> web.StreamResponse:
    return answers.json(request, await _asked(request, view))


async def _as_page(request: web.Request, view: Any) -> Page:
    told = await _asked(request, view)
    return Page(TITLE, lambda _: page(told))


_WORDS = {
    "missing_here": "Only in Nightscout",
    "missing_there": "Only in this hub",
    "different": "In both, but different",
}


def page(told: dict[str, Any]) -> str:
    """The comparison as HTML."""
    kind, verdict = ("good", "Both have the same records.") if told["same"] else ("info", "They differ; see below how.")
    rows = "".join(
        f"<tr><th scope='row'>{one['collection'].capitalize()}</th><td class='end num'>{one['same']}</td>"
        f"<td class='end num'>{one['missing_here']}</td><td class='end num'>{one['missing_there']}</td>"
        f"<td class='end num'>{one['different']}</td></tr>"
        for one in told["collections"]
    )
    lists = "".join(_lists(one) for one in told["collections"])
    heads = "".join(f"<th scope='col' class='end'>{words}</th>" for words in ("Same", *_WORDS.values()))
    span = f"{told['start'][:16].replace('T', ' ')} to {told['end'][:16].replace('T', ' ')} UTC"
    return (
        "<a class='crumb' href='/integrations'>Integrations</a>"
        f"<header class='head'><div class='head-words'><h1>{TITLE}</h1>"
        f"<p>{html.escape(told['person'])} · {html.escape(told['site'])} · {span}</p></div></header>"
        f"<div class='stack stack-l'><div class='banner banner-{kind}'><div class='banner-words'>"
        f"<p><strong>{verdict}</strong></p></div></div>"
        "<div class='card'><div class='table-wrap'><table class='table'><thead><tr><th scope='col'>Records</th>"
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div></div>{lists}</div>"
    )


def _lists(one: dict[str, Any]) -> str:
    parts: list[str] = []
    for name, words in _WORDS.items():
        records = one["records"][name]
        if records:
            items = "".join(f"<li>{_line(record)}</li>" for record in records)
            parts.append(f"<section class='card'><h2>{words}: {one['collection']}</h2><ul>{items}</ul></section>")
    return "".join(parts)


def _line(record: dict[str, Any]) -> str:
    what = ", ".join(f"{name} {value}" for name, value in record["what"].items())
    fields = "; ".join(
        f"{name}: {here} here, {there} there" for name, (here, there) in record.get("fields", {}).items()
    )
    return html.escape(" · ".join(part for part in (record["at"], what, fields) if part))
