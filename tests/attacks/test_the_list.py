"""Every record of the attack list has a test that carries it out, and the list in the manual is this list."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from tests.attacks.records import CLASSES, RECORDS

HERE = Path(__file__).parent


def carried_out() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(f"tests.attacks.{file.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_") and callable(test):
                for record in getattr(test, "against", ()):
                    found.setdefault(record, []).append(name)
    return found


def test_every_record_has_a_test_and_every_test_a_record() -> None:
    known, tried = {one.id for one in RECORDS}, carried_out()
    assert known - set(tried) == set(), "records that nobody carries out"
    assert set(tried) - known == set(), "tests of records that are not on the list"
    assert {one.kind for one in RECORDS} == set(CLASSES)
    assert len(known) == len(RECORDS)


def test_the_manual_tells_the_same_list() -> None:
    text = (HERE.parents[1] / "docs" / "security.md").read_text()
    section = text.partition("## The attack list")[2]
    told = set(re.findall(r"CVE-\d+-\d+|GHSA-[\w-]+|PYSEC-[\d-]+", section))
    assert told == {one.id for one in RECORDS}
    for record in RECORDS:
        assert record.door in section, record.id
