"""Every operation by its name."""

from __future__ import annotations

import difflib

from hub.console.operations import (
    archive,
    automations,
    backtests,
    bring,
    entries,
    factors,
    house,
    inviting,
    keeping,
    network,
    people,
    rights,
    secrets,
    shelf,
)
from hub.console.operations.site import Operation
from hub.errors import NotFound

_TABLE: dict[str, Operation] = {
    "setup": people.setup,
    "person.add": people.add,
    "person.list": people.list_all,
    "person.zone": people.zone,
    "account.list": rights.accounts,
    "account.add": rights.add_account,
    "account.change": rights.change_account,
    "account.remove": rights.remove_account,
    "factors.show": factors.show,
    "factors.reset": factors.reset,
    "factors.demand": factors.demand,
    "account.password": factors.password,
    "account.invite": inviting.invite,
    "account.invitations": inviting.invitations,
    "account.uninvite": inviting.uninvite,
    "account.link": inviting.link,
    "account.unlink": inviting.unlink,
    "account.identities": inviting.identities,
    "grant.requests": inviting.wishes,
    "grant.give": inviting.give_wish,
    "grant.dismiss": inviting.dismiss_wish,
    "grant.consent": inviting.waiting,
    "grant.list": rights.grants,
    "grant.add": rights.add_grant,
    "grant.revoke": rights.revoke_grants,
    "audit.verify": rights.verify,
    "audit.tail": rights.tail,
    "token.create": people.create_token,
    "token.list": people.tokens,
    "token.revoke": people.revoke_token,
    "entry.list": entries.list_all,
    "entry.add": entries.add,
    "entry.agree": entries.agree,
    "entry.remove": entries.remove,
    "entry.reload": entries.reload,
    "entry.switch": entries.switch,
    "integration.list": entries.catalogue,
    "declared.reload": entries.redeclare,
    "readings.record": bring.record,
    "metric.list": bring.metrics,
    "history.import": bring.history,
    "archive.export": archive.export,
    "backtest.run": backtests.run,
    "blueprint.list": shelf.list_all,
    "blueprint.show": shelf.show,
    "blueprint.import": shelf.bring,
    "blueprint.update": shelf.update,
    "blueprint.remove": shelf.remove,
    "blueprint.use": shelf.use,
    "archive.import": archive.bring,
    "erase.preview": archive.preview,
    "erase.ask": archive.erase,
    "erase.list": archive.waiting,
    "erase.cancel": archive.cancel,
    "retention.list": keeping.rules,
    "retention.set": keeping.change,
    "retention.undo": keeping.undo,
    "retention.preview": keeping.preview,
    "consent.list": keeping.flows,
    "consent.say": keeping.say,
    "automation.list": automations.list_all,
    "automation.add": automations.add,
    "automation.show": automations.show,
    "automation.enable": automations.enable,
    "automation.remove": automations.remove,
    "automation.restore": automations.restore,
    "automation.run": automations.run,
    "automation.traces": automations.traces,
    "automation.reload": automations.reload,
    "template.render": automations.render,
    "action.call": house.call,
    "hub.about": house.about,
    "database.backup": house.backup,
    "network.show": network.show,
    "network.change": network.change,
    "network.confirm": network.confirm,
    "network.revert": network.revert,
    "tls.create": network.create_authority,
    "tls.show": network.show_certificates,
    "tls.install": network.install,
    "secrets.status": secrets.status,
    "secrets.rotate": secrets.rotate,
    "secrets.forget": secrets.forget,
}


def find(name: str) -> Operation:
    """Raises NotFound; a running hub of another version may know others."""
    operation = _TABLE.get(name)
    if operation is None:
        near = difflib.get_close_matches(name, _TABLE, n=1)
        raise NotFound(
            f"this hub does not know {name!r}{f' (it knows {near[0]!r})' if near else ''}; "
            "if the program was upgraded, restart the hub"
        )
    return operation
