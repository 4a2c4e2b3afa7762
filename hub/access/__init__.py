"""The one rule: who may see or do what; and the accounts, tokens and sessions it is asked for."""

from hub.access.accounts import Accounts
from hub.access.ceremony import Place
from hub.access.factors_held import AccountFactors, Passkey
from hub.access.invitations import Invitation, Invitations
from hub.access.passkeys import PasskeyRefused
from hub.access.reads import READ, RECORD, Reads
from hub.access.rule import BARRED, Access, Reach, Scope
from hub.access.sessions import BrowserSession
from hub.access.store import AccountStore
from hub.access.strength import SHORTEST_PASSWORD
from hub.access.trail import Trail, Verdict
from hub.access.until import until_of

__all__ = [
    "BARRED",
    "READ",
    "RECORD",
    "SHORTEST_PASSWORD",
    "Access",
    "AccountFactors",
    "AccountStore",
    "Accounts",
    "BrowserSession",
    "Invitation",
    "Invitations",
    "Passkey",
    "PasskeyRefused",
    "Place",
    "Reach",
    "Reads",
    "Scope",
    "Trail",
    "Verdict",
    "until_of",
]
