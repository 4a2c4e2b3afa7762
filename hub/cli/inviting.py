"""Invitations and identities under `homeostat account`, consent and requests under `homeostat grant`."""

from __future__ import annotations

import click

from hub.cli.common import Session, options, table
from hub.cli.tokens import listed, verbs_of

ROLES = ("owner", "adult", "caregiver", "coach", "family", "guest")


@click.command("invite")
@options
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do by themselves.")
@click.option("--person", metavar="PERSON", help="The person who they are, where they are one of the household.")
@click.option(
    "--grant", "persons", multiple=True, callback=listed, metavar="PERSON",
    help="Whose data they may see besides: a person, `household`, or `*`; with commas, may be repeated.",
)  # fmt: skip
@click.option("--verbs", default="view", show_default=True, callback=verbs_of, help="With --grant: view, record, act.")
@click.option(
    "--metrics", "subjects", multiple=True, callback=listed, metavar="METRIC",
    help="With --grant: only these metrics or `journal:KIND`.  [default: all]",
)  # fmt: skip
@click.option("--until", default="", help="With --grant: 2h, 3d, tonight (03:00), or ISO 8601.")
@click.option("--address", default="", metavar="URL", help="Where the hub is opened, for the link.")
@click.pass_obj
def invite(
    session: Session,
    name: str,
    role: str,
    person: str | None,
    persons: list[str],
    verbs: list[str],
    subjects: list[str],
    until: str,
    address: str,
) -> None:
    """Print a link that lets somebody choose a password and come in; it works once, for 48 hours.

    \b
    Example:
      homeostat account invite Sitter --role guest --grant mia --verbs view,record --until tonight
      homeostat account invite Mia --role family --person mia
    """
    if not persons and (subjects or until):
        raise click.UsageError("--metrics and --until say more of a --grant; name whose data it is about.")
    made = session.ask(
        "account.invite", name=name, role=role, person=person, persons=persons, verbs=verbs, subjects=subjects,
        until=until, address=address,
    )  # fmt: skip
    session.show(made, made["link"])
    if "//127.0.0.1" in made["link"] or "//localhost" in made["link"]:
        session.note("(this opens on this machine alone; --address says where others open the hub)")


@click.command("invitations")
@options
@click.pass_obj
def invitations(session: Session) -> None:
    """List invitations that nobody has accepted yet; their links are not kept.

    \b
    Example: homeostat account invitations
    """
    found = session.ask("account.invitations")
    columns = {"id": "ID", "account": "ACCOUNT", "role": "ROLE", "person": "PERSON", "expires_at": "UNTIL"}
    session.show(found, table(found, columns, "Nobody is invited; `homeostat account invite` makes a link."))


@click.command("uninvite")
@options
@click.argument("invitation", metavar="ID|NAME")
@click.pass_obj
def uninvite(session: Session, invitation: str) -> None:
    """Withdraw an invitation; its link opens nothing any more.

    \b
    Example: homeostat account uninvite sitter
    """
    gone = session.ask("account.uninvite", invitation=invitation)
    session.show(gone, f"The invitation of {invitation} is withdrawn.")


_issuer = click.option("--issuer", required=True, metavar="URL", help="The identity server, as it writes itself.")
_subject = click.option("--subject", required=True, metavar="SUB", help="Its own name for them: the token's `sub`.")


@click.command("link")
@options
@click.argument("name")
@_issuer
@_subject
@click.pass_obj
def link(session: Session, name: str, issuer: str, subject: str) -> None:
    """Say that somebody of an identity server (OpenID Connect) is this account; they can sign in so at once.

    \b
    Example: homeostat account link ben --issuer https://id.example.org --subject 248289761001
    """
    made = session.ask("account.link", account=name, issuer=issuer, subject=subject)
    session.show(made, f"{made['account']} can sign in as {subject} of {issuer}.")


@click.command("unlink")
@options
@click.argument("name")
@_issuer
@_subject
@click.pass_obj
def unlink(session: Session, name: str, issuer: str, subject: str) -> None:
    """Take a link back; nobody signs in by it any more.

    \b
    Example: homeostat account unlink ben --issuer https://id.example.org --subject 248289761001
    """
    gone = session.ask("account.unlink", account=name, issuer=issuer, subject=subject)
    session.show(gone, f"{gone['unlinked']} can no longer sign in by {issuer}.")


@click.command("identities")
@options
@click.option("--account", metavar="NAME", help="Only this account's.")
@click.pass_obj
def identities(session: Session, account: str | None) -> None:
    """List who is linked with whom at an identity server.

    \b
    Example: homeostat account identities
    """
    found = session.ask("account.identities", account=account)
    columns = {"account": "ACCOUNT", "issuer": "ISSUER", "subject": "SUBJECT", "name": "NAME", "linked_at": "LINKED"}
    session.show(found, table(found, columns, "Nobody is linked; see docs/accounts.md, OpenID Connect."))


@click.command("requests")
@options
@click.pass_obj
def requests(session: Session) -> None:
    """List the rights that somebody asked for.

    \b
    Example: homeostat grant requests
    """
    found = session.ask("grant.requests")
    columns = {"id": "ID", "account": "ACCOUNT", "verb": "VERB", "person": "PERSON", "metric": "METRIC", "at": "ASKED"}
    session.show(found, table(found, columns, "Nobody asks for anything."))


@click.command("give")
@options
@click.argument("request", metavar="ID")
@click.option("--until", default="", help="2h, 3d, tonight (03:00), or ISO 8601.  [default: for ever]")
@click.pass_obj
def give(session: Session, request: str, until: str) -> None:
    """Give what was asked for; prints the grant's id.

    \b
    Example: homeostat grant give 5f0c2b9d1e77 --until 1w
    """
    made = session.ask("grant.give", request=request, until=until)
    session.show(made, made["id"])


@click.command("dismiss")
@options
@click.argument("request", metavar="ID")
@click.pass_obj
def dismiss(session: Session, request: str) -> None:
    """Say no to what was asked for.

    \b
    Example: homeostat grant dismiss 5f0c2b9d1e77
    """
    gone = session.ask("grant.dismiss", request=request)
    session.show(gone, f"{request} is answered with no.")


@click.command("consent")
@options
@click.option("--wait/--no-wait", "wait", default=None, help="Whether a right gives nothing before they say yes.")
@click.pass_obj
def consent(session: Session, wait: bool | None) -> None:
    """Show or choose whether rights wait for the yes of the person they are about.

    \b
    Example: homeostat grant consent --wait
    """
    found = session.ask("grant.consent", wait=wait)
    said = "Rights wait for the yes of whom they are about." if found["wait"] else "Rights hold as soon as given."
    session.show(found, said)
