"""Opens a database, which brings it to the newest version, and prints when it is done. `python -m ... URL`."""

import asyncio
import sys

from hub.clock import RealClock
from hub.recorder import Recorder


async def main(url: str) -> None:
    print("begun", flush=True)
    await (await Recorder.open(url, clock=RealClock())).close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
