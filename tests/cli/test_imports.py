"""History brought in by commands."""

import gzip
import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.console import Household, Running
from tests.support.zygote import PROGRAM

SCALE = """\
Datum;Gewicht (kg);Körperfett;Puls
01.03.2026 08:00;71,5;;60
02.03.2026 08:00;1.071,2;22,5;

03.03.2026 08:00;71,2;22,5;700
irgendwann;1;2;3
04.03.2026 08:00;7x;2;61
"""
MAP = ("--map", "Gewicht (kg)=weight", "--map", "Körperfett=body_fat:%", "--map", "Puls=heart_rate", "--decimal", ",")
FORMAT = ("--time-format", "%d.%m.%Y %H:%M")


@pytest.fixture
def scale(tmp_path: Path) -> str:
    file = tmp_path / "scale.csv"
    file.write_text(SCALE)
    return str(file)


YEAR = "start=2026-01-01T00:00:00Z&end=2026-12-31T00:00:00Z"


def readings(hub: Running, token: str, metric: str, person: str = "anna") -> list[tuple[str, float]]:
    address = f"/hub/v1/readings?person={person}&metric={metric}&{YEAR}"
    return [(one["taken_at"], one["value"]) for one in hub.request("GET", address, token)[1]["readings"]]


def test_a_table_is_taken_in_with_what_is_wrong_told_by_line_and_a_repeat_doubles_nothing(
    shared: Household, hub: Running, scale: str
) -> None:
    done = shared("import", "csv", scale, "--person", "anna", *MAP, *FORMAT, "--json", code=1)
    assert (done.json["accepted"], done.json["unchanged"], done.json["refused"]) == (7, 0, 4)
    told = [(one["line"], one["reason"]) for one in done.json["rejected"]]
    assert sorted(line for line, _ in told) == [3, 5, 6, 7]
    by_line = dict(told)
    assert "weight cannot be 1071.2 kg" in by_line[3]
    assert "heart_rate cannot be 700 bpm" in by_line[5]
    assert "'irgendwann' is not" in by_line[6]
    assert by_line[7] == "Gewicht (kg): '7x' is not a number"
    assert readings(hub, shared.token(), "weight") == [
        ("2026-03-01T07:00:00Z", 71.5), ("2026-03-03T07:00:00Z", 71.2)
    ]  # fmt: skip
    again = shared("import", "csv", scale, "--person", "anna", *MAP, *FORMAT, code=1)
    assert again.out == "0 new, 7 there already, 4 refused.\n"
    assert "scale.csv, line 5: heart_rate cannot be 700 bpm" in again.err


def test_a_dry_run_checks_and_keeps_nothing(household: Household, scale: str) -> None:
    dry = household("import", "csv", scale, "--person", "ben", *MAP, *FORMAT, "--dry-run", code=1)
    assert dry.out == "7 readings can be kept, 4 can't; nothing was kept.\n"
    done = household("import", "csv", scale, "--person", "ben", *MAP, *FORMAT, "--json", code=1)
    assert (done.json["accepted"], done.json["unchanged"]) == (7, 0)


def test_a_table_that_names_its_metrics_needs_no_map(shared: Household, hub: Running, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text(
        "taken_at,metric,value,unit\n"
        "2026-04-01T08:00:00Z,steps,1200,\n"
        "1775030400,blood_glucose,5.5,mmol/L\n"
        "2026-04-01T09:00:00+02:00,mood,3,\n"
        "2026-04-01T08:00:00Z,stepps,1,\n"
    )
    done = shared("import", "csv", str(file), "--person", "anna", "--source", "old phone", "--json", code=None).json
    assert [one["line"] for one in done["rejected"]][-1] == 5
    assert readings(hub, shared.token(), "blood_glucose")[0][1] == pytest.approx(5.5 * 18.01559)
    assert readings(hub, shared.token(), "steps") == [("2026-04-01T08:00:00Z", 1200)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--person", "bne", *MAP), "there is no person 'bne'; there are: anna, ben"),
        (("--person", "anna", "--map", "Gewicht=weight"), "did you mean 'Gewicht (kg)'?"),
        (("--person", "anna", "--map", "Puls=hart_rate"), "did you mean 'heart_rate'?"),
        (("--person", "anna"), "Say --map COLUMN=METRIC"),
        (("--person", "anna", *MAP, "--time", "Zeit"), "has no column 'Zeit'"),
        (("--person", "anna", *MAP, "--timezone", "Europe/Madird"), "did you mean 'Europe/Madrid'?"),
    ],
)
def test_a_wrong_name_is_told_before_anything_is_kept(
    shared: Household, hub: Running, scale: str, words: tuple[str, ...], complaint: str
) -> None:
    done = shared("import", "csv", scale, *words, code=1)
    assert complaint in done.err
    assert done.out == ""


def test_a_file_that_is_no_table_is_told_so(shared: Household, hub: Running, tmp_path: Path) -> None:
    for name, content, complaint in (
        ("latin.csv", "time,w\n2026-01-01,Körper".encode("latin-1") * 2_000, "is not UTF-8 text"),
        ("empty.csv", b"", "no first line"),
        ("nul.csv", b"time,weight\n2026-01-01,7\x000\n", "'7"),
    ):
        (tmp_path / name).write_bytes(content)
        done = shared("import", "csv", str(tmp_path / name), "--person", "anna", "--map", "weight=weight", code=1)
        assert complaint in done.err
        assert "Traceback" not in done.err
    assert "does not exist" in shared("import", "csv", str(tmp_path / "no.csv"), "--person", "anna", code=2).err


def test_an_import_that_was_broken_off_goes_on_and_ends_up_whole(
    shared: Household, hub: Running, tmp_path: Path
) -> None:
    file = tmp_path / "long.csv"
    lines = [f"{1_767_225_600 + 60 * number},{60 + number % 40}" for number in range(60_000)]
    file.write_text("time,hr\n" + "\n".join(lines) + "\n")
    words = ["import", "csv", str(file), "--person", "ben", "--map", "hr=heart_rate", "--config", str(shared.folder)]
    begun = subprocess.Popen([str(PROGRAM), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    token = shared.token()
    deadline = time.monotonic() + 30
    while not readings(hub, token, "heart_rate", "ben") and time.monotonic() < deadline:
        time.sleep(0.02)
    begun.kill()
    begun.wait(10)
    done = shared("import", "csv", str(file), "--person", "ben", "--map", "hr=heart_rate", "--json").json
    assert done["accepted"] > 0
    assert done["unchanged"] > 0
    assert done["accepted"] + done["unchanged"] == 60_000


def test_a_file_of_nightscout_comes_in_through_its_integration_running_or_not(
    household: Household, tmp_path: Path
) -> None:
    first, second = tmp_path / "entries.json", tmp_path / "more-entries.json.gz"
    at = 1_772_352_000_000
    one = {"type": "sgv", "sgv": 111, "date": at, "dateString": "2026-03-01T08:00:00Z", "_id": "a" * 24}
    first.write_text(json.dumps([one]))
    second.write_bytes(gzip.compress(json.dumps({**one, "date": at + 300_000, "_id": "b" * 24}).encode()))
    assert (
        household("import", "nightscout", str(first), "--person", "anna").out == "Imported by the entry nightscout.\n"
    )
    with household.running() as hub:
        household("import", "nightscout", str(second), "--person", "anna", "--option", "collection=entries")
        token = household.token()
        assert len(readings(hub, token, "blood_glucose")) == 2
        wrong = tmp_path / "odd.json"
        wrong.write_text("[1]")
        assert "not an object" in household("import", "nightscout", str(wrong), "--person", "anna", code=1).err


def test_the_whole_history_of_a_running_nightscout_comes_in_by_its_address(
    household: Household, tmp_path: Path
) -> None:
    """The other Nightscout is a second hub."""
    other = Household(tmp_path / "other")
    other.set_up()
    with other.running() as source:
        theirs = other.token("--person", "anna", "--verbs", "view,record")
        values = [
            {"person": "anna", "metric": "blood_glucose", "value": 100 + number, "taken_at": at}
            for number, at in enumerate(f"2026-03-0{day}T0{hour}:00:00Z" for day in range(1, 9) for hour in range(9))
        ]
        assert source.request("POST", "/hub/v1/readings", theirs, {"readings": values})[1]["accepted"] == 72
        words = ("import", "nightscout", f"http://127.0.0.1:{source.port}", "--person", "ben", "--option", "token=@-")
        household(*words, stdin=f"{theirs}\n")
        with household.running() as hub:
            token = household.token()
            assert len(readings(hub, token, "blood_glucose", "ben")) == 72
            household(*words, stdin=f"{theirs}\n")
            assert len(readings(hub, token, "blood_glucose", "ben")) == 72
        assert theirs not in (household.folder / "data/logs/hub.log").read_text()
