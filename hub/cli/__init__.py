"""The `homeostat` command; each subcommand is imported only when it is called."""

from __future__ import annotations

import importlib
from typing import NamedTuple

import click


class Known(NamedTuple):
    where: str
    summary: str


COMMANDS = {
    "run": Known("hub.cli.run:run", "Run the hub until it is told to stop."),
    "check": Known("hub.cli.check:check", "Read the configuration and say what is wrong with it."),
    "setup": Known("hub.cli.people:setup", "Make the household, its owner and its people."),
    "person": Known("hub.cli.people:person", "Add and list people."),
    "account": Known("hub.cli.factors:account", "Add, list, disable and remove accounts."),
    "grant": Known("hub.cli.rights:grant", "Say what else an account may do, until when."),
    "token": Known("hub.cli.tokens:token", "Create, list and revoke API tokens."),
    "audit": Known("hub.cli.rights:audit", "Read and check the audit trail."),
    "entry": Known("hub.cli.entries:entry", "Add, list, remove and reload config entries."),
    "integration": Known("hub.cli.entries:integration", "List what can be configured."),
    "automation": Known("hub.cli.automations:automation", "Add, list, switch, run and explain automations."),
    "template": Known("hub.cli.automations:template", "Try templates."),
    "blueprint": Known(
        "hub.cli.blueprints:blueprint", "Check, bring, renew and use automation blueprints, also Home Assistant's."
    ),
    "script": Known("hub.cli.scripts:script", "Add, list and run scripts: actions under a name."),
    "scene": Known("hub.cli.scripts:scene", "Add, list and bring about scenes: states of some things."),
    "backtest": Known("hub.cli.backtest:backtest", "Try an automation on the past: when it would have run, and why."),
    "notify": Known("hub.cli.notify:notify", "Tell people, and set up the ways to them."),
    "export": Known("hub.cli.archives:export", "Write everything of a person or the household into one file."),
    "erase": Known("hub.cli.erase:erase", "Erase a person, a source or a period for good."),
    "retention": Known("hub.cli.retention:retention", "Say how long things are kept, and see what would go."),
    "consent": Known("hub.cli.consent:consent", "See what leaves the house, and say yes or no to it."),
    "import": Known("hub.cli.imports:bring", "Bring history in from a file or another service."),
    "backup": Known("hub.cli.backups:backup", "Make, verify and restore encrypted backups."),
    "db": Known("hub.cli.database:db", "Upgrade, downgrade, look at and back up the database."),
    "secrets": Known("hub.cli.secrets:secrets", "Look at, change and move the key of stored passwords."),
    "network": Known("hub.cli.network:network", "Say on which addresses the hub answers, HTTPS included."),
    "tls": Known("hub.cli.tls:tls", "Make, show and install certificates for HTTPS."),
    "doctor": Known("hub.cli.doctor:doctor", "Look for what is wrong, and say what to do."),
}


class Commands(click.Group):
    """Knows its subcommands by name without importing them; those of plugins too, where their manifest names them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = COMMANDS.get(cmd_name)
        if known is None:
            from hub.cli.plugins import command

            return command(cmd_name)
        module, _, name = known.where.partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1) if args else []
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from hub.cli.plugins import summaries

        with formatter.section("Commands"):
            formatter.write_dl([(name, known.summary) for name, known in COMMANDS.items()])
        if of_plugins := summaries():
            with formatter.section("Commands of integrations"):
                formatter.write_dl(of_plugins)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 the command line can't be read.",
)
@click.version_option(package_name="homeostat", prog_name="homeostat")
def main() -> None:
    """Homeostat: a self-hosted hub for a household's wellness.

    Commands reach the hub that runs on the configuration folder; while none runs, they do the work themselves.
    """
