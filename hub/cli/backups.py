"""`homeostat backup`: encrypted backups. Each works beside a hub that runs, but for `restore`."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.backup_common import brought, identities_of, said, told
from hub.cli.backup_targets import target
from hub.cli.common import FAILED, Session, options, table
from hub.clock import RealClock
from hub.errors import Conflict
from hub.vault import Vault

if TYPE_CHECKING:
    from hub.backup.restore import Restored

_key = click.option(
    "--key", "key_file", metavar="FILE",
    help="The recovery key: a file with it, or - to read it from standard input.  [default: this household's]",
)  # fmt: skip
_keyring = click.option(
    "--keyring", type=click.Path(dir_okay=False, path_type=Path),
    help="The people's keys.  [default: keyring.age beside the backup]",
)  # fmt: skip
_file = click.argument("file")
"""A path, or what `backup list` names."""


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
            # Whoever writes what is printed into a file must not take this for the key.
            raise Conflict(text)
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
                settings.url,
                settings.data_dir,
                _config(session),
                folder,
                clock=RealClock(),
                progress=session.progress,
                vault=Vault.open(settings.data_dir, named=settings.vault_key),
            )
        )
        session.progress_done()
        for one in made.left_out:
            session.note(f"left out: {one}")
        data = {"file": str(made.path), "bytes": made.bytes, "rows": made.rows, "left_out": list(made.left_out)}
        session.show(data, f"{made.path} ({made.bytes / 1e6:,.1f} MB, {made.rows:,} rows)")


@backup.command("daily")
@options
@click.option("--now", is_flag=True, help="Make one, and try every target, whatever was before.")
@click.pass_obj
def backup_daily(session: Session, now: bool) -> None:
    """What a running hub does by itself: a backup if a day has passed, copies in every target, a trial restore a week.

    \b
    Example: homeostat backup daily
    """
    from hub.backup.shelf import daily

    os.nice(10)  # whatever the hub does at the same time comes first
    with session.failing():
        settings = session.settings()
        vault = Vault.open(settings.data_dir, named=settings.vault_key)
        done = asyncio.run(
            daily(
                settings.url, settings.data_dir, _config(session), clock=RealClock(), progress=session.progress,
                vault=vault, now=now,
            )
        )  # fmt: skip
        session.progress_done()
        problems = [*done.problems, *done.away.values()]
        made = done.made
        data = {"file": str(made.path) if made else None, "problems": problems, "away": done.away}
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
        columns = {
            "made_at": "MADE", "target": "TARGET", "size": "SIZE", "verified_at": "VERIFIED", "problem": "PROBLEM",
            "file": "FILE",
        }  # fmt: skip
        session.show(found, table(rows, columns, "No backups yet; begin with `homeostat backup key`."))


backup.add_command(target)


@backup.command("verify")
@options
@_key
@_keyring
@_file
@click.pass_obj
def backup_verify(session: Session, key_file: str | None, keyring: Path | None, file: str) -> None:
    """Restore a backup into a database of its own, compare every row with what was written, and throw it away.

    FILE is a path, or a backup in a target as `backup list` names it.

    \b
    Example: homeostat backup verify /media/stick/homeostat-20261120T020000Z-gs73u8r2.age
    """
    from hub.backup.notes import key_for, note
    from hub.backup.restore import verify
    from hub.errors import HubError

    with session.failing():
        settings, clock = session.settings(), RealClock()
        identities = identities_of(settings.data_dir, key_file)
        with brought(session, settings, file) as (path, target):
            key = key_for(target, path.name)
            try:
                done = asyncio.run(
                    verify(path, settings.data_dir, identities, keyring, clock=clock, progress=session.progress)
                )
            except HubError as error:
                session.progress_done()
                if path.is_file():
                    note(settings.data_dir, key, clock.now(), 0, str(error))
                raise
            session.progress_done()
            note(settings.data_dir, key, clock.now(), done.filled.rows)
            session.show(told(done), f"{path.name} is good: {said(done)}")


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
    file: str,
) -> None:  # fmt: skip
    """Go back to a backup. The hub must not be running; what is there now is put aside, not deleted.

    FILE is a path, or a backup in a target as `backup list` names it.

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
        identities = identities_of(settings.data_dir, key_file)
        config_dir = into.absolute() if into is not None else session.config_dir.absolute()
        data_dir = config_dir / "data" if into is not None else settings.data_dir
        url = f"sqlite+aiosqlite:///{data_dir / 'homeostat.db'}" if into is not None else settings.url
        if not yes and into is None:
            click.confirm(f"Put the data in {data_dir} aside and go back to {Path(file).name}?", abort=True, err=True)

        async def work(path: Path) -> Restored:
            sole = Sole(url, data_dir, clock)
            try:
                await sole.take()
                settings_dir = None if data_only else config_dir
                return await restore(
                    path, url, data_dir, settings_dir, identities, keyring, clock=clock, progress=session.progress
                )
            finally:
                await sole.release()

        lock = DataLock.take(data_dir, COMMAND)
        try:
            with brought(session, settings, file) as (path, _):
                done = asyncio.run(work(path))
        except BaseException:
            if into is not None and not (data_dir / "homeostat.db").exists():
                _leave_nothing(into, data_dir)
            raise
        finally:
            session.progress_done()
            lock.release()
        kept = f"What was there before is kept: {done.aside}"
        last = kept if into is None else f"Start the hub on it by `homeostat run --config {into}`."
        text = [f"Restored: {said(done)}", "Everyone signs in anew.", last]
        session.show({**told(done), "kept": done.aside if into is None else None}, text)


def _leave_nothing(into: Path, data_dir: Path) -> None:
    """Take away what a refused restore made in its new folder, so that the next one may go there."""
    import shutil

    shutil.rmtree(data_dir, ignore_errors=True)
    with suppress(OSError):
        into.rmdir()


def _config(session: Session) -> Path | None:
    folder = session.config_dir.absolute()
    return folder if folder.is_dir() and not session.demo else None
