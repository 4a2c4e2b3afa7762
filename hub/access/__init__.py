"""The one rule: who may see or do what; and the accounts, tokens and sessions it is asked for."""

from hub.access.accounts import Accounts
from hub.access.rule import Access, Scope
from hub.access.store import AccountStore

__all__ = ["Access", "AccountStore", "Accounts", "Scope"]
