"""Accounts, grants and the audit trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.access import until_of
from hub.console.operations.people import slug_of
from hub.console.operations.site import Progress, Site
from hub.errors import Conflict, NotFound
from hub.model import Account, Grant, Role, Verb

EVERYBODY = "*"


async def accounts(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_account(one) for one in site.view.accounts()]


async def add_account(site: Site, _: Progress, *, name: str, role: str, password: str, person: str | None) -> Any:
    """Raises Conflict before the household is set up, for a name that is taken and a password too short."""
    if site.hub.views.needs_setup():
        raise Conflict("there is no household yet; run `homeostat setup` first, which makes its owner")
    whose = slug_of(site, person) if person else None
    return _account(await site.view.add_account(name, password, role=Role(role), person=whose))


async def change_account(site: Site, _: Progress, *, name: str, **fields: Any) -> dict[str, Any]:
    if "role" in fields:
        fields["role"] = Role(fields["role"])
    if fields.get("person"):
        fields["person"] = slug_of(site, fields["person"])
    return _account(await site.view.change_account(name, **fields))


async def remove_account(site: Site, _: Progress, *, name: str) -> None:
    await site.view.remove_account(name)


async def grants(site: Site, _: Progress, *, account: str | None = None, person: str | None = None) -> Any:
    return [grant_told(site, one) for one in _chosen(site, account, person)]


async def add_grant(
    site: Site, _: Progress, *, account: str, person: str, verbs: list[str], subjects: list[str], until: str
) -> dict[str, Any]:
    """`until` as `hub.access.until_of` reads it, in the person's time zone."""
    people = site.hub.rooms.people
    name = site.view.find_account(account).name
    whose = person if person == EVERYBODY else slug_of(site, person)
    zone = people.time_zone(whose) if whose != EVERYBODY else people.household.time_zone
    ends = until_of(until, site.hub.rooms.clock.now(), zone)
    draft = site.view.draft_grant(whose, [Verb(one) for one in verbs], subjects=subjects or None, until=ends)
    return grant_told(site, await site.view.give(replace(draft, account=name)))


async def revoke_grants(
    site: Site, _: Progress, *, grant: str | None = None, account: str | None = None, person: str | None = None
) -> list[dict[str, Any]]:
    """One by its id, or all that an account has, of a person where one is named."""
    if grant is not None:
        return [_grant(await site.view.withdraw(grant))]
    found = _chosen(site, account, person)
    if not found:
        raise NotFound("there is no such grant; `homeostat grant list` shows those there are")
    return [_grant(await site.view.withdraw(one.id)) for one in found]


async def verify(site: Site, _: Progress, *, accept: bool = False) -> dict[str, Any]:
    found = await site.view.verify_audit(accept=accept)
    return {"sound": found.sound, "lines": found.lines, "line": found.line, "message": found.message}


async def tail(site: Site, _: Progress, *, limit: int, account: str | None, action: str | None) -> list[dict[str, Any]]:
    """Newest last, as a log is read."""
    lines = await site.view.audit_lines(limit, account=account or "", action=action or "")
    return [
        {
            "line": one.number,
            "at": datetime.fromtimestamp(one.line.at_us / 1e6, UTC),
            **{name: value for name, value in one.line._asdict().items() if name != "at_us"},
        }
        for one in reversed(lines)
    ]


def _chosen(site: Site, account: str | None, person: str | None) -> list[Grant]:
    name = site.view.find_account(account).name if account else None
    whose = person if person in (None, EVERYBODY) else slug_of(site, str(person))
    return [one for one in site.view.grants() if name in (None, one.account) and whose in (None, one.person)]


def _account(one: Account) -> dict[str, Any]:
    return {
        "account": one.name,
        "name": one.display_name,
        "role": one.role.value,
        "person": one.person,
        "disabled": one.disabled,
    }


def grant_told(site: Site, one: Grant) -> dict[str, Any]:
    """A grant, and what those it is about say to it."""
    consents = site.view.consents(one)
    return {
        **_grant(one),
        "agreed": all(each.agreed for each in consents) if consents else None,
        "waits": site.view.held(one),
    }


def _grant(one: Grant) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.account,
        "person": one.person,
        "verbs": sorted(verb.value for verb in one.verbs),
        "metrics": sorted(one.subjects) if one.subjects is not None else None,
        "until": one.until,
        "by": one.by,
        "given_at": one.given_at,
    }
