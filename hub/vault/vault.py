"""Seals secrets with a key that does not lie in the database, so that a copy of the database tells none of them."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hub.vault.keys import KEY_FILE, PURPOSE, Key, VaultError, dump_keys, make_keys, read_keys, write_keys
from hub.vault.sealed import ANY, LENGTH, NONCE, PREFIX, Sealed

CREDENTIAL = "homeostat-vault"
"""Name of the systemd credential that holds the key."""


class Vault:
    """`Vault.open(data_dir)` never fails: without its key it says so in `problem` and to everyone who asks.

    A context (`entry:phone:token`) says what a secret is for; put elsewhere it does not open.
    """

    def __init__(self, own: Path, source: Path, keys: list[Key], *, problem: str = "") -> None:
        self.own, self.source, self.problem = own, source, problem
        """`own`: the file in the data folder. `source`: where today's key lies."""
        self._keys = keys

    @classmethod
    def open(cls, data_dir: Path, *, named: Path | None = None, environment: Mapping[str, str] | None = None) -> Vault:
        """The key of the systemd credential, else of the file `named` in the settings, else of the data folder.

        The data folder's is made with the first secret. One that lies elsewhere is never made here: its disk may only
        be away. Where there are several, those of the data folder go on opening what they sealed.
        """
        own = data_dir / KEY_FILE
        given = (environment if environment is not None else os.environ).get("CREDENTIALS_DIRECTORY", "")
        credential = Path(given) / CREDENTIAL
        source = credential if given and credential.exists() else (named or own)
        keys: list[Key] = []
        problem = ""
        for path in dict.fromkeys((source, own)):
            try:
                keys += [one for one in read_keys(path) if one not in keys]
            except FileNotFoundError:
                if path != own:
                    problem = f"The key for stored passwords is not at {path}."
            except (OSError, VaultError) as error:
                reason = error.strerror if isinstance(error, OSError) else error
                problem = f"The key for stored passwords at {path} can't be read: {reason}."
        return cls(own, source, keys, problem=problem)

    @property
    def keys(self) -> tuple[str, ...]:
        """Ids of the keys that are here, today's first."""
        return tuple(one.id for one in self._keys)

    @property
    def older(self) -> bool:
        """True while a key is here beside today's, or today's lies elsewhere and the data folder has one too."""
        return len(self._keys) > 1 or (self.source != self.own and self.own.exists())

    def seal(self, text: str, context: str) -> str:
        """Raises VaultError when there is no key, OSError when a first one can't be kept."""
        return self._seal(text.encode(), context.encode())

    def unseal(self, sealed: str, context: str) -> str:
        """Raises VaultError: another key, another context, or bytes that were changed."""
        parts = Sealed.parse(sealed)
        if parts is None:
            raise VaultError("this is no sealed secret; type it anew")
        if parts.context != context:
            raise VaultError(f"this secret was sealed for {parts.context!r}, not for {context!r}; type it anew")
        return self._open(parts).decode()

    @staticmethod
    def is_sealed(text: object) -> bool:
        return isinstance(text, str) and Sealed.parse(text) is not None

    def opens(self, sealed: str) -> bool:
        """False for a secret whose key is not here, or that was changed."""
        parts = Sealed.parse(sealed)
        try:
            return parts is not None and self._open(parts) is not None
        except VaultError:
            return False

    def renew(self, text: str) -> str:
        """The text with every sealed secret in it, JSON or any other, sealed with today's key.

        What does not open stays as it is. Raises VaultError without a key.
        """
        return ANY.sub(lambda found: self._renewed(found[0]), text)

    def rotate(self) -> str:
        """Make a new key, today's from now on, and keep the earlier ones until `retire`; its id. Raises OSError."""
        self._check()
        keys = [Key.new(), *self._keys]
        write_keys(self.source, keys)
        self._keys = keys
        return keys[0].id

    def retire(self) -> None:
        """Forget every key but today's; only when nothing is sealed with another any more. Raises OSError."""
        self._check()
        if not self._keys:
            return
        today = self._keys[:1]
        if self.source == self.own:
            write_keys(self.own, today)
            self._keys = today
            return
        self.own.unlink(missing_ok=True)
        with suppress(OSError):  # a credential can't be written; its owner takes older keys out of it
            self._keys = read_keys(self.source)
            write_keys(self.source, today)
            self._keys = today

    def copy(self, to: Path) -> None:
        """Write the keys to a new file; a first one is made where there is none. Raises VaultError, OSError."""
        self._check()
        self._keys = self._keys or make_keys(self.own)
        make_keys(to, self._keys)

    def dump(self) -> bytes:
        """The keys as their file holds them, for an encrypted backup; empty when there are none."""
        return dump_keys(self._keys) if self._keys else b""

    def _check(self) -> None:
        if self.problem:
            raise VaultError(f"{self.problem} Put it back, then start the hub again.")

    def _seal(self, text: bytes, context: bytes) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        self._check()
        if not self._keys:
            self._keys = make_keys(self.own)
        key = self._keys[0]
        head = bytes.fromhex(key.id) + len(context).to_bytes(LENGTH) + context
        nonce = secrets.token_bytes(NONCE)
        body = ChaCha20Poly1305(key.secret).encrypt(nonce, text, PURPOSE + head)
        return PREFIX + base64.urlsafe_b64encode(head + nonce + body).decode().rstrip("=")

    def _open(self, parts: Sealed) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        key = next((one for one in self._keys if one.id == parts.key), None)
        if key is None:
            held = f"the key here is {self._keys[0].id}" if self._keys else "there is no key here"
            raise VaultError(
                f"the secret of {parts.context!r} was sealed with the key {parts.key}, and {held}: put that key back "
                f"at {self.source}, or type the secret anew"
            )
        try:
            return ChaCha20Poly1305(key.secret).decrypt(parts.nonce, parts.body, PURPOSE + parts.head)
        except InvalidTag:
            raise VaultError(f"the sealed secret of {parts.context!r} was changed; type it anew") from None

    def _renewed(self, sealed: str) -> str:
        parts = Sealed.parse(sealed)
        if parts is None or not self._keys or parts.key == self._keys[0].id:
            return sealed
        try:
            return self._seal(self._open(parts), parts.context.encode())
        except VaultError:
            if self.problem:
                raise
            return sealed
