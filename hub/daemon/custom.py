"""Custom integrations, each asked in a process of its own what it is, while the house goes on."""

from __future__ import annotations

import contextlib
from pathlib import Path

from hub.errors import ConfigInvalid
from hub.supervisor import Catalogue
from hub.supervisor.child import discover
from hub.supervisor.child.trust import FILE, Trust, read_trust
from hub.view import Rooms


async def find_custom(folder: Path, catalogue: Catalogue, rooms: Rooms) -> None:
    """Returns when all have answered or failed to; entries of each start as soon as it has, failures are problems."""
    supervisor = rooms.supervisor
    trust = Trust()
    try:
        trust = read_trust(folder)
    except ConfigInvalid as error:
        rooms.problems["plugin:trust"] = (rooms.clock.now(), str(error), f"Mend {FILE} in {folder.name}, then restart.")
    await supervisor.trust(trust)
    async with contextlib.aclosing(discover(folder, catalogue, trust)) as found:
        async for name, domain, reason in found:
            if reason:
                remedy = f"Mend or remove {name} in {folder.name}, then start the hub again."
                problem = f"The custom integration {name} is not running: {reason}"
                rooms.problems[f"plugin:{name}"] = (rooms.clock.now(), problem, remedy)
                continue
            for entry in list(supervisor.entries.values()):
                if entry.domain == domain:
                    await supervisor.reload(entry.id)
    await supervisor.found_all()
