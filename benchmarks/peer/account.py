"""Its first account, by its own onboarding and sign-in."""

from __future__ import annotations

import aiohttp


async def onboard(session: aiohttp.ClientSession, url: str) -> str:
    """The first owner, by its own onboarding."""
    client = f"{url}/"
    owner = {"client_id": client, "name": "Bench", "username": "bench", "password": "bench-bench", "language": "en"}
    async with session.post(f"{url}/api/onboarding/users", json=owner) as answer:
        code = (await answer.json())["auth_code"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": client}
    async with session.post(f"{url}/auth/token", data=form) as answer:
        token: str = (await answer.json())["access_token"]
        return token


async def sign_in(session: aiohttp.ClientSession, url: str) -> str:
    client = f"{url}/"
    flow = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
    session.headers.pop("Authorization", None)
    async with session.post(f"{url}/auth/login_flow", json=flow) as answer:
        found = (await answer.json())["flow_id"]
    said = {"client_id": client, "username": "bench", "password": "bench-bench"}
    async with session.post(f"{url}/auth/login_flow/{found}", json=said) as answer:
        code = (await answer.json())["result"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": client}
    async with session.post(f"{url}/auth/token", data=form) as answer:
        token: str = (await answer.json())["access_token"]
        return token
