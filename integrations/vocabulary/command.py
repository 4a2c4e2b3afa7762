"""`homeostat metrics`: the table of metrics on the console."""

from __future__ import annotations

import click

from hub.api import Console
from integrations.vocabulary.metrics import METRICS


@click.command()
@click.argument("word", required=False, default="")
@click.pass_obj
def metrics(console: Console, word: str) -> None:
    """List what can be measured: key, unit and name of every metric, or of those that WORD occurs in.

    \b
    Example: homeostat metrics glucose
    """
    wanted = word.casefold()
    found = [one for one in METRICS if wanted in f"{one.key} {one.name} {one.family.value}".casefold()]
    width = max((len(one.key) for one in found), default=0)
    console.show(
        [{"metric": one.key, "name": one.name, "unit": one.unit, "kind": one.kind.value} for one in found],
        [f"{one.key:<{width}}  {one.unit or '-':<12}  {one.name}" for one in found] or f"No metric speaks of {word!r}.",
    )
