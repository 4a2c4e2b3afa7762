"""Answers in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hub.api import WebhookResponse
from integrations.phone.keeper import Report


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> WebhookResponse:
    return WebhookResponse(status, json.dumps(body).encode(), headers=headers or {})


def reported(report: Report, **more: Any) -> WebhookResponse:
    """200 when all is kept, 207 when a part was refused, 422 when everything was."""
    status = 200 if not report.refused else 207 if report.kept else 422
    body = {**report.as_json(), **more}
    if status == 422:
        body["error"] = f"nothing of it could be kept: {report.reasons[0]['reason']}"
    return answer(status, body)
