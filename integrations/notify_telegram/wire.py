"""One call of the Bot API, and what its refusals mean."""

from __future__ import annotations

from typing import Any

import aiohttp

from hub.api import AuthFailed, BadReading, Context, NotReady


class Moved(Exception):
    """A group became a supergroup and has another number now."""

    def __init__(self, chat: str) -> None:
        super().__init__(chat)
        self.chat = chat


async def call(ctx: Context, method: str, *, patience: float = 30.0, **parameters: Any) -> Any:
    """Its `result`. Raises NotReady, AuthFailed, BadReading, Moved; no message names the token in the address."""
    url = f"{str(ctx.config.server).rstrip('/')}/bot{ctx.config.token.get_secret_value()}/{method}"
    timeout = aiohttp.ClientTimeout(total=patience)
    try:
        async with ctx.http.post(url, json=parameters, timeout=timeout) as response:
            told = await response.json(content_type=None)
            status = response.status
    except (aiohttp.ClientError, ValueError) as error:
        raise NotReady(f"Telegram can't be reached ({type(error).__name__})") from None
    if not isinstance(told, dict):
        raise NotReady(f"Telegram answered something else ({status})")
    if told.get("ok"):
        return told.get("result")
    raise refusal(status, str(told.get("description", "")), told.get("parameters") or {})


def refusal(status: int, why: str, more: dict[str, Any]) -> Exception:
    if (chat := more.get("migrate_to_chat_id")) is not None:
        return Moved(str(chat))
    if status == 429 or more.get("retry_after"):
        return NotReady("Telegram asks for patience", retry_after=float(more.get("retry_after") or 30))
    if status in (401, 404):
        return AuthFailed("Telegram does not know this bot token; ask @BotFather for it again")
    if status == 403:
        return BadReading("the bot may not write to this chat; open it in Telegram and press Start")
    if status == 409:
        return NotReady("another program asks for this bot's messages; give the hub a bot of its own", retry_after=60)
    if status == 400:
        return BadReading(f"Telegram refused it: {why[:200]}")
    return NotReady(f"Telegram is not well ({status})")
