"""The last line of defence: what reaches a log file, whoever wrote it."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from hub import logs
from hub.errors import BadReading, NotReady
from hub.logs import LogSettings


@contextmanager
def logging_to(folder: Path, settings: LogSettings | None = None) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Log for a while; the callable ends it and gives the lines."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    end = logs.set_up(settings or LogSettings(), folder, None)

    def lines() -> list[dict[str, Any]]:
        end()
        return [json.loads(line) for line in (folder / "hub.log").read_text().splitlines()]

    try:
        yield lines
    finally:
        end()
        logging.captureWarnings(False)
        root.handlers, root.level = handlers, level


@pytest.mark.parametrize(
    "text",
    [
        "GET http://anna:canary-1@broker.local/x failed",
        "GET https://ns.example/api/v1/entries.json?count=1&token=canary-1&x=2",
        "wss://h/api?api_secret=canary-1",
        "url='http://h/?access_token=canary-1'",
        "Authorization: Bearer canary-1-canary-1-canary",
        "headers {'api-secret': 'canary-1', 'x': 1}",
        'body {"password": "canary-1"}',
        "POST password=canary-1&name=anna",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    told = logs.redact(text)
    assert "canary" not in told
    assert logs.HIDDEN in told


def test_what_is_harmless_stays_as_it_is() -> None:
    for text in (
        "connected to the broker at 127.0.0.1:1883",
        "token 3f1c9a2b was revoked; passwords are kept as digests",
        "GET https://api.open-meteo.com/v1/forecast?latitude=40.4&hourly=a,b answered 503",
        "basic settings, bearer of news",
    ):
        assert logs.redact(text) == text


def test_a_secret_that_is_known_is_hidden_wherever_it_stands(tmp_path: Path) -> None:
    logs.hide("blue-canary-7", "")
    with logging_to(tmp_path) as lines:
        logging.getLogger("a").warning("said %s and %s", "blue-canary-7", {"x": ["blue-canary-7"]})
        logging.getLogger("b").error("caught", exc_info=NotReady("no blue-canary-7 here"))
        text = json.dumps(lines())
    assert "canary" not in text
    assert text.count(logs.HIDDEN) == 3


def test_what_a_strangers_exception_says_is_named_and_not_quoted(tmp_path: Path) -> None:
    class Body(BaseModel):
        weight: int

    with logging_to(tmp_path) as lines:
        log = logging.getLogger("hub.test")
        try:
            float("71.2345 kg")
        except ValueError as error:
            log.exception("reading it failed: %s", error)
            try:
                raise RuntimeError("71.2345") from error
            except RuntimeError as other:
                log.error(other)
        try:
            Body.model_validate({"weight": "71.2345"})
        except ValidationError as error:
            log.warning("refused: %s", error, exc_info=True)
        log.warning("told: %s", NotReady("not reachable"))
        log.warning("refused: %s", BadReading("71.2345 is impossible"))
        log.info("odd %s %d", "arguments", "71.2345")
        found = lines()
    text = json.dumps(found)
    assert "71.2345" not in text
    assert found[0]["message"] == "reading it failed: ValueError"
    assert "test_logs.py" in found[0]["trace"]
    assert found[0]["trace"].endswith("ValueError")
    assert found[1]["message"] == "RuntimeError"
    assert found[2]["message"] == "refused: ValidationError"
    assert [one["message"] for one in found[3:5]] == ["told: not reachable", "refused: BadReading"]


def test_a_line_has_time_level_logger_and_entry(tmp_path: Path) -> None:
    with logging_to(tmp_path) as lines:
        logging.getLogger("integrations.mqtt").warning("went away", extra={"entry": "mqtt", logs.PRIVATE: "71.2345"})
        (line,) = lines()
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "warning", "logger": "integrations.mqtt", "message": "went away", "entry": "mqtt"}


def test_files_are_begun_anew_at_their_size_and_the_oldest_are_dropped(tmp_path: Path) -> None:
    with logging_to(tmp_path, LogSettings(size=10_000, keep=2)) as lines:
        for number in range(1_000):
            logging.getLogger("hub").warning("line %d %s", number, "x" * 50)
        last = lines()[-1]
    assert last["message"].startswith("line 999")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hub.log", "hub.log.1", "hub.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in tmp_path.iterdir())


def test_levels_hold_for_parts_and_libraries_are_quiet(tmp_path: Path) -> None:
    settings = LogSettings(level="info", levels={"hub.loud": "debug", "hub.still": "error"})
    with logging_to(tmp_path, settings) as lines:
        for name in ("hub.any", "hub.loud", "hub.loud.part", "hub.still", "sqlalchemy.engine"):
            logger = logging.getLogger(name)
            logger.debug("debug")
            logger.info("info")
            logger.warning("warning")
        found = [(line["logger"], line["level"]) for line in lines()]
    assert found == [
        ("hub.any", "info"), ("hub.any", "warning"),
        ("hub.loud", "debug"), ("hub.loud", "info"), ("hub.loud", "warning"),
        ("hub.loud.part", "debug"), ("hub.loud.part", "info"), ("hub.loud.part", "warning"),
        ("sqlalchemy.engine", "warning"),
    ]  # fmt: skip


def test_the_console_shows_lines_for_people(tmp_path: Path) -> None:
    console = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    end = logs.set_up(LogSettings(), None, console)
    logging.getLogger("hub.test").warning("the door is open")
    end()
    logging.captureWarnings(False)
    root.handlers, root.level = handlers, level
    assert console.getvalue().endswith(" WARNING hub.test: the door is open\n")
