"""A passkey made of software (WebAuthn 2, sections 6.1 and 6.5), which can also lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


class Authenticator:
    """One device with one passkey. `counter` goes up by one with each signature; set it to go elsewhere."""

    def __init__(self, origin: str = "https://homeostat.lan") -> None:
        self.origin = origin
        self.flags = PRESENT | VERIFIED
        self.counter = 0
        self.id = secrets.token_bytes(32)
        self.handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, wish: dict[str, Any]) -> dict[str, Any]:
        self.handle = raw(wish["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        public = cbor.encode({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(wish["rp"]["id"], ATTESTED) + credential
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", wish["challenge"])
        return self._answer(
            {"clientDataJSON": text(client), "attestationObject": text(attested), "transports": ["usb"]}
        )

    def get(self, wish: dict[str, Any], *, host: str = "") -> dict[str, Any]:
        self.counter += 1
        data = self._data(host or wish["rpId"])
        client = self._client("webauthn.get", wish["challenge"])
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(signature),
                "userHandle": text(self.handle),
            }
        )

    def _data(self, host: str, more: int = 0) -> bytes:
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", self.flags | more, self.counter)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
