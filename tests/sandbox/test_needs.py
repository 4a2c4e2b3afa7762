"""What an integration declares, read and refused."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hub.cli.boxes import checked
from hub.errors import ConfigInvalid
from hub.supervisor.child.folder_hash import folder_hash
from hub.supervisor.child.needs import Needs, read_needs
from hub.supervisor.child.share import box_of
from tests.support.zygote import PROGRAM

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    (folder / "manifest.toml").write_text('domain = "ring"\n\n[needs]\n' + text)
    (folder / "__init__.py").write_text("")
    return folder


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('metric = ["weight"]', "manifest.toml:4: metric: this need is not known (did you mean metrics?)"),
        ('\nhosts = "api.example.org"', "manifest.toml:5: hosts: must be a list of texts"),
        ('hosts = ["https://api.example.org"]', "'https://api.example.org' is not name:port"),
        ('hosts = ["api.example.org:70000"]', "a port that is not from 1 to 65535"),
        ('hosts = ["*:443"]', "is not name:port"),
        ('files = ["../secrets.yaml"]', "is not the full path"),
        ('files = ["/"]', "is not the full path"),
        ('files = ["/proc/1"]', "lies in /proc"),
        ('devices = ["/dev/sda"]', "is not a serial or USB device"),
        ('devices = ["/dev/ttyUSB0/../sda"]', "is not a serial or USB device"),
        ('bluetooth = "yes"', "must be true or false"),
        ('metrics = = ["weight"]', "manifest.toml:4: is not TOML"),
    ],
)
def test_a_manifest_that_can_not_be_is_refused_with_file_line_and_key(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        read_needs(written(tmp_path, text))
    assert problem in str(refused.value)


def test_a_misspelt_table_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text('[need]\nhosts = ["a.example:1"]\n')
    with pytest.raises(ConfigInvalid, match="did you mean needs"):
        read_needs(tmp_path)


def test_hosts_cover_exactly_what_they_say() -> None:
    needs = Needs(hosts=("api.example.org:443", "*.cdn.example:*"))
    asked = [("api.example.org", 443), ("a.b.cdn.example", 9), ("api.example.org", 80), ("xapi.example.org", 443)]
    asked += [("cdn.example", 443), ("evilcdn.example", 443), ("api.example.org.evil.example", 443)]
    assert [needs.host(*one) for one in asked] == [True, True, False, False, False, False, False]


def test_more_wishes_are_named_and_fewer_are_none() -> None:
    agreed = Needs(metrics=("weight",), hosts=("a.example:443",))
    more = replace(agreed, metrics=("weight", "heart_rate"), bluetooth=True)
    assert more.beyond(agreed) == ["metrics: heart_rate", "Bluetooth"]
    assert agreed.beyond(more) == []
    assert Needs().beyond(agreed) == ["metrics: any"]
    assert Needs.load(json.loads(json.dumps(more.dump()))) == more


def test_files_of_the_hub_can_not_be_declared(tmp_path: Path) -> None:
    code = tmp_path / "config" / "custom_integrations" / "ring"
    own = tmp_path / "data" / "entries" / "ring"
    code.mkdir(parents=True)
    own.mkdir(parents=True)
    for path in (tmp_path, tmp_path / "data", tmp_path / "data" / "homeostat.db", tmp_path / "config" / "secrets.yaml"):
        with pytest.raises(ConfigInvalid, match="the hub's own folders"):
            box_of(code, Needs(files=(str(path),)), own, -1)


def test_every_changed_byte_name_and_place_changes_the_hash(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["weight"]')
    first = folder_hash(folder)
    seen = {first}
    for name, body in (("a.py", b""), ("a.py", b"x"), ("b.py", b"x"), ("c/a.py", b"x"), ("manifest.toml", b"")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(body)
        seen.add(folder_hash(folder))
    assert len(seen) == 6
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert folder_hash(folder) in seen


async def test_check_tells_what_it_declares_and_what_is_missing(tmp_path: Path) -> None:
    found = await checked(written(tmp_path, 'hosts = ["a.example:443"]\nfiles = ["/srv/not/there"]'))
    assert found["words"] == ["metrics: any", "sends to: a.example:443", "reads: /srv/not/there"]
    assert any("registers 0 integrations" in one for one in found["missing"])
    assert "/srv/not/there is not there" in found["missing"]
    assert len(found["box"]) == 6
    assert found["sha256"] == await asyncio.to_thread(folder_hash, tmp_path)


def test_check_ends_with_an_error_for_a_manifest_that_can_not_be(tmp_path: Path) -> None:
    command = [str(PROGRAM), "integration", "check", str(written(tmp_path, "host = []")), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "did you mean hosts?" in json.loads(done.stderr)["error"]["message"]
