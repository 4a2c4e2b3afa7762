"""`homeostat export`, `import archive`: everything of a person or the household as one file."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.common import Session, options


@click.command()
@options
@click.option("--person", help="Whose data: a short name, or `household` for what belongs to everybody.")
@click.option("--household", "everybody", is_flag=True, help="Everybody's, and the household's own.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to make; not there yet."
)
@click.pass_obj
def export(session: Session, person: str | None, everybody: bool, out: Path) -> None:
    """Write everything that is kept of a person into one file, which another hub imports without loss.

    A zip of JSON lines and a CSV table. It holds health data and no secrets: keep it where only you can read it.

    \b
    Example: homeostat export --person anna --out anna.zip
    """
    if (person is None) == (not everybody):
        raise click.UsageError("Say --person NAME or --household, one of them.")
    to = str(out.absolute())
    done = session.run(lambda house: house.call("archive.export", to=to, person=person, on_progress=session.progress))
    session.progress_done()
    lines = done["lines"]
    text = (
        f"{to} ({done['bytes'] / 1e6:,.1f} MB): {lines['readings']:,} readings, {lines['journal']:,} journal entries."
    )
    session.show(done, text)


@click.command("archive")
@options
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--person-as", metavar="NEW", help="Keep the archive's one person under this name.")
@click.pass_obj
def bring(session: Session, file: Path, person_as: str | None) -> None:
    """Bring in what `homeostat export` wrote.

    The whole file is checked before anything is written; what is there already is not doubled.

    \b
    Example: homeostat import archive anna.zip
    """
    name = str(file.absolute())
    done = session.run(
        lambda house: house.call("archive.import", file=name, person_as=person_as, on_progress=session.progress)
    )
    session.progress_done()
    told = ", ".join(f"{count:,} {what}" for what, count in done["added"].items() if count) or "nothing new"
    session.show(done, f"{', '.join(done['persons']) or 'household'}: {told}; {done['there']:,} there already.")
