"""`homeostat backup`: encrypted backups. Each works beside a hub that runs, but for `restore`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import FAILED, Session, options, table
from hub.clock import RealClock

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

    from hub.backup.restore import Restored

_key = click.option(
    "--key", "key_file", metavar="FILE",
    help="The recovery key: a file with it, or - to read it from standard input.  [default: this household's]",
)  # fmt: skip
_keyring = click.option(
    "--keyring", type=click.Path(dir_okay=False, path_type=Path),
    help="The people's keys.  [default: keyring.age beside the backup]",
)  # fmt: skip
_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def backup() -> None:
    """Make, verify and restore encrypted backups."""


@backup.command("key")
@options
@click.option("--show", is_flag=True, help="Print the secret key again.")
@click.option("--renew", is_flag=True, help="Make a new one; earlier backups still open with the earlier one.")
@click.pass_obj
def backup_key(session: Session, show: bool, renew: bool) -> None:
    """Make the recovery key and print it, to be kept away from this machine. From then on the hub backs up daily.

    \b
    Example: homeostat backup key > recovery.txt
    """
    from hub.backup.keys import Keys
    from hub.backup.sheet import sheet

    with session.failing():
        keys, now = Keys(session.settings().data_dir), RealClock().now()
        known = keys.identities()
        if known and not renew and not show:
            public = str(known[0].to_public())
            text = (
                f"There is a recovery key already (its public half: {public}); --show prints it, --renew makes another."
            )
            session.show({"public_key": public, "made": False}, text)
            return
        made = renew or not known
        identity = keys.make(now) if made else known[0]
        data = {"public_key": str(identity.to_public()), "recovery_key": str(identity), "made": made}
        session.show(data, sheet(identity, now))


@backup.command("create")
@options
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Folder.  [default: data/backups/sealed]")
@click.pass_obj
def backup_create(session: Session, to: Path | None) -> None:
    """Make a backup now: one file, encrypted to the recovery key; the hub goes on meanwhile.

    \b
    Example: homeostat backup create --to /media/stick
    """
    from hub.backup.create import create
    from hub.backup.keys import Keys

    with session.failing():
        settings = session.settings()
        folder = to.absolute() if to is not None else Keys(settings.data_dir).own_target
        made = asyncio.run(
            create(
                settings.url, settings.data_dir, _config(session), folder, clock=RealClock(), progress=session.progress
            )
        )
        session.progress_done()
        for one in made.left_out:
            session.note(f"left out: {one}")
        data = {"file": str(made.path), "bytes": made.bytes, "rows": made.rows, "left_out": list(made.left_out)}
        session.show(data, f"{made.path} ({made.bytes / 1e6:,.1f} MB, {made.rows:,} rows)")


@backup.command("daily")
@options
@click.pass_obj
def backup_daily(session: Session) -> None:
    """What a running hub does by itself: a backup if a day has passed, copies in every target, a trial restore a week.

    \b
    Example: homeostat backup daily
    """
    from hub.backup.shelf import daily

    os.nice(10)  # whatever the hub does at the same time comes first
    with session.failing():
        settings = session.settings()
        made, problems = asyncio.run(
            daily(settings.url, settings.data_dir, _config(session), clock=RealClock(), progress=session.progress)
        )
        session.progress_done()
        data = {"file": str(made.path) if made else None, "problems": problems}
        session.show(data, str(made.path) if made else "The newest backup is not a day old.")
        for problem in problems:
            session.note(f"homeostat: {problem}")
        if problems:
            sys.exit(FAILED)


@backup.command("list")
@options
@click.pass_obj
def backup_list(session: Session) -> None:
    """List backups in every target, and when each was last restored on trial.

    \b
    Example: homeostat backup list
    """
    from hub.backup.shelf import listed

    with session.failing():
        found = listed(session.settings().data_dir)
        rows = [{**one, "size": f"{one['bytes'] / 1e6:,.1f} MB"} for one in found]
        columns = {"made_at": "MADE", "size": "SIZE", "verified_at": "VERIFIED", "problem": "PROBLEM", "file": "FILE"}
        session.show(found, table(rows, columns, "No backups yet; begin with `homeostat backup key`."))


@backup.command("target")
@options
@click.argument("what", type=click.Choice(["list", "add", "remove"]))
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def backup_target(session: Session, what: str, folder: Path | None) -> None:
    """Folders that get every daily backup beside the data folder's own: a stick, a share of another machine.

    \b
    Example: homeostat backup target add /media/stick
    """
    from hub.backup.keys import Keys

    if (what == "list") != (folder is None):
        raise click.UsageError("name a folder to add or to remove, and none to list")
    with session.failing():
        keys = Keys(session.settings().data_dir)
        known = keys.targets()
        if folder is not None:
            folder = folder.absolute()
            if what == "add" and not folder.is_dir():
                session.refuse(f"there is no folder {folder}; is the disk plugged in?")
            if what == "remove" and folder not in known[1:]:
                session.refuse(f"{folder} is no target; `homeostat backup target list` names them")
            others = [one for one in known if one != folder]
            keys.set_targets([*others, folder] if what == "add" else others)
        rows = [{"folder": str(one), "reachable": one.is_dir()} for one in keys.targets()]
        session.show(rows, table(rows, {"folder": "FOLDER", "reachable": "REACHABLE"}, ""))


@backup.command("verify")
@options
@_key
@_keyring
@_file
@click.pass_obj
def backup_verify(session: Session, key_file: str | None, keyring: Path | None, file: Path) -> None:
    """Restore a backup into a database of its own, compare every row with what was written, and throw it away.

    \b
    Example: homeostat backup verify /media/stick/homeostat-20261120T020000Z-gs73u8r2.age
    """
    from hub.backup.restore import note, verify
    from hub.errors import HubError

    with session.failing():
        settings, clock = session.settings(), RealClock()
        identities = _identities(settings.data_dir, key_file)
        try:
            done = asyncio.run(
                verify(file, settings.data_dir, identities, keyring, clock=clock, progress=session.progress)
            )
        except HubError as error:
            session.progress_done()
            if file.is_file():
                note(settings.data_dir, file, clock, None, str(error))
            raise
        session.progress_done()
        note(settings.data_dir, file, clock, done)
        session.show(_told(done), f"{file.name} is good: {_said(done)}")


@backup.command("restore")
@options
@_key
@_keyring
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path),
    help="A new folder, for settings and data; what is there now is not touched.",
)  # fmt: skip
@click.option("--data-only", is_flag=True, help="Leave hub.yaml and the other settings as they are.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@_file
@click.pass_obj
def backup_restore(
    session: Session, key_file: str | None, keyring: Path | None, into: Path | None, data_only: bool, yes: bool,
    file: Path,
) -> None:  # fmt: skip
    """Go back to a backup. The hub must not be running; what is there now is put aside, not deleted.

    \b
    Example: homeostat backup restore homeostat-20261120T020000Z-gs73u8r2.age --key recovery.txt
    """
    from hub.backup.restore import restore
    from hub.daemon.lock import COMMAND, DataLock
    from hub.daemon.sole import Sole

    with session.failing():
        if into is not None and into.exists() and (not into.is_dir() or any(into.iterdir())):
            session.refuse(f"{into} is not empty; name a new folder")
        settings, clock = session.settings(), RealClock()
        identities = _identities(settings.data_dir, key_file)
        config_dir = into.absolute() if into is not None else session.config_dir.absolute()
        data_dir = config_dir / "data" if into is not None else settings.data_dir
        url = f"sqlite+aiosqlite:///{data_dir / 'homeostat.db'}" if into is not None else settings.url
        if not yes and into is None:
            click.confirm(f"Put the data in {data_dir} aside and go back to {file.name}?", abort=True, err=True)

        async def work() -> Restored:
            sole = Sole(url, data_dir, clock)
            try:
                await sole.take()
                settings_dir = None if data_only else config_dir
                return await restore(
                    file, url, data_dir, settings_dir, identities, keyring, clock=clock, progress=session.progress
                )
            finally:
                await sole.release()

        lock = DataLock.take(data_dir, COMMAND)
        try:
            done = asyncio.run(work())
        finally:
            session.progress_done()
            lock.release()
        kept = f"What was there before is kept: {done.aside}"
        last = kept if into is None else f"Start the hub on it by `homeostat run --config {into}`."
        text = [f"Restored: {_said(done)}", "Everyone signs in anew.", last]
        session.show({**_told(done), "kept": done.aside if into is None else None}, text)


def _config(session: Session) -> Path | None:
    folder = session.config_dir.absolute()
    return folder if folder.is_dir() and not session.demo else None


def _identities(data_dir: Path, key_file: str | None) -> list[Identity]:
    from hub.backup.keys import Keys

    if key_file is None:
        return Keys(data_dir).identities()
    text = sys.stdin.read() if key_file == "-" else Path(key_file).read_text(errors="replace")
    return _found(text, "standard input" if key_file == "-" else key_file)


def _found(text: str, name: str) -> list[Identity]:
    """The recovery sheet as it was printed will do: the line with the key is taken."""
    from hub.backup.keys import read_identities

    lines = [line.strip() for line in text.splitlines() if line.strip().upper().startswith("AGE-SECRET-KEY-")]
    return read_identities("\n".join(lines) if lines else text.strip() or "nothing", name)


def _told(done: Restored) -> dict[str, Any]:
    manifest, filled = done.manifest, done.filled
    return {
        "made_at": manifest.created_at,
        "program": manifest.program,
        "rows": filled.rows,
        "people": filled.people,
        "erased": filled.erased,
        "files": len(manifest.files),
        "compared": filled.compared,
    }


def _said(done: Restored) -> str:
    filled = done.filled
    erased = f"; {filled.erased} erased stay erased" if filled.erased else ""
    how = "all compared" if filled.compared else "counted; an older version's tables can't be compared row by row"
    return f"{filled.rows:,} rows of the house and {filled.people} people, {how}{erased}."
