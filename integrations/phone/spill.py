"""A list that goes to disk when it grows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

IN_MEMORY = 1 << 20


class Spill:
    """JSON values in order; more than a megabyte lies in a temporary file that is gone when this is."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115  # closed by items

    def add(self, value: Any) -> None:
        self._file.write(json.dumps(value) + "\n")

    def items(self) -> Iterator[Any]:
        """All values, once; the file is gone afterwards."""
        with self._file as file:
            file.seek(0)
            for line in file:
                yield json.loads(line)
