"""A person's or the household's data as one file, brought in again without loss, or erased for good."""

from hub.archive.bring import Brought, bring
from hub.archive.erasing import Erasure, Erasures
from hub.archive.export import export
from hub.archive.sealed import FORMAT, VERSION, BadArchive

__all__ = ["FORMAT", "VERSION", "BadArchive", "Brought", "Erasure", "Erasures", "bring", "export"]
