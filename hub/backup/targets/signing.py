"""Signatures of AWS version 4 for S3: each request proves that its sender knows the secret key, and never shows it.

Source: "Authenticating Requests (AWS Signature Version 4)" in the reference of Amazon S3; checked by its own examples.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

EMPTY = hashlib.sha256(b"").hexdigest()
_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    access: str
    secret: str = field(repr=False)
    region: str

    def headers(
        self, method: str, host: str, path: str, query: Mapping[str, str], payload: str, now: datetime,
        further: Mapping[str, str] | None = None,
    ) -> dict[str, str]:  # fmt: skip
        """`path`: encoded as it is sent. `payload`: the body's SHA-256 as hex. `further`: headers to be signed too."""
        at = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        given = {"host": host, "x-amz-content-sha256": payload, "x-amz-date": at}
        given |= {name.lower(): value.strip() for name, value in (further or {}).items()}
        names = ";".join(sorted(given))
        lines = "".join(f"{name}:{given[name]}\n" for name in sorted(given))
        request = f"{method}\n{path}\n{query_text(query)}\n{lines}\n{names}\n{payload}"
        scope = f"{at[:8]}/{self.region}/s3/aws4_request"
        text = f"{_ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = b"AWS4" + self.secret.encode()
        for step in (at[:8], self.region, "s3", "aws4_request"):
            key = hmac.new(key, step.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        authorization = f"{_ALGORITHM} Credential={self.access}/{scope},SignedHeaders={names},Signature={signature}"
        shown = {name: value for name, value in given.items() if name != "host"}
        return {**shown, "Authorization": authorization}


def query_text(query: Mapping[str, str]) -> str:
    """As it is signed and sent: sorted, everything but letters, digits and `-._~` encoded."""
    return "&".join(f"{quote(name, safe='-._~')}={quote(query[name], safe='-._~')}" for name in sorted(query))


def path_text(path: str) -> str:
    return quote(path, safe="/-._~")
