"""Why a sign-in by OpenID Connect ended without anybody signed in."""

from __future__ import annotations

from hub.errors import Forbidden


class Refused(Forbidden):
    """`reason`: a few letters for the audit trail, which never hold what a provider or stranger wrote."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
