"""The sheet of paper that a household keeps."""

from __future__ import annotations

from datetime import datetime

from pyrage import x25519

_TEXT = """\
Homeostat recovery key, printed {made}

  {secret}

Print this, or keep it in a password manager, away from this machine. It is needed to
restore a backup when the hub's disk is gone. Whoever has it and a backup can read
everything in it; without it nobody can, and nobody can help.

A backup opens without Homeostat too, with age (https://age-encryption.org) and tar:
  age -d -i KEYFILE homeostat-....age | tar x
  age -d -i KEYFILE keyring.age > keys.txt
  age -d -i keys.txt people/....jsonl.gz.age | gunzip
"""


def sheet(identity: x25519.Identity, now: datetime) -> str:
    """Holds the secret: for the console, never for a log."""
    return _TEXT.format(made=now.date().isoformat(), secret=identity).rstrip()
