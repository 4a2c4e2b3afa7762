"""One job of backups in a process of its own, so that readings that come in wait for nothing.

Standard input brings the job as a line of JSON and stays open: when it ends, the hub is no more, and so is the job.
Standard output is lines of JSON: `progress`, and at the end `result` or `error`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread
from typing import Any

import orjson

from hub.backup.create import create
from hub.backup.deliver import bring, fetch, spread, test
from hub.backup.keys import Keys, read_identities
from hub.backup.notes import key_for, note, schedule
from hub.backup.restore import Restored, keep_keys, prepare, verify
from hub.backup.shelf import daily, verify_in
from hub.backup.targets import Book, Spec
from hub.clock import Clock, RealClock
from hub.errors import HubError
from hub.vault import Vault

GONE = 3
"""Exit code when the hub ended."""


class Work:
    """What a job is given, and how it tells of itself."""

    def __init__(self, given: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
        self.given, self._say = given, say
        self.url: str = given["url"]
        self.data_dir = Path(given["data_dir"])
        self.config_dir = Path(given["config_dir"]) if given.get("config_dir") else None
        self.clock: Clock = RealClock()
        self.vault = Vault.open(self.data_dir, named=Path(given["vault_key"]) if given.get("vault_key") else None)
        self._told = -1

    def progress(self, share: float | None, words: str) -> None:
        rounded = int((share or 0) * 200)
        if share is None or rounded != self._told:
            self._told = rounded
            self._say({"progress": [share, words]})

    @property
    def spec(self) -> Spec:
        return Book(self.data_dir).find(self.given["target"])

    def path(self, name: str) -> Path | None:
        return Path(self.given[name]) if self.given.get(name) else None


async def _create(work: Work) -> dict[str, Any]:
    """Here, then in every target; one that is away does not make it fail."""
    own = Keys(work.data_dir).own_target
    made = await create(
        work.url, work.data_dir, work.config_dir, own, clock=work.clock, vault=work.vault,
        progress=lambda share, words: work.progress((share or 0) * 0.6, words),
    )  # fmt: skip
    away: dict[str, str] = {}
    for spec in Book(work.data_dir).all()[1:]:
        problem = await bring(spec, made.path, work.vault, work.data_dir, work.clock, work.progress, watched=True)
        if problem:
            away[spec.id] = problem
    return {"name": made.path.name, "bytes": made.bytes, "rows": made.rows, "left_out": list(made.left_out),
            "away": away}  # fmt: skip


async def _daily(work: Work) -> dict[str, Any]:
    done = await daily(
        work.url, work.data_dir, work.config_dir, clock=work.clock, progress=work.progress, vault=work.vault,
        schedule=schedule(work.data_dir, work.given.get("time_zone") or "UTC"),
    )  # fmt: skip
    return {"name": done.made.path.name if done.made else None, "problems": done.problems, "away": done.away}


async def _verify(work: Work) -> dict[str, Any]:
    name = work.given["name"]
    done = await verify_in(work.spec, name, work.vault, work.data_dir, clock=work.clock, progress=work.progress)
    return {"name": name, **told(done)}


async def _test(work: Work) -> dict[str, Any]:
    spec = Spec(**work.given["spec"])
    found = await test(spec, work.vault, work.data_dir, work.clock)
    return {"target": spec.id, "backups": [list(one) for one in found]}


async def _spread(work: Work) -> dict[str, Any]:
    return {"away": await spread(work.data_dir, work.vault, work.clock)}


async def _fetch(work: Work) -> dict[str, Any]:
    to = Path(work.given["to"])
    path = await fetch(work.spec, work.given["name"], to, work.vault, work.data_dir, work.clock, work.progress)
    return {"path": str(path)}


async def _restore(work: Work) -> dict[str, Any]:
    """All but the last step; with PostgreSQL a rehearsal, since its tables are in use."""
    path, keyring = Path(work.given["path"]), work.path("keyring")
    identities = read_identities("\n".join(work.given["keys"]), "the recovery key")
    if not work.url.startswith("sqlite"):
        done = await verify(
            path, work.data_dir, identities, keyring, clock=work.clock, progress=work.progress
        )  # fmt: skip
        return {"plan": None, **told(done)}
    settings = work.config_dir if work.given.get("settings", True) else None
    ready = await prepare(
        path, work.url, work.data_dir, settings, identities, keyring, clock=work.clock, progress=work.progress
    )
    keep_keys(work.data_dir, ready)
    if work.given.get("noted"):
        note(work.data_dir, key_for(*work.given["noted"]), work.clock.now(), ready.restored.filled.rows)
    return {"plan": ready.plan, **told(ready.restored)}


JOBS: dict[str, Callable[[Work], Awaitable[dict[str, Any]]]] = {
    "create": _create, "daily": _daily, "verify": _verify, "test": _test, "spread": _spread, "fetch": _fetch,
    "restore": _restore,
}  # fmt: skip


def told(done: Restored) -> dict[str, Any]:
    """What a restore is said to have brought, in plain values."""
    return {
        "made_at": done.manifest.created_at, "program": done.manifest.program, "rows": done.filled.rows,
        "people": done.filled.people, "erased": done.filled.erased, "compared": done.filled.compared,
        "aside": done.aside,
    }  # fmt: skip


def main() -> None:
    """What the hub starts as `python -c`."""
    os.nice(10)
    out = sys.stdout.buffer

    def say(line: dict[str, Any]) -> None:
        out.write(orjson.dumps(line) + b"\n")
        out.flush()

    given = orjson.loads(sys.stdin.buffer.readline())
    Thread(target=_watch, name="hub", daemon=True).start()
    try:
        say({"result": asyncio.run(_run(given, say))})
    except HubError as error:
        say({"error": {"kind": type(error).__name__, "message": str(error)}})
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        say({"error": {"kind": "OSError", "message": f"{error.filename}: {reason}" if error.filename else reason}})


async def _run(given: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    return await JOBS[given["kind"]](Work(given, say))


def _watch() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(GONE)


if __name__ == "__main__":
    main()
