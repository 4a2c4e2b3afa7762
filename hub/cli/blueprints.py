"""`homeostat blueprint`: whether one loads and makes a sound automation; the shelf that they lie on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli.common import FAILED, Session, options, table
from hub.cli.files import FILE, object_of, text_of


@click.group()
@options
def blueprint() -> None:
    """Check, bring, renew and use automation blueprints, also Home Assistant's."""


@blueprint.command("check")
@options
@click.argument("file", type=FILE)
@click.option("--inputs", metavar="FILE.json", help="JSON object: input -> value; a file, or the object itself.")
@click.pass_obj
def check(session: Session, file: Path, inputs: str | None) -> None:
    """Check a blueprint, and the automation made of it with inputs.

    \b
    Example: homeostat blueprint check motion_light.yaml --inputs inputs.json --json
    """
    from difflib import get_close_matches

    from hub.automation.check import Checked, check_blueprint
    from hub.automation.flaws import Flaw

    given = object_of(inputs)
    with session.failing():
        raw = file.read_bytes()
    try:
        found = check_blueprint(raw.decode("utf-8-sig"), given)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = Checked(False, False, (Flaw((), "this is no text in UTF-8.", "Save it as UTF-8.", line),))
    if found.blueprint is not None and not session.json:
        for one in set(given) - set(found.blueprint.inputs):
            near = get_close_matches(one, found.blueprint.inputs, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else "."
            session.note(f"input {one!r} is left out: the blueprint has none of that name{meant}")
    errors = [str(one) for one in found.flaws]
    session.show({"loads": found.loads, "valid": found.valid, "errors": errors}, _told(found.loads, errors))
    if not found.valid:
        raise SystemExit(FAILED)


@blueprint.command("list")
@options
@click.pass_obj
def list_all(session: Session) -> None:
    """List those that ship and those of your own.

    \b
    Example: homeostat blueprint list
    """
    rows = session.ask("blueprint.list")
    shown = [{**one, "uses": len(one["used_by"])} for one in rows]
    columns = {"path": "PATH", "name": "NAME", "origin": "FROM", "loads": "LOADS", "uses": "USED"}
    session.show(rows, table(shown, columns, "There are none yet; bring one with `homeostat blueprint import URL`."))


@blueprint.command("show")
@options
@click.argument("path")
@click.pass_obj
def show(session: Session, path: str) -> None:
    """Show what a blueprint asks for and what it does.

    \b
    Example: homeostat blueprint show homeostat/hydration.yaml
    """
    found = session.ask("blueprint.show", path=path)
    session.show(found, _shown(found))


@blueprint.command("import")
@options
@click.argument("what", metavar="URL|FILE")
@click.option("--path", default="", help="Keep it as this, like anna/night_light.yaml.")
@click.option("--replace", is_flag=True, help="Over one of yours that lies there.")
@click.pass_obj
def bring(session: Session, what: str, path: str, replace: bool) -> None:
    """Bring a blueprint: from a web page (GitHub, a gist, the forum, any address of its text) or a file.

    \b
    Example: homeostat blueprint import https://github.com/anna/blueprints/blob/main/night_light.yaml
    """
    given: dict[str, Any] = {"url": what}
    if "://" not in what:
        with session.failing():
            given = {"text": text_of(Path(what)), "path": path or f"own/{Path(what).stem}.yaml"}
    elif path:
        given["path"] = path
    found = session.ask("blueprint.import", replace=replace, **given)
    notes = "".join(f" {one}" for one in found["notes"])
    needed = found["inputs_needed"]
    asks = f"it asks for {needed} input{'s' * (needed != 1)}" if needed else "it needs no inputs"
    session.show(found, f"{found['name']} is kept as {found['path']}; {asks}.{notes}")


@blueprint.command("update")
@options
@click.argument("path", required=False)
@click.option("--all", "every", is_flag=True, help="All of yours that say where they came from.")
@click.option("--yes", is_flag=True, help="Keep what is newer; else it is only shown.")
@click.option("--anyway", is_flag=True, help="Also where automations would not work any more.")
@click.pass_obj
def update(session: Session, path: str | None, every: bool, yes: bool, anyway: bool) -> None:
    """Ask where a blueprint came from whether there is a newer one, and show what is new.

    The inputs of your automations stay as they are.

    \b
    Example: homeostat blueprint update anna/night_light.yaml --yes
    """
    if bool(path) == every:
        raise click.UsageError("Name a blueprint, or give --all.")
    paths = [path] if path else [one["path"] for one in session.ask("blueprint.list") if _renews(one)]
    found = [session.ask("blueprint.update", path=one, apply=yes, anyway=anyway) for one in paths]
    lines = [line for one in found for line in _update_told(one)]
    session.show(found if every else found[0], lines or ["None of yours says where it came from."])


@blueprint.command("remove")
@options
@click.argument("path")
@click.pass_obj
def remove(session: Session, path: str) -> None:
    """Remove one of your blueprints; refused while automations use it.

    \b
    Example: homeostat blueprint remove anna/night_light.yaml
    """
    found = session.ask("blueprint.remove", path=path)
    session.show(found, f"{found['path']} is removed.")


@blueprint.command("use")
@options
@click.argument("path")
@click.option("--inputs", metavar="FILE.json", help="JSON object: input -> value; a file, or the object itself.")
@click.option("--name", default="", help="What the automation is called; left out: as the blueprint.")
@click.pass_obj
def use(session: Session, path: str, inputs: str | None, name: str) -> None:
    """Make an automation of a blueprint.

    \b
    Example: homeostat blueprint use anna/night_light.yaml --inputs inputs.json --name "Night light upstairs"
    """
    made = session.ask("blueprint.use", path=path, inputs=object_of(inputs), name=name)
    session.show(made, f"{made['name']} is made (automation.{made['key']}) and {'on' if made['enabled'] else 'off'}.")


def _renews(one: dict[str, Any]) -> bool:
    return bool(one["origin"] == "own" and one["source_url"])


def _shown(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['name']} ({found['path']})", *(f"  {one}" for one in found["errors"])]
    if found["source_url"]:
        lines.append(f"From {found['source_url']}")
    if found["does"]:
        lines.append(f"Set off by: {', '.join(found['does']['triggers']) or 'nothing'}")
        lines.append(f"Calls: {', '.join(found['does']['actions']) or 'nothing by name'}")
        lines += found["does"]["warnings"]
    rows = [{**one, "kind": next(iter(one["selector"] or {"text": None}))} for one in found["inputs"]]
    columns = {"key": "INPUT", "kind": "KIND", "required": "NEEDED", "name": "NAME"}
    return [*lines, "", *table(rows, columns, "It asks for nothing.")]


def _update_told(one: dict[str, Any]) -> list[str]:
    if not one["newer"]:
        return [f"{one['path']}: nothing is new."]
    if not one["loads"]:
        return [f"{one['path']}: the newer one does not load and was left:", *(f"  {each}" for each in one["errors"])]
    lines = [f"{one['path']}: {'renewed' if one['applied'] else 'there is a newer one; --yes keeps it'}."]
    words = {"needed": "New and needed", "added": "New", "removed": "Gone", "changed": "Changed"}
    lines += [f"  {words[key]}: {', '.join(keys)}" for key, keys in one["inputs"].items() if keys]
    lines += [f"  {key} would not work: {flaws[0]}" for key, flaws in one["breaks"].items()]
    return lines if one["applied"] else [*lines, *one["diff"]]


def _told(loads: bool, errors: list[str]) -> str:
    if not errors:
        return "The blueprint loads, and with these inputs makes a sound automation."
    head = "The blueprint loads, but with these inputs makes no sound automation:" if loads else "This does not load:"
    return "\n".join([head, *(f"  {one}" for one in errors)])
