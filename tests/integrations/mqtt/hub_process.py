"""A hub in a process of its own, to be killed: `python -m tests.integrations.mqtt.hub_process FOLDER URL`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hub.daemon import Hub, Settings
from hub.model import ConfigEntry


async def main(folder: Path, url: str) -> None:
    entry = ConfigEntry("mqtt", "mqtt", "MQTT", options={"url": url})
    await Hub.start(Settings(folder, entries=(entry,), automatic_entries=False), serve=False)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
