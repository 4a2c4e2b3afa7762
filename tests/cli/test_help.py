"""What commands say of themselves, and what the documentation says of them."""

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hub.cli import main
from tests.support.zygote import PROGRAM

ROOT = Path(__file__).parents[2]


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    context = click.Context(group)
    names = [*group.list_commands(context), *(["metrics"] if group is main else [])]
    for name in names:
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, (*words, name))
        else:
            yield (*words, name), found


ALL = dict(commands(main))


def options_of(command: click.Command) -> set[str]:
    return {word for one in command.params for word in one.opts if word.startswith("--")}


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_has_help_with_an_example_that_is_right(words: tuple[str, ...]) -> None:
    command = ALL[words]
    assert {"--config", "--json"} <= options_of(command)
    text = command.help or ""
    example = text.partition("Example:")[2]
    assert f"homeostat {' '.join(words)}" in example
    assert set(re.findall(r"--[a-z-]+", example)) <= options_of(command)
    assert command.get_short_help_str()


def test_every_command_is_in_the_documentation_and_every_example_there_can_be_called() -> None:
    text = (ROOT / "docs/cli.md").read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    shown: set[tuple[str, ...]] = set()
    for line in lines:
        called = shlex.split(line.partition("homeostat ")[2])
        words = next(words for words in sorted(ALL, key=len, reverse=True) if tuple(called[: len(words)]) == words)
        assert {word for word in called if word.startswith("--")} <= options_of(ALL[words]), line
        shown.add(words)
    assert set(ALL) - shown == set()


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from hub.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'asyncio', 'pydantic', 'sqlalchemy', 'aiohttp', 'yaml', 'jinja2'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    assert "metrics" in done.stdout


def test_a_command_that_asks_a_hub_does_not_import_the_whole_of_it() -> None:
    script = (
        "import sys; import hub.cli.tokens, hub.config, hub.console, hub.console.client\n"
        "print(sorted({'sqlalchemy', 'aiohttp', 'pluggy', 'argon2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_comes_in_a_moment() -> None:
    def least(*command: str) -> float:
        times: list[float] = []
        for _ in range(5):
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - began)
        return min(times)

    # Against Python itself, so that a busy machine counts on both sides.
    assert least(str(PROGRAM), "--help") < 0.15 + 2 * least(sys.executable, "-c", "pass")


def test_a_word_that_is_nearly_a_command_is_answered_with_it() -> None:
    done = subprocess.run([PROGRAM, "docter"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean 'doctor'?" in done.stderr
    assert done.stdout == ""


def test_a_command_of_an_integration_is_called_like_any_other() -> None:
    done = subprocess.run([PROGRAM, "metrics", "glucose", "--json"], capture_output=True, text=True, check=True)
    found = {one["metric"]: one["unit"] for one in json.loads(done.stdout)}
    assert found["blood_glucose"] == "mg/dL"
    assert "weight" not in found


def test_version_is_told() -> None:
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"homeostat, version \d+\.\d+\.\d+\S*\n", done.stdout)
