"""Every figure, in one table.

python -m benchmarks [--quick] [--only intake,automations,...] [--json FILE]

Each part runs in a process of its own, one after the other. `peer` installs Home Assistant 2024.3.3 from PyPI into an
environment of its own, once, and has it do the same work in the same run; `automations` does, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, paired, table, told

ROOT = Path(__file__).parent.parent
PARTS = (
    "intake", "storage", "disk", "mqtt", "web", "access", "automations", "backtest", "archives", "attacks", "peer",
)  # fmt: skip


def run(part: str, *options: str) -> str:
    """A part's standard output; raises CalledProcessError."""
    command = [sys.executable, "-m", f"benchmarks.{part}", *options]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def common(part: str) -> Callable[[bool], list[Figure]]:
    """Parts that tell their figures themselves."""
    return lambda quick: told(run(part, "--json", *(["--quick"] if quick else [])))


def storage(quick: bool) -> list[Figure]:
    readings = 500_000 if quick else 10_000_000
    size, records = _values(run("storage", "--only=size,records", f"--readings={readings}"))
    size, records = size["size"], records["records"]
    note = f"{readings:,} readings, index and all"
    if quick:
        note += "; statistics weigh more in a small file"
    return [
        Figure("bytes", "bytes a numeric reading on disk", size["bytes a reading, whole file"], "bytes", 40, note=note),
        *(
            Figure(f"bytes {name}", f"bytes a Nightscout {name} on disk", told["bytes a record, indexes and all"],
                   "bytes", note=f"{told['bytes of its JSON']} bytes of JSON; {told['records']:,} records")
            for name, told in records.items()
        ),
    ]  # fmt: skip


def disk(quick: bool) -> list[Figure]:
    """Bytes that reach a device, and cuts of its power. Needs root, for a file system in a file."""
    device = _values(run("storage", "--only=device", f"--readings={100_000 if quick else 1_000_000}"))[0]["device"]
    if "not measured" in device:
        raise ValueError(device["not measured"])
    figures = [
        Figure(f"device {pace}", f"device bytes a reading at {pace}, each acknowledged by itself",
               device[pace]["device bytes a reading"], "bytes", goal, note=device["file system"])
        for pace, goal in (("1/s", 6_000), ("50/s", None), ("50/s, ten at a time", 2_000))
    ]  # fmt: skip
    cuts, mutant = _values(run("power_cuts", f"--cuts={10 if quick else 250}"))[0]
    figures.append(
        Figure("cuts", "acknowledged readings lost by power cuts", cuts["lost"], "readings", 0, note=_cut(cuts))
    )
    weaker = "the same with synchronous NORMAL, which must lose"
    figures.append(Figure("cuts mutant", weaker, mutant["lost"], "readings", 1, "more", note=_cut(mutant)))
    return figures


def _cut(told: Mapping[str, Any]) -> str:
    return f"{told['cuts']} cuts, {told['acknowledged before a cut']:,} acknowledged before one"


def mqtt(quick: bool) -> list[Figure]:
    count = 10_000 if quick else 40_000
    figures = []
    for line in run("mqtt", f"--readings={count}").splitlines():
        name, _, rest = line.partition(" ")
        if name in ("burst", "latency"):
            figures += _mqtt(name, json.loads(rest))
    return figures


def _mqtt(name: str, measured: Mapping[str, Any]) -> list[Figure]:
    if name == "burst":
        rate = float(measured["readings a second"])
        return [
            Figure("mqtt burst", "readings one by one by MQTT QoS 1, durable", rate, "1/s", 6_500, "more",
                   note="100 sensors, outside mosquitto")
        ]  # fmt: skip
    p50 = measured["publish to state p50, ms"]
    return [
        Figure("mqtt p50", "publish to state at 50/s, p50", p50, "ms"),
        Figure("mqtt p95", "the same, p95", measured["p95"], "ms"),
        Figure("mqtt p99", "the same, p99", measured["p99"], "ms"),
    ]


def _values(text: str) -> list[Any]:
    """The JSON values that stand one after the other in a text."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        found.append(value)
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return found


RUN: Mapping[str, Callable[[bool], list[Figure]]] = {
    "intake": common("intake"),
    "storage": storage,
    "disk": disk,
    "mqtt": mqtt,
    "web": common("web"),
    "access": common("access"),
    "automations": common("automations"),
    "backtest": common("backtest"),
    "archives": common("archives"),
    "attacks": common("attacks"),
    "peer": common("peer"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small numbers: to see that it works")
    parser.add_argument("--only", default=",".join(PARTS), help="some of the parts, with commas between them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args()
    chosen = [part.strip() for part in given.only.split(",")]
    for part in chosen:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; there are {', '.join(PARTS)}")
    measured: dict[str, list[Figure]] = {}
    failed: list[str] = []
    for part in chosen:
        began = time.perf_counter()
        print(f"{part} ...", end=" ", file=sys.stderr, flush=True)
        try:
            measured[part] = RUN[part](given.quick)
        except (subprocess.CalledProcessError, ValueError, KeyError, StopIteration) as error:
            failed.append(f"{part}: {type(error).__name__}: {error}")
            print("failed", file=sys.stderr)
        else:
            print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    peers = measured.pop("peer", [])
    ours = paired([figure for part in chosen if part in measured for figure in measured[part]], peers)
    load = os.getloadavg()[0]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}, load {load:.1f} at the end"
        + (", quick: small numbers, not for quoting" if given.quick else "")
    )
    print()
    print(table(ours if ours else peers))
    for line in failed:
        print(f"\nNot measured: {line}")
    if given.json is not None:
        given.json.write_text(json.dumps({"figures": [asdict(one) for one in ours], "failed": failed}, indent=2))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
