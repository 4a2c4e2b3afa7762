"""A person's or the household's data as one file, brought in again without loss, or erased for good."""

from hub.archive.bring import Brought, bring
from hub.archive.erasing import Erasures
from hub.archive.erasure import Erasure
from hub.archive.export import export
from hub.archive.exports import Exports
from hub.archive.imports import Imports
from hub.archive.jobs import Job
from hub.archive.retention import Going, Retention, Rule
from hub.archive.sealed import FORMAT, VERSION, BadArchive

__all__ = [
    "FORMAT", "VERSION", "BadArchive", "Brought", "Erasure", "Erasures", "Exports", "Going", "Imports", "Job",
    "Retention", "Rule", "bring", "export",
]  # fmt: skip
