"""What a household installs: the wheel, the locks, the start scripts, the containers."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PACKAGES = ("hub", "integrations", "web")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("homeostat-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    kept = {name for name in tracked.stdout.splitlines() if (ROOT / name).exists()}
    assert kept - inside == set()
    assert not {name for name in inside if name.startswith(("tests/", "benchmarks/", "script/"))}
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in inside}
    shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / "blueprints").rglob("*.yaml")}
    assert len(shipped) >= 18
    assert {name.removeprefix("hub/") for name in inside if name.startswith("hub/blueprints/")} == shipped
    look = "from hub.automation.shelf import shipped_folder as at; print(at(), sum(1 for _ in at().rglob('*.yaml')))"
    found = subprocess.check_output([sys.executable, "-c", look], cwd=tmp_path / "installed", text=True).split()
    assert found == [str(tmp_path / "installed" / "hub" / "blueprints" / "automation"), str(len(shipped))]


def test_the_archive_of_the_source_builds_the_same_wheel(tmp_path: Path) -> None:
    """Somebody packs the hub for a distribution: what the wheel takes from outside its packages is there too."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path], cwd=ROOT, check=True)
    (archive,) = tmp_path.glob("homeostat-*.tar.gz")
    with tarfile.open(archive) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    forced = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {
        file.relative_to(ROOT).as_posix() for one in forced["force-include"] for file in (ROOT / one).rglob("*.*")
    }
    assert wanted <= inside
    assert {"pyproject.toml", "README.md", "LICENSE", "hub/__init__.py"} <= inside


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    pins = [block for block in blocks if block.strip() and not block.startswith("#")]
    assert len(pins) == len(_pins(lock))
    assert [block.split()[0] for block in pins if "--hash=sha256:" not in block] == []


def test_the_developers_lock_holds_the_lock_of_the_hub() -> None:
    run, develop = (_pins(lock) for lock in LOCKS)
    assert run.items() <= develop.items()


def test_the_locks_are_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        re.split(r"[\[<>=;! ]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        for requirement in project["project"]["dependencies"] + project["dependency-groups"]["build"]
    }
    assert asked - _pins("requirements.lock").keys() == set()


def _fake_python(folder: Path, version: str, maxsize: int) -> Path:
    """An interpreter that says it is another one: the real one, with sys patched before the question is asked."""
    path = folder / "python"
    patch = f"import sys; sys.version_info = ({version.replace('.', ', ')}); sys.version = '{version}'"
    path.write_text(f"#!/bin/sh\nexec {sys.executable} -c \"{patch}; sys.maxsize = {maxsize}; exec('''$2''')\"\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("version", "maxsize", "complaint"),
    [("3.10.9", 2**63 - 1, "this is 3.10.9 64-bit"), ("3.11.2", 2**31 - 1, "this is 3.11.2 32-bit")],
)
def test_setup_refuses_an_old_or_32_bit_python_in_words(
    tmp_path: Path, version: str, maxsize: int, complaint: str
) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "script").mkdir(parents=True)
    for name in ("script/setup", "pyproject.toml", *LOCKS):
        (checkout / name).write_bytes((ROOT / name).read_bytes())
    (checkout / "script/setup").chmod(0o755)
    done = subprocess.run(
        [checkout / "script/setup", "--runtime"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(_fake_python(tmp_path, version, maxsize))},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Homeostat needs 64-bit Python 3.11 or newer" in done.stderr
    assert complaint in done.stderr
    assert "64-bit Raspberry Pi OS" in done.stderr
    assert not (checkout / ".venv").exists()


def _compose() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return compose


def test_compose_publishes_on_this_machine_only_and_holds_no_secret() -> None:
    services = _compose()["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if ":-127.0.0.1}:" not in port] == []
    secrets = {
        value
        for service in services.values()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key
    }
    assert secrets
    assert [value for value in secrets if not re.fullmatch(r"\$\{[A-Z_]+:[-?][^}]*\}", value)] == []


def test_compose_starts_postgres_only_when_asked() -> None:
    services = _compose()["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["hub", "mosquitto"]
    assert services["postgres"]["profiles"] == ["postgres"]
