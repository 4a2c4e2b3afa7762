"""Invitations, identities of an identity server, consent, and rights that were asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.access import Invitation, until_of
from hub.access.asking import Wish
from hub.access.openid import Identity
from hub.console.operations.people import slug_of
from hub.console.operations.rights import EVERYBODY, grant_told
from hub.console.operations.site import Progress, Site
from hub.errors import Conflict
from hub.model import Role, Verb


async def invite(
    site: Site,
    _: Progress,
    *,
    name: str,
    role: str,
    person: str | None,
    persons: list[str],
    verbs: list[str],
    subjects: list[str],
    until: str,
    address: str,
) -> dict[str, Any]:
    """`persons`: whose data they may see besides; `address`: where the hub is opened."""
    view = site.view
    if site.hub.views.needs_setup():
        raise Conflict("there is no household yet; run `homeostat setup` first, which makes its owner")
    grants = []
    for one in persons:
        whose = one if one == EVERYBODY else slug_of(site, one)
        zone = view.time_zone(whose) if whose != EVERYBODY else view.household().time_zone
        draft = view.draft_grant(whose, [Verb(verb) for verb in verbs], subjects=subjects or None)
        grants.append(replace(draft, until=until_of(until, view.clock.now(), zone)))
    whose_account = slug_of(site, person) if person else None
    made, secret = await view.invite(name, role=Role(role), person=whose_account, grants=grants)
    return {**_invitation(made), "link": f"{address.rstrip('/') or _address(site)}/invite/{secret}"}


async def invitations(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_invitation(one) for one in site.view.invitations()]


async def uninvite(site: Site, _: Progress, *, invitation: str) -> dict[str, Any]:
    """By its id, or the name of who is invited."""
    named = next((one.id for one in site.view.invitations() if one.account.name == invitation.strip().lower()), None)
    await site.view.withdraw_invitation(named or invitation)
    return {"withdrawn": invitation}


async def link(site: Site, _: Progress, *, account: str, issuer: str, subject: str) -> dict[str, Any]:
    return _identity(await site.view.link_identity(account, issuer, subject))


async def unlink(site: Site, _: Progress, *, account: str, issuer: str, subject: str) -> dict[str, Any]:
    name = site.view.find_account(account).name
    await site.view.unlink_identity(issuer, subject, account=name)
    return {"unlinked": name}


async def identities(site: Site, _: Progress, *, account: str | None = None) -> list[dict[str, Any]]:
    name = site.view.find_account(account).name if account else "*"
    return [_identity(one) for one in site.view.identities(name)]


async def wishes(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_wish(one) for one in site.view.wishes()]


async def give_wish(site: Site, _: Progress, *, request: str, until: str) -> dict[str, Any]:
    return grant_told(site, await site.view.grant_wish(request, until))


async def dismiss_wish(site: Site, _: Progress, *, request: str) -> dict[str, Any]:
    await site.view.dismiss_wish(request)
    return {"dismissed": request}


async def waiting(site: Site, _: Progress, *, wait: bool | None = None) -> dict[str, Any]:
    """Whether rights wait for the yes of whom they are about; `wait` changes it."""
    if wait is not None:
        await site.view.set_consent_waits(wait)
    return {"wait": site.view.consent_waits}


def _address(site: Site) -> str:
    settings = site.hub.settings
    if settings.allowed_hosts:
        return f"https://{settings.allowed_hosts[0]}"
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{site.hub.port or settings.port}"


def _invitation(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.account.name,
        "role": one.account.role.value,
        "person": one.account.person,
        "grants": [
            {
                "person": each.person,
                "verbs": sorted(verb.value for verb in each.verbs),
                "metrics": sorted(each.subjects) if each.subjects is not None else None,
                "until": each.until,
            }
            for each in one.grants
        ],
        "expires_at": one.expires,
    }


def _identity(one: Identity) -> dict[str, Any]:
    return {
        "account": one.account, "issuer": one.issuer, "subject": one.subject, "name": one.shown,
        "linked_at": one.linked_at,
    }  # fmt: skip


def _wish(one: Wish) -> dict[str, Any]:
    return {
        "id": one.id, "account": one.account, "verb": one.verb.value, "person": one.person, "metric": one.subject,
        "at": one.at,
    }  # fmt: skip
