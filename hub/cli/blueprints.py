"""`homeostat blueprint check FILE`: whether a blueprint loads, and whether it makes a sound automation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hub.cli.common import FAILED, Session, options


@click.group()
@options
def blueprint() -> None:
    """Check automation blueprints, also Home Assistant's."""


@blueprint.command("check")
@options
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--inputs", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: input -> value.")
@click.pass_obj
def check(session: Session, file: Path, inputs: Path | None) -> None:
    """Check a blueprint, and the automation made of it with inputs.

    \b
    Example: homeostat blueprint check motion_light.yaml --inputs inputs.json --json
    """
    from hub.automation.check import check_blueprint

    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.BadParameter(f"{file} is no text in UTF-8.", param_hint="FILE") from None
    found = check_blueprint(text, _inputs(inputs))
    errors = [str(one) for one in found.flaws]
    session.show({"loads": found.loads, "valid": found.valid, "errors": errors}, _told(found.loads, errors))
    if not found.valid:
        raise SystemExit(FAILED)


def _inputs(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        value = json.loads(file.read_bytes())
    except (ValueError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file} is no JSON: {error}", param_hint="--inputs") from None
    if not isinstance(value, dict):
        raise click.BadParameter(f"{file} has no object with the inputs by name.", param_hint="--inputs")
    return value


def _told(loads: bool, errors: list[str]) -> str:
    if not errors:
        return "The blueprint loads, and with these inputs makes a sound automation."
    head = "The blueprint loads, but with these inputs makes no sound automation:" if loads else "This does not load:"
    return "\n".join([head, *(f"  {one}" for one in errors)])
