"""Asks Open-Meteo, and turns each way it can fail into the failure it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from hub.api import AuthFailed, ConfigInvalid, Context, NotReady
from integrations.open_meteo.parse import place

_LARGEST = 8 << 20
"""Bytes; 92 days of everything are about 0.6 MB."""


async def ask(ctx: Context, url: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """One request. Raises NotReady (try later), ConfigInvalid (the request itself is refused), AuthFailed."""
    try:
        async with ctx.http.get(url, params=dict(parameters)) as response:
            body = await response.content.read(_LARGEST)
            while not response.content.at_eof() and len(body) < _LARGEST:
                body += await response.content.read(_LARGEST - len(body))
            if not response.content.at_eof():
                raise NotReady(f"Open-Meteo's answer is longer than {_LARGEST >> 20} MB")
            status, retry = response.status, response.headers.get("Retry-After")
    except TimeoutError:
        raise NotReady("Open-Meteo did not answer in time") from None
    except aiohttp.InvalidURL as error:
        raise ConfigInvalid(f"{url!r} is not an address that can be asked", key="forecast_url") from error
    except aiohttp.ClientError as error:
        raise NotReady(f"Open-Meteo cannot be reached: {error}") from error
    answer = _json(body)
    if status == 200 and not (isinstance(answer, dict) and answer.get("error")):
        if answer is None:
            raise NotReady("Open-Meteo answered something that is not JSON; is a proxy or login page in between?")
        return place(answer)
    raise _failure(status, _reason(answer, status), retry, ctx.clock.now())


def _failure(status: int, reason: str, retry: str | None, now: datetime) -> Exception:
    if status == 429 or "limit exceeded" in reason.lower() or "too many" in reason.lower():
        wait = _seconds(retry, now)
        return NotReady(
            f"Open-Meteo asks us to wait: {reason}", retry_after=_until_reset(reason, now) if wait is None else wait
        )
    if status in (401, 403):
        return AuthFailed(f"Open-Meteo refuses us: {reason}")
    if 200 <= status < 500 and status != 408:
        return ConfigInvalid(f"Open-Meteo refuses the request: {reason}", hint="Check the place and the addresses.")
    return NotReady(f"Open-Meteo has a problem of its own ({status}): {reason}", retry_after=_seconds(retry, now))


def _until_reset(reason: str, now: datetime) -> float:
    """Seconds until the counter that the refusal names starts anew: each minute, full hour or midnight UTC."""
    lowered = reason.lower()
    if "daily" in lowered:
        reset = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    elif "hourly" in lowered:
        reset = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        return 90.0
    return (reset - now).total_seconds() + 90.0


def _seconds(retry: str | None, now: datetime) -> float | None:
    """What Retry-After says: seconds, or an HTTP date."""
    if retry is None:
        return None
    if retry.strip().isdigit():
        return float(retry)
    try:
        at = parsedate_to_datetime(retry)
    except ValueError:
        return None
    return max(0.0, (at - now).total_seconds()) if at.tzinfo is not None else None


def _reason(answer: object, status: int) -> str:
    if isinstance(answer, dict) and isinstance(answer.get("reason"), str):
        return str(answer["reason"])[:300]
    return f"HTTP {status}"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
