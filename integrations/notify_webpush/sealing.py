"""What makes a push message: RFC 8291 seals it for one browser, RFC 8292 says who sends it."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD = 4_096
"""Bytes that every push service takes."""
ROOM = RECORD - 86 - 17
"""What of it is left for the text: without the header, the tag and the delimiter."""
_CURVE = ec.SECP256R1()


def seal(
    text: bytes, p256dh: str, auth: str, *, salt: bytes = b"", key: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The body of an `aes128gcm` push. Raises ValueError for keys that are none, or a text longer than `ROOM`."""
    if len(text) > ROOM:
        raise ValueError(f"{len(text)} bytes; {ROOM} fit")
    theirs_raw = unb64(p256dh)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs_raw)
    ours = key or ec.generate_private_key(_CURVE)
    ours_raw, salt = point(ours), salt or os.urandom(16)
    secret = _hkdf(unb64(auth), ours.exchange(ec.ECDH(), theirs), b"WebPush: info\0" + theirs_raw + ours_raw, 32)
    content = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(ours_raw)]) + ours_raw
    # One record, the last: 2 ends it.
    return header + AESGCM(content).encrypt(nonce, text + b"\x02", None)


def vapid(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime) -> str:
    """The Authorization header for one push service."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + timedelta(hours=12)).timestamp()),
        "sub": f"mailto:{contact}",
    }
    signed = f"{b64(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{b64(orjson.dumps(claims))}"
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={b64(point(key))}"


def new_key() -> str:
    """A VAPID key as PEM."""
    made = ec.generate_private_key(_CURVE)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def read_key(pem: str) -> ec.EllipticCurvePrivateKey:
    found = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_key().public_bytes(serialization.Encoding.X962, form)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
