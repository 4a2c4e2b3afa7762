"""Passkeys and codes of accounts."""

from __future__ import annotations

from typing import Any

from hub.console.operations.site import Progress, Site


async def show(site: Site, _: Progress, *, account: str) -> dict[str, Any]:
    name = site.view.find_account(account).name
    held = site.view.factors(name)
    return {
        "account": name,
        "passkeys": [
            {"id": one.id, "name": one.name, "host": one.host, "since": one.since, "used": one.used}
            for one in held.passkeys
        ],
        "app_since": held.app.since if held.app is not None else None,
        "recovery_codes": len(held.recovery),
        "required": site.view.second_demanded,
    }


async def reset(site: Site, _: Progress, *, account: str) -> dict[str, Any]:
    return {"account": (await site.view.reset_factors(account)).name}


async def password(site: Site, _: Progress, *, account: str, password: str) -> dict[str, Any]:
    return {"account": (await site.view.set_password(account, password)).name}


async def demand(site: Site, _: Progress, *, wanted: bool) -> None:
    await site.view.demand_second(wanted)
