"""`homeostat script` and `homeostat scene`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli.common import Session, options, table
from hub.cli.files import FILE, text_of

_SCRIPTS = {"key": "SCRIPT", "name": "NAME", "fields": "FIELDS", "last": "LAST RUN", "flaws": "WRONG"}
_SCENES = {"key": "SCENE", "name": "NAME", "entities": "ENTITIES", "last": "LAST TIME", "flaws": "WRONG"}


@click.group()
@options
def script() -> None:
    """Add, list and run scripts: actions under a name."""


@script.command("list")
@options
@click.pass_obj
def list_scripts(session: Session) -> None:
    """List all scripts.

    \b
    Example: homeostat script list
    """
    found = session.ask("script.list")
    session.show(found, table(found, _SCRIPTS, "There are no scripts yet. `homeostat script add FILE` brings one."))


@script.command("add")
@options
@click.option("--key", help="Its name in `script.<key>`; left out: made from the alias.")
@click.argument("file", type=FILE)
@click.pass_obj
def add_script(session: Session, key: str | None, file: Path) -> None:
    """Add the script of a YAML file.

    \b
    Example: homeostat script add good_night.yaml
    """
    made = session.ask("script.add", text=text_of(file), key=key)
    session.show(made, f"script.{made['key']} is there.")


@script.command("show")
@options
@click.argument("key", metavar="SCRIPT")
@click.pass_obj
def show_script(session: Session, key: str) -> None:
    """Show a script as YAML.

    \b
    Example: homeostat script show good_night
    """
    found = session.ask("script.show", key=key)
    session.show(found, [*(f"# {flaw}" for flaw in found["flaws"]), found["yaml"].rstrip()])


@script.command("run")
@options
@click.argument("key", metavar="SCRIPT")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.pass_obj
def run_script(session: Session, key: str, fields: tuple[str, ...]) -> None:
    """Run a script to its end and show its answer.

    \b
    Example: homeostat script run good_night room=kitchen
    """
    answer = session.ask("script.run", key=key, variables=_pairs(fields))
    lines = [f"{name}: {value}" for name, value in answer.items()]
    session.show(answer, lines or f"{key} is done.")


@script.command("remove")
@options
@click.argument("key", metavar="SCRIPT")
@click.pass_obj
def remove_script(session: Session, key: str) -> None:
    """Remove a script.

    \b
    Example: homeostat script remove good_night
    """
    session.show(session.ask("script.remove", key=key), f"{key} is gone.")


@click.group()
@options
def scene() -> None:
    """Add, list and bring about scenes: states of some things."""


@scene.command("list")
@options
@click.pass_obj
def list_scenes(session: Session) -> None:
    """List all scenes.

    \b
    Example: homeostat scene list
    """
    found = session.ask("scene.list")
    session.show(
        found, table(found, _SCENES, "There are no scenes yet. `homeostat scene take NAME ENTITY...` makes one.")
    )


@scene.command("add")
@options
@click.option("--key", help="Its name in `scene.<key>`; left out: made from the name.")
@click.argument("file", type=FILE)
@click.pass_obj
def add_scene(session: Session, key: str | None, file: Path) -> None:
    """Add the scene of a YAML file.

    \b
    Example: homeostat scene add film.yaml
    """
    made = session.ask("scene.add", text=text_of(file), key=key)
    session.show(made, f"scene.{made['key']} is there.")


@scene.command("take")
@options
@click.argument("name")
@click.argument("entities", nargs=-1, required=True, metavar="ENTITY...")
@click.pass_obj
def take_scene(session: Session, name: str, entities: tuple[str, ...]) -> None:
    """Make a scene of how some entities are now.

    \b
    Example: homeostat scene take "Film night" light.lamp cover.blind
    """
    made = session.ask("scene.take", name=name, entities=list(entities))
    session.show(made, f"scene.{made['key']} is there.")


@scene.command("show")
@options
@click.argument("key", metavar="SCENE")
@click.pass_obj
def show_scene(session: Session, key: str) -> None:
    """Show a scene as YAML.

    \b
    Example: homeostat scene show film
    """
    found = session.ask("scene.show", key=key)
    session.show(found, [*(f"# {flaw}" for flaw in found["flaws"]), found["yaml"].rstrip()])


@scene.command("run")
@options
@click.argument("key", metavar="SCENE")
@click.pass_obj
def run_scene(session: Session, key: str) -> None:
    """Bring a scene about.

    \b
    Example: homeostat scene run film
    """
    answer: dict[str, Any] = session.ask("scene.run", key=key)
    session.show(answer, answer.get("warnings") or f"{key} is on.")


@scene.command("remove")
@options
@click.argument("key", metavar="SCENE")
@click.pass_obj
def remove_scene(session: Session, key: str) -> None:
    """Remove a scene.

    \b
    Example: homeostat scene remove film
    """
    session.show(session.ask("scene.remove", key=key), f"{key} is gone.")


def _pairs(fields: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in fields:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{one!r} is no FIELD=VALUE")
        found[name] = value
    return found
