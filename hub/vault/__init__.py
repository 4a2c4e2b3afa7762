"""Secrets sealed with a key that does not lie in the database."""

from hub.vault.keys import VaultError
from hub.vault.sealed import PREFIX, Sealed, sealed_in
from hub.vault.vault import CREDENTIAL, Vault

__all__ = ["CREDENTIAL", "PREFIX", "Sealed", "Vault", "VaultError", "sealed_in"]
