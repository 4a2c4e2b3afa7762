"""The one rule: who may see or do what; and the accounts, tokens and sessions it is asked for."""

from hub.access.accounts import SHORTEST_PASSWORD, Accounts
from hub.access.invitations import Invitation, Invitations
from hub.access.reads import READ, RECORD, Reads
from hub.access.rule import Access, Reach, Scope
from hub.access.sessions import BrowserSession
from hub.access.store import AccountStore
from hub.access.trail import Trail, Verdict
from hub.access.until import until_of

__all__ = [
    "READ",
    "RECORD",
    "SHORTEST_PASSWORD",
    "Access",
    "AccountStore",
    "Accounts",
    "BrowserSession",
    "Invitation",
    "Invitations",
    "Reach",
    "Reads",
    "Scope",
    "Trail",
    "Verdict",
    "until_of",
]
