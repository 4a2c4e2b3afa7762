"""Apprise, loaded when it is first needed and run in a thread."""

from __future__ import annotations

import asyncio
from typing import Any

from hub.api import AuthFailed, BadReading, ConfigInvalid, Context, Delivery, NotReady, Outbound, Urgency

LOCAL = frozenset({
    "dbus", "qt", "kde", "glib", "gnome", "macosx", "windows", "syslog", "growl", "smpp", "file", "exec", "sys",
})  # fmt: skip
"""Of the machine itself: nobody reads them on a hub."""


async def check(ctx: Context) -> None:
    """Raises ConfigInvalid."""
    await asyncio.to_thread(service, ctx.config.url.get_secret_value(), ctx.config.host)


async def send(ctx: Context, going: Outbound) -> Delivery:
    await asyncio.to_thread(_send, ctx.config.url.get_secret_value(), ctx.config.host, going)
    return Delivery()


def service(url: str, host: str) -> Any:
    """The service of an address. Raises ConfigInvalid, never with the address in it."""
    from apprise import Apprise, AppriseAsset

    scheme = url.partition("://")[0].lower()
    if scheme in LOCAL:
        raise ConfigInvalid(f"{scheme}:// shows something on the hub's own machine, where nobody looks")
    made = Apprise(asset=AppriseAsset(app_id="Homeostat", app_desc="Homeostat", storage_mode="memory"))
    if "\n" in url or not made.add(url) or len(made) != 1:
        raise ConfigInvalid(f"{scheme or 'this'}:// is no address that Apprise understands; see appriseit.com")
    found = made[0]
    typed = str(getattr(found, "host", "") or "").lower()
    named = host.partition(":")[0].lower()
    if getattr(found, "service_url", None) is None and typed and typed != named:
        raise ConfigInvalid(f"the address leads to {typed}, and `Where it goes` says {named}; make them the same")
    return made


def _send(url: str, host: str, going: Outbound) -> None:
    try:
        made = service(url, host)
    except ConfigInvalid as error:
        raise AuthFailed(str(error)) from None
    kind = {Urgency.INFO: "info", Urgency.IMPORTANT: "warning", Urgency.CRITICAL: "failure"}[going.notice.urgency]
    if not going.message and not going.title:
        raise BadReading("there is nothing to say")
    title = going.title if going.title != "Homeostat" else ""
    if not made.notify(body=going.message, title=title, notify_type=kind, body_format="text"):
        raise NotReady("the service did not take it; whether the address is right, a test shows")
