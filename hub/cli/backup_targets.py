"""`homeostat backup target`: where backups go beside the hub's own disk."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from hub.cli.common import Session, options, table
from hub.clock import RealClock
from hub.vault import Vault

_COLUMNS = {
    "id": "ID", "kind": "KIND", "where": "WHERE", "keep": "KEEP", "success_at": "LAST SUCCESS", "problem": "PROBLEM",
}  # fmt: skip


@click.group("target")
def target() -> None:
    """Add, list, test and remove places that get every backup: folders, S3 and WebDAV."""


@target.command("add")
@options
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--s3", is_flag=True, help="A bucket of Amazon S3, or of a server that speaks like it.")
@click.option("--webdav", is_flag=True, help="A folder of Nextcloud, ownCloud or another WebDAV server.")
@click.option("--name", help="What it is called.  [default: by where it is]")
@click.option("--url", help="Address of the WebDAV folder, or of the S3 server.  [default for S3: Amazon's]")
@click.option("--user", help="User name, or access key.")
@click.option("--secret-stdin", is_flag=True, help="Read the password or the secret key from standard input.")
@click.option("--bucket", help="S3: the bucket, which has to be there.")
@click.option("--prefix", help="S3: a folder within the bucket.")
@click.option("--region", help="S3: the bucket's region.  [default: us-east-1]")
@click.option("--virtual-host", is_flag=True, help="S3: the bucket is part of the host's name.")
@click.option("--keep", metavar="D,W,M", help="Of how many days, weeks and months a backup stays.  [default: 7,4,12]")
@click.option("--no-verify", is_flag=True, help="Don't fetch one from there each week to restore it on trial.")
@click.option("--untested", is_flag=True, help="Don't try it first.")
@click.pass_obj
def target_add(
    session: Session, /, folder: Path | None, s3: bool, webdav: bool, secret_stdin: bool, virtual_host: bool,
    keep: str | None, no_verify: bool, untested: bool, **given: str | None,
) -> None:  # fmt: skip
    """Add a place: FOLDER, or --s3 or --webdav with an address. It is tried before it is kept.

    \b
    Example: homeostat backup target add /media/stick
    """
    from hub.backup.deliver import test
    from hub.backup.targets import Book
    from hub.backup.targets.book import drafted

    if (folder is not None) + s3 + webdav != 1:
        raise click.UsageError("name a folder, or say --s3 or --webdav")
    with session.failing():
        settings = session.settings()
        vault = Vault.open(settings.data_dir, named=settings.vault_key)
        wished: dict[str, Any] = {**given, "kind": "s3" if s3 else "webdav" if webdav else "folder"}
        if folder is not None:
            wished["folder"] = str(folder.absolute())
        if keep:
            wished |= dict(zip(("days", "weeks", "months"), keep.split(","), strict=False))
        if secret_stdin:
            wished["secret"] = sys.stdin.readline().rstrip("\r\n")
        elif given["user"]:
            wished["secret"] = click.prompt("Password or secret key", hide_input=True, err=True)
        if s3:
            # Amazon itself knows its buckets by their hosts' names.
            wished["path_style"] = bool(given["url"]) and not virtual_host
        wished["verify"] = not no_verify
        book = Book(settings.data_dir)
        spec = drafted(book, wished, vault)
        if not untested:
            asyncio.run(test(spec, vault, settings.data_dir, RealClock()))
        book.put(spec)
        session.show(spec.shown(), f"{spec.id}: {spec.where}")


@target.command("list")
@options
@click.pass_obj
def target_list(session: Session) -> None:
    """List targets, and when each took a backup last.

    \b
    Example: homeostat backup target list
    """
    from hub.backup.notes import Doing, doings
    from hub.backup.targets import Book

    with session.failing():
        data_dir = session.settings().data_dir
        known = doings(data_dir)
        rows = []
        for spec in Book(data_dir).all():
            doing = known.get(spec.id, Doing())
            told = {"success_at": doing.success_at or None, "problem": doing.problem or None}
            rows.append({**spec.shown(), "keep": f"{spec.days},{spec.weeks},{spec.months}", **told})
        session.show(rows, table(rows, _COLUMNS, ""))


@target.command("test")
@options
@click.argument("name", metavar="TARGET")
@click.pass_obj
def target_test(session: Session, name: str) -> None:
    """Write, read and delete a small file there, and list the backups.

    \b
    Example: homeostat backup target test stick
    """
    from hub.backup.deliver import test
    from hub.backup.targets import Book

    with session.failing():
        settings = session.settings()
        vault = Vault.open(settings.data_dir, named=settings.vault_key)
        spec = Book(settings.data_dir).find(name)
        found = asyncio.run(test(spec, vault, settings.data_dir, RealClock()))
        data = {"target": spec.id, "works": True, "backups": [one.name for one in found]}
        session.show(data, f"{spec.id} works; {len(found)} backups are there.")


@target.command("remove")
@options
@click.argument("name", metavar="TARGET")
@click.pass_obj
def target_remove(session: Session, name: str) -> None:
    """No further backups go there; those that are there stay.

    \b
    Example: homeostat backup target remove stick
    """
    from hub.backup.targets import Book

    with session.failing():
        gone = Book(session.settings().data_dir).remove(name)
        session.show(gone.shown(), f"{gone.id} gets no further backups; what lies there stays.")
