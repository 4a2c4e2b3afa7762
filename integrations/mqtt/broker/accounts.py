"""Who may use the hub's own broker, with which password, for which topics."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import orjson

from hub.api import ConfigInvalid, Conflict, NotFound
from integrations.mqtt.topics import check_filter, matches

Access = Literal["device", "gateway", "all"]
HUB = "homeostat"
ITERATIONS = 10_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Login:
    """One name at the broker; only a digest of its password is kept."""

    name: str
    salt: str
    digest: str
    access: Access = "device"
    topics: tuple[str, ...] = ()
    """Filters it may publish and subscribe to, beside what its access brings."""

    @property
    def stored(self) -> str:
        """The line of a mosquitto password file."""
        return f"{self.name}:$7${ITERATIONS}${self.salt}${self.digest}"

    def accepts(self, password: str) -> bool:
        return hmac.compare_digest(_digest(password, self.salt), self.digest)

    def writes(self, prefix: str) -> list[str]:
        """Filters it may publish to."""
        if self.access == "all":
            return ["#"]
        mine = [f"{prefix}/+/{self.name}/config", f"{prefix}/+/{self.name}/+/config"]
        anyone = [f"{prefix}/+/+/config", f"{prefix}/+/+/+/config"]
        return [*self.topics, *(anyone if self.access == "gateway" else mine)]

    def reads(self, prefix: str) -> list[str]:
        """Filters it may receive from."""
        return ["#"] if self.access == "all" else [*self.topics, f"{prefix}/status"]


class Accounts:
    """The logins of one broker, kept in a file of its folder that only the hub can read."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._path = folder / "accounts.json"
        self.prefix = prefix
        self.logins: dict[str, Login] = {}
        self.password = secrets.token_urlsafe(24)
        """The hub's own: another one at every start, kept nowhere."""
        self._load()

    def add(self, name: str, access: Access = "device", topics: tuple[str, ...] = ()) -> str:
        """A new password for a new name. Raises Conflict, ConfigInvalid."""
        if not _NAME.fullmatch(name):
            raise ConfigInvalid("a device's name has letters, digits, _ . and -, at most 64 of them")
        if name == self.prefix.split("/")[0]:
            raise ConfigInvalid(f"{name!r} is where everyone's devices describe themselves; choose another name")
        if name in self.logins or name == HUB:
            raise Conflict(f"there is already a device {name!r}; remove it first to give it another password")
        for topic in topics:
            try:
                check_filter(topic)
            except ValueError as error:
                raise ConfigInvalid(str(error)) from None
            if topic.split("/")[0] in ("#", "+", self.prefix.split("/")[0]) or topic.startswith("$"):
                raise ConfigInvalid(f"{topic!r} reaches topics of others; begin with a name")
        password = secrets.token_urlsafe(12)
        salt = base64.b64encode(os.urandom(12)).decode()
        own = topics or (f"{name}/#",)
        self.logins[name] = Login(name, salt, _digest(password, salt), access, () if access == "all" else own)
        self._save()
        return password

    def remove(self, name: str) -> None:
        """Raises NotFound."""
        if name == HUB or name not in self.logins:
            raise NotFound(f"there is no device {name!r} at the broker")
        del self.logins[name]
        self._save()

    def allows(self, name: str, topic: str, *, write: bool) -> bool:
        """Whether a login may publish to a topic, or receive from it."""
        login = self.logins.get(name)
        if login is None:
            return False
        patterns = login.writes(self.prefix) if write else login.reads(self.prefix)
        return any(pattern == topic or matches(pattern, topic) for pattern in patterns)

    def _load(self) -> None:
        try:
            data = orjson.loads(self._path.read_bytes())
            self.logins = {one["name"]: Login(**{**one, "topics": tuple(one["topics"])}) for one in data["logins"]}
        except (OSError, ValueError, KeyError, TypeError):
            self.logins = {}
        salt = base64.b64encode(os.urandom(12)).decode()
        hub = Login(HUB, salt, _digest(self.password, salt), "all")
        self.logins[HUB] = replace(hub)
        self._save()

    def _save(self) -> None:
        rows = [asdict(login) for name, login in self.logins.items() if name != HUB]
        write_private(self._path, orjson.dumps({"logins": rows}))


def write_private(path: Path, data: bytes) -> None:
    """Replace a file that only its owner may read."""
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(new, path)


def _digest(password: str, salt: str) -> str:
    raw = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), ITERATIONS, 64)
    return base64.b64encode(raw).decode()
