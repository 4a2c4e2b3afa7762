"""Passwords that are guessed first are refused; the list is on board, nothing is asked of anybody."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from hub.errors import WeakPassword

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1_000
ADVISED = 15
"""Characters from which on a password needs no further advice."""
TOO_FEW = 1_000_000
"""Guesses within which a password must not be found."""
_READ = 72
"""Characters looked at; more of them make none weaker, and looking takes longer and longer."""
_looking = threading.Lock()


def check_password(password: str, about: Iterable[str] = ()) -> None:
    """Raises WeakPassword, saying what would do; `about`: names that a guesser tries. Takes 16 MB from then on."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password needs at least {SHORTEST_PASSWORD} characters; a few words in a row do well")
    if len(password) > LONGEST_PASSWORD:
        raise WeakPassword(f"a password has at most {LONGEST_PASSWORD} characters")
    # Here, because most hubs never need it again once they are set up.
    from zxcvbn import zxcvbn

    with _looking:
        found = zxcvbn(password[:_READ], [one for one in about if one] + ["homeostat"])
    if found["guesses"] < TOO_FEW:
        raise WeakPassword(
            f"this password {_why(found['sequence'])}; take a few words that have nothing to do with each other "
            f"({ADVISED} characters or more), or let your browser make one up"
        )


def _why(parts: Iterable[Any]) -> str:
    kinds = {one.get("dictionary_name") for one in parts}
    if "user_inputs" in kinds:
        return "is made of a name that is known here"
    if "passwords" in kinds:
        return "or one much like it is in the lists of stolen passwords"
    if {one["pattern"] for one in parts} & {"repeat", "sequence", "spatial"}:
        return "follows a simple pattern"
    return "is made of common names, words or dates"
