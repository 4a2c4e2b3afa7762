"""Who published a custom integration: one Ed25519 signature over the hash of all its files."""

from __future__ import annotations

import base64
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from hub.errors import ConfigInvalid

NAME = "integration.sig"
_KEYS = {"publisher": str, "key": str, "number": int, "signature": str}


@dataclass(frozen=True, slots=True)
class Signed:
    key: str
    """The publisher's public key, base64; whoever holds its other half is who was agreed to."""
    publisher: str
    """What they call themselves; signed too, and proves nothing by itself."""
    number: int
    """Rises with every publication, so that an older one is known as such."""

    @property
    def short(self) -> str:
        """For people to compare."""
        return f"{self.publisher} ({self.key[:12]}…)"


def signature_of(path: Path) -> Path:
    """`integration.sig` in a folder, `<name>.sig` beside a single file."""
    return path / NAME if path.is_dir() else path.with_suffix(".sig")


def message(path: Path, sha256: str, publisher: str, number: int) -> bytes:
    """What is signed: which integration, which publication of it, and all its files."""
    return f"homeostat integration 1\n{path.stem}\n{number}\n{sha256}\n{publisher}\n".encode()


def read_signed(path: Path, sha256: str) -> Signed | None:
    """None where there is no signature. Raises ConfigInvalid for one that does not fit the files."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    file = signature_of(path)
    if not file.exists() and not file.is_symlink():
        return None
    try:
        given = tomllib.loads(file.read_text("utf-8"))
        if set(given) != set(_KEYS) or any(type(given[name]) is not kind for name, kind in _KEYS.items()):
            raise ValueError(f"it holds exactly {', '.join(_KEYS)}")
        if not re.fullmatch(r"[^\x00-\x1f\x7f]{1,100}", given["publisher"]) or given["number"] < 0:
            raise ValueError("publisher is one line of up to 100 letters, number is not negative")
        key, signature = (base64.b64decode(given[name], validate=True) for name in ("key", "signature"))
        # One key has one spelling: it is compared as text.
        if base64.b64encode(key).decode() != given["key"]:
            raise ValueError("the key is not in its one spelling")
        public = Ed25519PublicKey.from_public_bytes(key)
    except (OSError, ValueError) as error:
        raise ConfigInvalid(f"is no signature: {error}", file=file.name) from None
    try:
        public.verify(signature, message(path, sha256, given["publisher"], given["number"]))
    except InvalidSignature:
        raise ConfigInvalid(
            "does not fit the files: they were changed after they were signed. Get the package again, "
            "or remove this file to run it as one that nobody signed",
            file=file.name,
        ) from None
    return Signed(given["key"], given["publisher"], given["number"])


def signed_number(path: Path) -> int:
    """Of the publication that the signature there tells of, fitting or not; 0 without one."""
    try:
        return int(tomllib.loads(signature_of(path).read_text("utf-8"))["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def new_key() -> str:
    """A secret key as a line of text."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def sign(path: Path, sha256: str, secret: str, publisher: str, number: int) -> Signed:
    """Write the signature of the integration at `path`. Raises ValueError (key), OSError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.strip(), validate=True))
    key = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    signature = base64.b64encode(private.sign(message(path, sha256, publisher, number))).decode()
    shown = publisher.replace("\\", "\\\\").replace('"', '\\"')
    signature_of(path).write_text(
        f'publisher = "{shown}"\nkey = "{key}"\nnumber = {number}\nsignature = "{signature}"\n', "utf-8"
    )
    return Signed(key, publisher, number)
