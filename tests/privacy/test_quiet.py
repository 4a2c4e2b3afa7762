"""A hub that nobody told to reach out sends nothing: every packet is counted in a network of its own.

A few hours here; `HOMEOSTAT_QUIET_DAYS=7` makes it a week, of the demo household too (four minutes).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount")
LONG = float(os.environ.get("HOMEOSTAT_QUIET_DAYS", "0"))


@pytest.fixture(scope="module", autouse=True)
def _network() -> None:
    """Skip where the kernel gives nobody a network of their own."""
    for program in ("unshare", "ip", "mount"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")
    command = "ip link add out type veth peer name far && mount --make-rprivate /"
    tried = subprocess.run([*UNSHARE, "sh", "-c", command], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this kernel gives no network to be alone in: {tried.stderr.strip()[:120]}")


def spent(folder: Path, mode: str, days: float) -> Any:
    command = [*UNSHARE, sys.executable, "-m", "tests.privacy.quiet_week", str(folder), mode, str(days)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["answered"] > 0, "the hub did not answer, so its silence says nothing"
    return found


@pytest.mark.parametrize(("mode", "days"), [("fresh", LONG or 0.25), ("demo", LONG or 0.05)])
def test_nothing_leaves_a_hub_that_nobody_told_to_reach_out(mode: str, days: float, tmp_path: Path) -> None:
    found = spent(tmp_path, mode, days)
    assert found["days"] == pytest.approx(days, abs=0.01)
    assert found["sent"] == []


@pytest.mark.parametrize(
    ("mode", "wanted"), [("name", "10.99.0.53 protocol 17"), ("address", "203.0.113.9 protocol 6")]
)
def test_a_hub_that_phones_home_is_caught(mode: str, wanted: str, tmp_path: Path) -> None:
    assert wanted in spent(tmp_path, mode, 0.02)["sent"]
