"""`homeostat token`: what programs show instead of a password."""

from __future__ import annotations

import click

from hub.cli.common import Session, options, table

VERBS = ("view", "record", "act", "manage")


def listed(_: click.Context, __: click.Parameter, value: tuple[str, ...] | str) -> list[str]:
    parts = [value] if isinstance(value, str) else value
    return [word.strip() for part in parts for word in part.split(",") if word.strip()]


def verbs_of(ctx: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    verbs = listed(ctx, parameter, value.lower())
    for verb in verbs:
        if verb not in VERBS:
            raise click.BadParameter(f"{verb!r} is none of {', '.join(VERBS)}")
    if not verbs:
        raise click.BadParameter(f"name at least one of {', '.join(VERBS)}")
    return verbs


@click.group()
def token() -> None:
    """Create, list and revoke API tokens."""


@token.command("create")
@options
@click.option("--account", required=True, metavar="NAME", help="Whose token it is; it never reaches further.")
@click.option(
    "--person", "persons", multiple=True, callback=listed, metavar="PERSON",
    help="Only this person's data, or `household`; may be repeated.  [default: all that the account may]",
)  # fmt: skip
@click.option(
    "--verbs", default="view", show_default=True, callback=verbs_of, help="view, record, act, manage; with commas."
)
@click.option(
    "--metrics", "subjects", multiple=True, callback=listed, metavar="METRIC",
    help="Only these metrics or `journal:KIND`; with commas, may be repeated.  [default: all]",
)  # fmt: skip
@click.option(
    "--days", type=click.FloatRange(min=0, min_open=True), default=90, show_default=True,
    help="It ends after so many days.",
)  # fmt: skip
@click.option("--no-end", is_flag=True, help="It holds until it is revoked.")
@click.option("--label", default="", help="What it is for; shown in the list.")
@click.pass_obj
def token_create(
    session: Session,
    account: str,
    persons: list[str],
    verbs: list[str],
    subjects: list[str],
    days: float,
    no_end: bool,
    label: str,
) -> None:
    """Make a token and print it, this once; it works at once, also in a running hub.

    \b
    Example: homeostat token create --account anna --person anna --verbs view,record --label "Anna's phone"
    """
    lasts = None if no_end else days
    made = session.ask(
        "token.create", account=account, persons=persons, verbs=verbs, subjects=subjects, days=lasts, label=label
    )
    session.show(made, made["token"])


@token.command("list")
@options
@click.pass_obj
def token_list(session: Session) -> None:
    """List tokens; what they look like is not kept.

    \b
    Example: homeostat token list
    """
    tokens = session.ask("token.list")
    columns = {
        "id": "ID",
        "account": "ACCOUNT",
        "label": "LABEL",
        "persons": "PEOPLE",
        "verbs": "VERBS",
        "metrics": "METRICS",
        "expires_at": "ENDS",
        "last_used_at": "LAST USED",
    }
    session.show(tokens, table(tokens, columns, "No tokens yet; make one with `homeostat token create`."))


@token.command("revoke")
@options
@click.argument("token_id", metavar="ID")
@click.pass_obj
def token_revoke(session: Session, token_id: str) -> None:
    """End a token; open streams that use it are closed.

    \b
    Example: homeostat token revoke 3f1c9a2b7d5e
    """
    session.ask("token.revoke", token=token_id)
    session.show({"revoked": token_id}, f"{token_id} is revoked.")
