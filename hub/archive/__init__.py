"""A person's or the household's data as one file, brought in again without loss, or erased for good."""

from hub.archive.bring import Brought, bring
from hub.archive.export import export
from hub.archive.sealed import FORMAT, VERSION, BadArchive

__all__ = ["FORMAT", "VERSION", "BadArchive", "Brought", "bring", "export"]
