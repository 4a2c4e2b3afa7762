"""`homeostat account`, `grant` and `audit`: who may sign in, who may do what, and who did."""

from __future__ import annotations

import sys
from typing import Any

import click

from hub.cli import inviting
from hub.cli.common import FAILED, Session, options, table
from hub.cli.tokens import listed, verbs_of

ROLES = inviting.ROLES
_GRANTS = {
    "id": "ID", "account": "ACCOUNT", "person": "PERSON", "verbs": "VERBS", "metrics": "METRICS", "until": "UNTIL",
    "by": "BY", "agreed": "AGREED",
}  # fmt: skip


@click.group()
def account() -> None:
    """Add, invite, list, disable and remove accounts: who may sign in."""


@account.command("add")
@options
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it may do by itself.")
@click.option("--person", metavar="PERSON", help="The person who it is, where they are one of the household.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def account_add(session: Session, name: str, role: str, person: str | None, password_stdin: bool) -> None:
    """Let somebody sign in; prints the account's name.

    \b
    Example: echo "$PASSWORD" | homeostat account add Ben --role adult --person ben --password-stdin
    """
    password = password_typed(from_stdin=password_stdin)
    made = session.ask("account.add", name=name, role=role, password=password, person=person)
    session.show(made, made["account"])


def password_typed(*, from_stdin: bool) -> str:
    """A new password, asked for twice at a terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password at; pipe it in, with --password-stdin.")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


@account.command("list")
@options
@click.pass_obj
def account_list(session: Session) -> None:
    """List accounts.

    \b
    Example: homeostat account list
    """
    accounts = session.ask("account.list")
    columns = {"account": "ACCOUNT", "name": "NAME", "role": "ROLE", "person": "PERSON", "disabled": "DISABLED"}
    session.show(accounts, table(accounts, columns, "No accounts yet; run `homeostat setup`."))


@account.command("change")
@options
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), help="Its new role.")
@click.option("--person", metavar="PERSON", help="The person who it is.")
@click.pass_obj
def account_change(session: Session, name: str, role: str | None, person: str | None) -> None:
    """Change an account's role or person; holds at once, also on open pages.

    \b
    Example: homeostat account change ben --role owner
    """
    fields = {key: value for key, value in (("role", role), ("person", person)) if value is not None}
    if not fields:
        raise click.UsageError("Name what to change: --role or --person.")
    changed = session.ask("account.change", name=name, **fields)
    session.show(changed, f"{changed['account']} is changed.")


@account.command("disable")
@options
@click.argument("name")
@click.pass_obj
def account_disable(session: Session, name: str) -> None:
    """End an account's sessions and let it in no more; nothing is removed.

    \b
    Example: homeostat account disable ben
    """
    changed = session.ask("account.change", name=name, disabled=True)
    session.show(changed, f"{changed['account']} is disabled.")


@account.command("enable")
@options
@click.argument("name")
@click.pass_obj
def account_enable(session: Session, name: str) -> None:
    """Let a disabled account sign in again.

    \b
    Example: homeostat account enable ben
    """
    changed = session.ask("account.change", name=name, disabled=False)
    session.show(changed, f"{changed['account']} is enabled.")


@account.command("remove")
@options
@click.argument("name")
@click.pass_obj
def account_remove(session: Session, name: str) -> None:
    """Remove an account with its grants, tokens and sessions; the person's data stays.

    \b
    Example: homeostat account remove ben
    """
    session.ask("account.remove", name=name)
    session.show({"removed": name}, f"{name} is removed.")


@click.group()
def grant() -> None:
    """Say what else an account may do, with whose data, until when."""


@grant.command("add")
@options
@click.option("--account", required=True, metavar="NAME", help="Who may.")
@click.option("--person", required=True, metavar="PERSON", help="Whose data: a person, `household`, or `*` for all.")
@click.option("--verbs", default="view", show_default=True, callback=verbs_of, help="view, record, act, manage.")
@click.option(
    "--metrics", "subjects", multiple=True, callback=listed, metavar="METRIC",
    help="Only these metrics or `journal:KIND`; with commas, may be repeated.  [default: all]",
)  # fmt: skip
@click.option("--until", default="", help="2h, 3d, tonight (03:00), or ISO 8601 in the person's time zone.")
@click.pass_obj
def grant_add(session: Session, account: str, person: str, verbs: list[str], subjects: list[str], until: str) -> None:
    """Let an account do something; holds at once and ends by itself. Prints the grant's id.

    \b
    Example: homeostat grant add --account sitter --person mia --verbs view,record --until tonight
    """
    made = session.ask("grant.add", account=account, person=person, verbs=verbs, subjects=subjects, until=until)
    session.show(made, made["id"])


@grant.command("list")
@options
@click.option("--account", metavar="NAME", help="Only what this account may.")
@click.option("--person", metavar="PERSON", help="Only what is about this person.")
@click.pass_obj
def grant_list(session: Session, account: str | None, person: str | None) -> None:
    """List grants that hold.

    \b
    Example: homeostat grant list --person mia
    """
    grants = session.ask("grant.list", account=account, person=person)
    session.show(grants, table(grants, _GRANTS, "No grants; accounts may do what their roles say."))


@grant.command("revoke")
@options
@click.argument("grant_id", metavar="[ID]", required=False)
@click.option("--account", metavar="NAME", help="All grants of this account.")
@click.option("--person", metavar="PERSON", help="Only those about this person.")
@click.pass_obj
def grant_revoke(session: Session, grant_id: str | None, account: str | None, person: str | None) -> None:
    """Withdraw a grant by its id, or those of an account or about a person; open pages lose it within a second.

    \b
    Example: homeostat grant revoke --account sitter --person mia
    """
    if (grant_id is None) == (account is None and person is None):
        raise click.UsageError("Name the ID of a grant, or --account, --person or both.")
    gone = session.ask("grant.revoke", grant=grant_id, account=account, person=person)
    session.show(gone, [f"{one['account']} may no longer {', '.join(one['verbs'])} {one['person']}." for one in gone])


for command in (inviting.invite, inviting.invitations, inviting.uninvite, inviting.link, inviting.unlink,
                inviting.identities):  # fmt: skip
    account.add_command(command)
for command in (inviting.requests, inviting.give, inviting.dismiss, inviting.consent):
    grant.add_command(command)


@click.group()
def audit() -> None:
    """Read and check the audit trail: who did what."""


@audit.command("verify")
@options
@click.option("--accept", is_flag=True, help="You know why the trail was cut short: a backup was restored.")
@click.pass_obj
def audit_verify(session: Session, accept: bool) -> None:
    """Check that no line was changed, removed or put between; exit code 1 when one was.

    \b
    Example: homeostat audit verify
    """
    found: dict[str, Any] = session.ask("audit.verify", accept=accept)
    session.show(found, f"{'Sound' if found['sound'] else 'NOT SOUND'}: {found['message']}.")
    if not found["sound"]:
        sys.exit(FAILED)


@audit.command("tail")
@options
@click.option("--lines", "limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--account", metavar="NAME", help="Only what this account did.")
@click.option("--action", metavar="PREFIX", help="Only actions that begin so, such as sign-in or grant.")
@click.pass_obj
def audit_tail(session: Session, limit: int, account: str | None, action: str | None) -> None:
    """Show the latest lines, newest last. They tell who did what, never values.

    \b
    Example: homeostat audit tail --lines 20 --action sign-in
    """
    lines = session.ask("audit.tail", limit=limit, account=account, action=action)
    columns = {
        "line": "LINE", "at": "AT", "account": "ACCOUNT", "action": "ACTION", "person": "PERSON", "outcome": "OUTCOME",
        "detail": "DETAIL",
    }  # fmt: skip
    session.show(lines, table(lines, columns, "Nothing yet."))
