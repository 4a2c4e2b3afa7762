"""What TLS is spoken: 1.2 and 1.3 with forward secrecy; the certificate can change while the hub runs."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from hub.errors import ConfigInvalid

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; 1.3 has none that are weak."""


def context_of(chain: bytes, key: bytes) -> ssl.SSLContext:
    """A server's context. Raises ConfigInvalid for what OpenSSL does not take."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(CIPHERS)
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
    made.set_alpn_protocols(["http/1.1"])
    with _in_memory(chain) as chain_path, _in_memory(key) as key_path:
        try:
            made.load_cert_chain(chain_path, key_path)
        except ssl.SSLError as error:
            raise ConfigInvalid(f"the certificate can't be served: {error.reason or error}.") from None
    return made


@contextmanager
def _in_memory(content: bytes) -> Iterator[str]:
    """A path to the bytes that were checked, whatever became of the file since; the library reads from paths only."""
    file = os.memfd_create("homeostat", os.MFD_CLOEXEC)
    try:
        os.write(file, content)
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)


class Served:
    """One context for the listening socket that always hands on to the newest."""

    def __init__(self, first: ssl.SSLContext) -> None:
        self._newest = first
        self.context = first
        self.context.sni_callback = self._choose

    def use(self, context: ssl.SSLContext) -> None:
        """From the next handshake on; connections that are open go on."""
        self._newest = context

    def _choose(self, socket: ssl.SSLObject | ssl.SSLSocket, _: str | None, __: ssl.SSLContext) -> None:
        if self._newest is not self.context:
            socket.context = self._newest
