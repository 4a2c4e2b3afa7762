"""The one small tree of failures; every message says what, where and how to mend it."""

from __future__ import annotations


class HubError(Exception):
    """Root of every failure that the hub raises on purpose."""


class NotReady(HubError):
    """A source cannot be reached now; the supervisor tries again, backing off with jitter."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the source asked us to wait, when it said so (HTTP Retry-After)."""


class AuthFailed(HubError):
    """A source refuses the credentials; only the owner can mend it."""


class ConfigInvalid(HubError):
    """A configuration cannot work; says file, line, key and the key that was probably meant."""

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, key: str | None = None, hint: str = ""
    ) -> None:
        place = ":".join(str(part) for part in (file, line) if part is not None)
        # Two sentences, however the first one came.
        said = f"{message}." if hint and message[-1:] not in ".!?:;" else message
        text = " ".join(part for part in (f"{place}:" if place else "", f"{key}:" if key else "", said, hint) if part)
        super().__init__(text)
        self.file, self.line, self.key, self.hint = file, line, key, hint
        self.problem = message


class BadReading(HubError):
    """A sample or entry that cannot be true or understood; the reason is for its sender."""


class NotFound(HubError):
    """What was asked for does not exist, or the asker may not know that it does."""


class Forbidden(HubError):
    """The one rule says no."""


class NotAllowed(Forbidden):
    """A right is missing: `verb` with `person`'s `subject` (empty: all of it)."""

    def __init__(self, message: str, verb: str, person: str, subject: str) -> None:
        super().__init__(message)
        self.verb, self.person, self.subject = verb, person, subject


class StepUpNeeded(Forbidden):
    """What only an owner does asks who sits at the browser now; `remedy` says how to tell."""

    def __init__(self, remedy: str = "Confirm that it's you (`/confirm`), then ask again.") -> None:
        super().__init__("it has been a while since you signed in, so this wants to know that it is still you")
        self.remedy = remedy


class SecondFactorNeeded(Forbidden):
    """The password was right and is not enough; `ticket` stands for it while the rest is asked for."""

    def __init__(self, ticket: str) -> None:
        super().__init__("this account asks for a passkey or a code after the password; sign in on the page")
        self.ticket = ticket


class TooManyTries(Forbidden):
    """`wait`: seconds until a password is looked at again."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"there were too many wrong tries; wait {wait:.0f} seconds")
        self.wait = wait


class Conflict(HubError):
    """The change does not fit what is there now (a name is taken, a revision is older)."""


class WeakPassword(Conflict):
    """Too short, or among those that are guessed first."""


class StorageUnavailable(HubError):
    """The database cannot take writes now (full, read-only, locked, gone); nothing was accepted."""


class PartlyKept(StorageUnavailable):
    """As its kind, but after `kept` of the readings had been committed; sending all again doubles nothing."""

    def __init__(self, message: str, kept: int = 0) -> None:
        super().__init__(message)
        self.kept = kept


class StorageCorrupt(HubError):
    """The database is damaged; it is kept aside and never replaced by an empty one silently."""


class PluginError(HubError):
    """A plugin declared something that cannot work; the message begins with the plugin's name."""
