"""What a line of the audit trail says, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from hub.model import HOUSEHOLD, AuditLine

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sign-in": ("Signing in and out", ("sign-", "session.", "browser.")),
    "read": ("Looking at somebody’s data", ("read",)),
    "record": ("Recording for somebody else", ("record",)),
    "rights": (
        "Accounts and rights",
        ("account.", "grant.", "invitation.", "request.", "identity.", "openid.", "setup", "consent."),
    ),
    "secrets": (
        "Passwords, keys and tokens",
        ("password.", "token.", "passkey.", "factor", "codes.", "recovery", "confirm", "second.", "secrets."),
    ),
    "house": (
        "Changes of the house",
        (
            "person.",
            "household.",
            "setting.",
            "retention.",
            "entry.",
            "device.",
            "entity.",
            "source.",
            "network.",
            "tls.",
        ),
    ),
    "data": ("Exports, backups and erasures", ("archive.", "erasure.", "backup.", "restore", "audit.")),
}
"""What a filter offers: its name, and how the actions begin that it means."""
_NOBODY = {"system": "The hub", "nobody": "Somebody unknown"}
_DONE = {
    "setup": "set the hub up",
    "sign-in": "signed in",
    "sign-out": "signed out",
    "session.end": "signed a browser out",
    "password.change": "changed their password",
    "read": "looked at {whose} data",
    "record": "wrote into {whose} data",
    "account.add": "added an account",
    "account.change": "changed an account",
    "account.remove": "removed an account",
    "grant.add": "gave a right to {whose} data",
    "grant.remove": "withdrew a right to {whose} data",
    "invitation.add": "invited somebody",
    "invitation.accept": "accepted an invitation",
    "invitation.remove": "withdrew an invitation",
    "token.add": "made a token",
    "token.remove": "revoked a token",
    "entry.add": "added an integration",
    "entry.change": "changed an integration",
    "entry.remove": "removed an integration",
    "entry.agree": "agreed to what an integration wants",
    "entry.reload": "started an integration anew",
    "entry.import": "had an integration bring in a file",
    "device.assign": "said that a device is {whose}",
    "device.ignore": "hid a device",
    "device.heed": "showed a device again",
    "entity.count_as": "said what a device’s sensor counts as",
    "entity.change": "changed an entity",
    "source.order": "said which source speaks first for {whom}",
    "person.add": "added {whom}",
    "person.change": "changed the particulars of {whom}",
    "household.change": "changed the household",
    "setting.change": "changed a setting",
    "retention.change": "changed how long data is kept",
    "archive.export": "exported {whose} data",
    "archive.import": "brought data into {whose}",
    "erasure.ask": "asked for {whose} data to be erased",
    "erasure.cancel": "took an erasure of {whose} data back",
    "erasure.done": "had {whose} data erased",
    "confirm": "showed once more that it’s them",
    "second.demand": "changed whether owners need a second step",
    "passkey.add": "added a passkey",
    "passkey.remove": "removed a passkey",
    "codes.add": "set up codes from an app",
    "codes.remove": "turned codes from an app off",
    "recovery.add": "made new recovery codes",
    "factors.demand": "changed what their sign-in asks for",
    "password.set": "set somebody’s password anew",
    "factors.reset": "took somebody’s passkeys and codes away",
    "identity.link": "linked an account with the identity server",
    "identity.unlink": "unlinked an account from the identity server",
    "openid.change": "changed the identity server",
    "openid.remove": "removed the identity server",
    "request.add": "asked for a right to {whose} data",
    "request.remove": "answered a request about {whose} data with no",
    "consent.agree": "agreed to a right to {whose} data",
    "consent.wait": "changed whether rights wait for a yes",
    "network.change": "changed the network settings",
    "network.confirm": "confirmed the network settings",
    "network.revert": "took the network settings back",
    "tls.create": "made a certificate",
    "tls.install": "installed a certificate",
    "secrets.rotate": "changed the key of stored passwords",
    "secrets.forget": "dropped stored passwords",
    "retention.undo": "took back a change of how long data is kept",
    "retention.purge": "removed what was kept long enough",
    "archive.send": "sent a file to bring in",
    "archive.fetch": "downloaded {whose} data",
    "archive.drop": "removed a file that lay ready",
    "backup.key": "made a recovery key",
    "backup.create": "made a backup",
    "backup.verify": "verified a backup",
    "backup.download": "downloaded a backup",
    "backup.restore": "asked for a backup to be restored",
    "backup.restored": "restored a backup",
    "backup.schedule": "changed when backups are made",
    "backup.target": "set up a place for backups",
    "backup.target.remove": "removed a place for backups",
    "audit.accept": "said why the trail was cut short",
    "audit.export": "exported the audit trail",
    "audit.check": "looked through the audit trail",
    "automation.add": "added an automation",
    "automation.change": "changed an automation",
    "automation.remove": "removed an automation",
    "automation.restore": "brought an automation back",
    "automation.enable": "switched an automation on or off",
    "automation.run": "ran an automation",
    "automation.reload": "read the automations’ files anew",
    "automation.backtest": "tried an automation on the past",
    "blueprint.fetch": "fetched a blueprint",
    "blueprint.keep": "kept a blueprint",
    "blueprint.update": "updated a blueprint",
    "blueprint.remove": "removed a blueprint",
    "script.add": "added a script",
    "script.change": "changed a script",
    "script.remove": "removed a script",
    "scene.add": "added a scene",
    "scene.change": "changed a scene",
    "scene.remove": "removed a scene",
    "notify.send": "told {whom} something",
    "notify.escalate": "told the next in line for {whom}",
    "notify.answer": "answered a notice",
    "notify.confirm": "took a notice up",
    "notify.clear": "swept a notice away",
    "notify.test": "tried a way to {whom}",
    "notify.wishes": "changed how {whom} is told",
    "notify.carers": "changed who comes next for {whom}",
    "notify.channel": "switched a way to {whom} on or off",
    "notify.browser": "changed which browsers are told",
    "notify.address": "changed the address in notices",
}
_NOT = {"refused": "was refused: ", "failed": "failed: "}


def sentence(line: AuditLine, accounts: Mapping[str, str], people: Mapping[str, str]) -> str:
    """`Ben looked at Mia’s data`; names where they are known. An action without words of its own is named."""
    who = _NOBODY.get(line.account) or accounts.get(line.account, line.account)
    whom = "the household" if line.person == HOUSEHOLD else people.get(line.person, line.person) or "somebody"
    whose = {HOUSEHOLD: "the household’s", "*": "everybody’s", "": "nobody’s"}.get(line.person, f"{whom}’s")
    told = _DONE.get(line.action)
    if told is None:
        return (
            f"{who} {_NOT.get(line.outcome, '')}{'called' if not _NOT.get(line.outcome) else ''} {line.action}".replace(
                "  ", " "
            )
        )
    if line.action == "sign-in" and line.outcome == "refused":
        return f"{who} was refused at signing in"
    return f"{who} {_NOT.get(line.outcome, '')}{told.format(whose=whose, whom=whom)}"
