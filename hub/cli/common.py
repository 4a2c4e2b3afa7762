"""What subcommands share: the configuration folder, the way to the house, output, and errors as exit codes."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hub.errors import HubError, NotFound

if TYPE_CHECKING:
    from hub.console import House
    from hub.daemon import Settings

T = TypeVar("T")
FAILED = 1
"""Exit code when the hub says no or something fails; click uses 2 for a command line it can't read."""
INTERRUPTED = 130


@dataclass
class Session:
    """One call of `homeostat`; what every command is given."""

    config_dir: Path = Path("config")
    json: bool = False
    demo: bool = False
    may_make: bool = False
    """Whether the folder may be a new one; a list of nothing hides that its name was mistyped."""

    def settings(self) -> Settings:
        """Of the configuration folder. Raises ConfigInvalid."""
        from hub.config import load_settings
        from hub.console.reach import demo

        settings = load_settings(self.config_dir)
        return demo(settings) if self.demo else settings

    def ask(self, operation: str, **parameters: Any) -> Any:
        """Do one operation of the console."""
        return self.run(lambda house: house.call(operation, **parameters))

    def call(self, action: str, **parameters: Any) -> Any:
        """Call an action of the registry."""
        return self.ask("action.call", action=action, parameters=parameters)

    def run(self, work: Callable[[House], Awaitable[T]]) -> T:
        """Do work in the house; ends the program with exit code 1 when it is refused."""

        async def whole() -> T:
            from hub.console import reach

            async with reach(await self._meant()) as house:
                return await work(house)

        with self.failing():
            return asyncio.run(whole())

    async def _meant(self) -> Settings:
        """The demo household is meant when it runs and there is no household of one's own."""
        if not self.may_make and not self.config_dir.is_dir():
            raise NotFound(
                f"there is no folder {self.config_dir.absolute()}; name the one with your household by --config, "
                "or make it with `homeostat setup`"
            )
        from hub.config import ConfigFlaws
        from hub.console.client import connect
        from hub.console.reach import demo
        from hub.daemon import Settings

        try:
            settings = self.settings()
        except ConfigFlaws as error:
            # A hub that runs goes on with what it read when it started.
            remote = await connect(error.data_dir) if error.data_dir is not None and not self.demo else None
            if remote is None or error.data_dir is None:
                raise
            await remote.close()
            return Settings(data_dir=error.data_dir)
        demo_settings = demo(settings)
        if not self.demo and not settings.database_url and not (settings.data_dir / "homeostat.db").exists():
            remote = await connect(demo_settings.data_dir)
            if remote is not None:
                await remote.close()
                self.note("(the demo household, which is running)")
                return demo_settings
        return settings

    def show(self, data: Any, text: str | Iterable[str]) -> None:
        """The result on standard output: `data` as JSON when asked for, else the text."""
        if self.json:
            click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
            return
        for line in [text] if isinstance(text, str) else text:
            click.echo(line)

    def note(self, text: str) -> None:
        """Something for a person to read beside the result."""
        click.echo(text, err=True)

    def progress(self, fraction: float | None, text: str) -> None:
        """How far long work is; overwritten in place on a terminal, left out elsewhere."""
        if sys.stderr.isatty():
            share = f"{fraction * 100:3.0f} %  " if fraction is not None else ""
            click.echo(f"\r\x1b[K{share}{text}", nl=False, err=True)

    def progress_done(self) -> None:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """What the hub refuses becomes a line on stderr (JSON when asked for) and exit code 1."""
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            yield
        except HubError as error:
            self.refuse(str(error), type(error).__name__)
        except OSError as error:
            self.refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error), "OSError")
        except KeyboardInterrupt:
            self.note("stopped")
            sys.exit(INTERRUPTED)

    def refuse(self, message: str, kind: str = "Refused") -> None:
        """Ends the program with exit code 1."""
        if self.json:
            click.echo(json.dumps({"error": {"kind": kind, "message": message}}, ensure_ascii=False), err=True)
        else:
            click.echo("\n".join(f"homeostat: {line}" for line in message.splitlines() or [kind]), err=True)
        sys.exit(FAILED)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        setattr(ctx.ensure_object(Session), name, value)
        return value

    return keep


_config = click.option(
    "--config",
    "config_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("config"),
    envvar="HOMEOSTAT_CONFIG",
    show_default=True,
    expose_value=False,
    callback=_keep("config_dir"),
    help="Folder with hub.yaml.",
)
_json = click.option(
    "--json", "json_", is_flag=True, expose_value=False, callback=_keep("json"), help="Answer in JSON, errors too."
)
_demo = click.option(
    "--demo", is_flag=True, expose_value=False, callback=_keep("demo"), help="The demo household, not your own."
)
F = TypeVar("F", bound=Callable[..., Any])


def options(command: F) -> F:
    """`--config`, `--json` and `--demo`, which every command has; they end up in the `Session`."""
    return _config(_json(_demo(command)))


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], empty: str) -> list[str]:
    """Aligned columns under their titles; `empty` says what to do when there is nothing."""
    if not rows:
        return [empty]
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max(len(one) for one in column) for column in zip(columns.values(), *cells, strict=True)]
    lines = [list(columns.values()), *cells]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if len(text) > 18 and text[4:5] == "-" and text[10:11] == "T":
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    return text
