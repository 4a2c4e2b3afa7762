"""What stands outside hub.yaml: environment variables, `.env` and `secrets.yaml`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

SECRETS = "secrets.yaml"
_SECRET_NAME = re.compile(r"pass(word|wd|phrase)?|secret|token|key|credential|database_url", re.I)


def environment(folder: Path, real: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of `folder`/.env, overruled by those of the process. Raises OSError."""
    real = os.environ if real is None else real
    file = folder / ".env"
    kept = dotenv_values(file, interpolate=True) if file.is_file() else {}
    return {**{name: value for name, value in kept.items() if value is not None}, **real}


def sounds_secret(name: str) -> bool:
    """True for names of variables and options whose value belongs into no log."""
    return bool(_SECRET_NAME.search(name))
