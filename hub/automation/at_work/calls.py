"""What automations hear by HTTP: webhooks."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from hub.automation.runs import Attached
from hub.automation.schema.triggers import WebhookTrigger
from hub.errors import BadReading, NotFound
from hub.plugin import WebhookRequest

LARGEST = 1 << 20
"""Bytes of a body."""


async def heard(webhook_id: str, request: WebhookRequest, automations: Iterable[Attached]) -> dict[str, Any]:
    """The facts of a call for the triggers of this id. Raises NotFound where nobody listens, BadReading."""
    if request.path or not _wanted(webhook_id, automations):
        raise NotFound(f"there is no webhook {webhook_id!r}")
    body = b""
    async for chunk in request.body:
        body += chunk
        if len(body) > LARGEST:
            raise BadReading(f"the body is larger than {LARGEST >> 20} MB")
    facts: dict[str, Any] = {
        "webhook_id": webhook_id,
        "method": request.method,
        "local": _local(request.remote),
        "query": dict(request.query),
    }
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = body.decode("utf-8", "replace")
    if kind == "application/json" or kind.endswith("+json"):
        try:
            facts["json"] = json.loads(text) if text else None
        except ValueError:
            raise BadReading("the body is not the JSON that Content-Type says it is") from None
    elif kind == "application/x-www-form-urlencoded":
        facts["data"] = dict(parse_qsl(text, keep_blank_values=True))
    else:
        facts["data"] = text
    return facts


def _wanted(webhook_id: str, automations: Iterable[Attached]) -> bool:
    return any(
        isinstance(trigger, WebhookTrigger) and trigger.webhook_id == webhook_id
        for one in automations
        for trigger in one.automation.triggers
    )


def _local(remote: str) -> bool:
    try:
        address = ipaddress.ip_address(remote.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local
