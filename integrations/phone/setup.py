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
                    "Open the camera and point it at the code; Health Auto Export makes the automation.",
                    "Or make a REST API automation yourself: address and header as shown, format JSON, version 2.",
                    "Make a second one for workouts with the other code.",
                ],
                "qr_workouts": _deep_link(address, secret, f"{name} workouts", "workouts", "v2"),
            },
            {
                "app": "HC Webhook",
                "system": "Android",
                "qr": f"{address}/{secret}",
                "steps": [
                    "Add a webhook with this address and the header api-key with the secret.",
                    "The code holds the address with the secret in it, for copying.",
                ],
            },
            {
                "app": "HCGateway",
                "system": "Android",
                "qr": address,
                "steps": [
                    "Type the address as API base URL.",
                    "Log in with any name; the password is the secret.",
                ],
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
