"""Secrets sealed with a key that does not lie in the database."""

from hub.vault.keys import KEY_FILE, VaultError, join_keys
from hub.vault.sealed import PREFIX, Sealed, sealed_in
from hub.vault.vault import CREDENTIAL, Vault

__all__ = ["CREDENTIAL", "KEY_FILE", "PREFIX", "Sealed", "Vault", "VaultError", "join_keys", "sealed_in"]
