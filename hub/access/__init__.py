"""The one rule: who may see or do what; and the accounts, tokens and sessions it is asked for."""

from hub.access.accounts import SHORTEST_PASSWORD, Accounts
from hub.access.rule import Access, Scope
from hub.access.store import AccountStore

__all__ = ["SHORTEST_PASSWORD", "Access", "AccountStore", "Accounts", "Scope"]
