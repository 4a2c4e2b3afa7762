"""Places that get the backups: folders, S3-compatible stores and WebDAV servers, each behind the same few acts."""

from hub.backup.targets.base import Kept, Target, TargetTrouble
from hub.backup.targets.book import Book, Spec, opened

__all__ = ["Book", "Kept", "Spec", "Target", "TargetTrouble", "opened"]
