"""What a person needs to point a phone at the hub: addresses, the secret, and texts for QR codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hub.api import Context
from integrations.phone import access


async def setup(ctx: Context, base_url: str) -> Mapping[str, Any]:
    """Everything for the set-up page; `qr` is the text of a QR code."""
    secret = await access.device_secret(ctx)
    base, path = base_url.rstrip("/"), f"/webhook/{ctx.entry.id}"
    address = f"{base}{path}"
    name = f"Homeostat {ctx.person.name if ctx.person is not None else ''}".strip()
    return {
        "address": address,
        "path": path,
        "header": "api-key",
        "secret": secret,
        "address_with_secret": f"{address}/{secret}",
        "apps": [
            {
                "app": "Health Auto Export",
                "system": "iOS",
                "qr": _deep_link(address, secret, name, "healthMetrics", "v2"),
                "steps": [
                    "Install Health Auto Export and let it read what you want to keep.",
                    "Point the iPhone's camera at the first code and open it: the app makes the automation. Save it.",
                    "Do the same with the second code for workouts.",
                    "Without codes: make a REST API automation with what stands below, format JSON, export version 2.",
                    "Start a manual export in the app once; after that it sends by itself.",
                ],
                "fields": {"URL": address, "Header name": "api-key", "Header value": secret},
                "qr_workouts": _deep_link(address, secret, f"{name} workouts", "workouts", "v2"),
            },
            {
                "app": "HC Webhook",
                "system": "Android",
                "qr": f"{address}/{secret}",
                "steps": [
                    "Install HC Webhook and let it read Health Connect.",
                    "Point the phone's camera at the code and open it: the browser says ok when the way is clear.",
                    "Copy that address into a new webhook. The secret is in it, so no header is needed.",
                    "Choose what to send and how often, then send once.",
                ],
                "fields": {"URL with the secret in it": f"{address}/{secret}"},
            },
            {
                "app": "HCGateway",
                "system": "Android",
                "qr": address,
                "steps": [
                    "Install HCGateway and let it read Health Connect.",
                    "Type the address below as API base URL, or scan the code to copy it.",
                    "Log in with any name; the password is the secret.",
                    "Start a sync.",
                ],
                "fields": {"API base URL": address, "Password": secret},
            },
        ],
    }


def _deep_link(address: str, secret: str, name: str, kind: str, version: str) -> str:
    """The address that makes Health Auto Export set itself up."""
    parameters = {
        "url": address,
        "name": name,
        "headers": f"api-key,{secret}",
        "format": "json",
        "exportversion": version,
        "datatype": kind,
        "batchrequests": "true",
        "aggregatesleep": "true",
        "enabled": "true",
    }
    return "com.HealthExport://automation?" + "&".join(f"{key}={quote(text)}" for key, text in parameters.items())
