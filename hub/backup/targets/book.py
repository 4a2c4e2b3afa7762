"""The targets of a household as they are kept: a file beside the keys, its passwords sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import orjson
from yarl import URL

from hub.backup.facts import BackupRefused
from hub.backup.keys import TARGETS, Keys, write
from hub.backup.spare import KEEP
from hub.backup.targets.base import Target, TargetTrouble
from hub.backup.targets.folder import Folder
from hub.backup.targets.s3 import S3
from hub.backup.targets.signing import Signer
from hub.backup.targets.webdav import WebDav
from hub.clock import Clock
from hub.vault import Vault

OWN = "here"
"""Id of the data folder's own target."""
KINDS = ("folder", "s3", "webdav")
AMAZON = "https://s3.{}.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Spec:
    """A target; what does not belong to its kind is empty."""

    id: str
    kind: str
    name: str
    """For people."""
    folder: str = ""
    url: str = ""
    """Of the folder by WebDAV, or of the S3 server; empty: Amazon's."""
    user: str = ""
    """User name, or access key."""
    secret: str = field(default="", repr=False)
    """Password, or secret key; sealed."""
    bucket: str = ""
    prefix: str = ""
    region: str = "us-east-1"
    path_style: bool = True
    """False: the bucket is part of the host's name."""
    days: int = KEEP[0]
    weeks: int = KEEP[1]
    months: int = KEEP[2]
    verify: bool = True
    """Whether the weekly trial restore fetches from here too."""

    @property
    def where(self) -> str:
        """In a line, without secrets."""
        if self.kind == "folder":
            return self.folder
        if self.kind == "webdav":
            return self.url
        host = URL(self.url).authority if self.url else f"Amazon, {self.region}"
        return f"{host}, bucket {self.bucket}" + (f", {self.prefix}/" if self.prefix else "")

    def shown(self) -> dict[str, Any]:
        """Everything but the secret."""
        return {**{name: value for name, value in asdict(self).items() if name != "secret"}, "where": self.where}


class Book:
    """`targets.json`; each change replaces it as a whole."""

    def __init__(self, data_dir: Path) -> None:
        self._keys = Keys(data_dir)

    def all(self) -> list[Spec]:
        """The data folder's own first. Raises BackupRefused for a file that can't be read."""
        own = Spec(OWN, "folder", "This hub's own disk", str(self._keys.own_target))
        path = self._keys.folder / TARGETS
        try:
            kept = orjson.loads(path.read_bytes()) if path.exists() else []
            known = {one.name for one in fields(Spec)}
            named = [
                Spec(f"folder-{place}", "folder", Path(one).name or one, one) if isinstance(one, str)
                else Spec(**{key: value for key, value in one.items() if key in known})
                for place, one in enumerate(kept, 1)
            ]  # fmt: skip
        except (orjson.JSONDecodeError, TypeError, AttributeError):
            raise BackupRefused(
                f"the list of targets {path} can't be read; remove it, and add the targets anew"
            ) from None
        settings = next((one for one in named if one.id == OWN), None)
        if settings is not None:
            own = replace(own, days=settings.days, weeks=settings.weeks, months=settings.months)
        return [own, *(one for one in named if one.id != OWN)]

    def find(self, target: str) -> Spec:
        """By id, name, or folder. Raises BackupRefused."""
        known = self.all()
        for one in known:
            if target in (one.id, one.name) or (one.kind == "folder" and str(Path(target).absolute()) == one.folder):
                return one
        raise BackupRefused(f"{target!r} is no target; there are: {', '.join(one.id for one in known)}")

    def put(self, spec: Spec) -> None:
        """Add, or replace one of the same id."""
        with self._keys.held():
            others = [one for one in self._kept() if one.id != spec.id]
            self._write([*others, spec])

    def remove(self, target: str) -> Spec:
        """What lies there stays. Raises BackupRefused."""
        found = self.find(target)
        if found.id == OWN:
            raise BackupRefused("the hub's own folder of backups can't be removed")
        with self._keys.held():
            self._write([one for one in self._kept() if one.id != found.id])
        return found

    def _kept(self) -> list[Spec]:
        own, *named = self.all()
        return named if (own.days, own.weeks, own.months) == KEEP else [own, *named]

    def _write(self, specs: list[Spec]) -> None:
        write(self._keys.folder / TARGETS, orjson.dumps([asdict(one) for one in specs], option=orjson.OPT_INDENT_2))


def context(target: str) -> str:
    """What the vault ties a target's secret to."""
    return f"backup:target:{target}"


def drafted(book: Book, given: Mapping[str, Any], vault: Vault) -> Spec:
    """A new target, or a changed one where `id` names it, as somebody described it; not kept yet.

    `secret`: in plain text, sealed here; left out of a change it stays. Raises BackupRefused, VaultError.
    """
    text = {key: str(value).strip() for key, value in given.items() if value is not None}
    known = {one.id: one for one in book.all()}
    before = known.get(text.get("id", ""))
    kind = before.kind if before is not None else text.get("kind", "")
    if kind not in KINDS:
        raise BackupRefused(f"a target is one of {', '.join(KINDS)}, not {kind!r}")
    values: dict[str, str] = {
        name: text[name] for name in ("folder", "url", "user", "bucket", "region") if name in text
    }
    if "prefix" in text:
        values["prefix"] = text["prefix"].strip("/")
    name = text.get("name") or (before.name if before else _named(kind, values))
    spec = replace(before or Spec(_id(name, set(known)), kind, name), name=name[:60], **values)  # type: ignore[arg-type] # texts
    for key in ("days", "weeks", "months"):
        if key in text:
            spec = replace(spec, **{key: _count(key, text[key])})  # type: ignore[arg-type] # numbers of number fields
    for key in ("path_style", "verify"):
        if key in given and given[key] is not None:
            spec = replace(spec, **{key: bool(given[key])})  # type: ignore[arg-type] # of yes-or-no fields
    if spec.days + spec.weeks + spec.months < 1:
        raise BackupRefused("at least one backup has to stay: say of how many days, weeks or months")
    _check(spec)
    secret = str(given.get("secret") or "")
    if secret:
        return replace(spec, secret=vault.seal(secret, context(spec.id)))
    if before is not None and (before.url, before.user) != (spec.url, spec.user) and before.secret:
        raise BackupRefused("with a new address or user name, type the password again")
    if kind == "s3" and not spec.secret:
        raise BackupRefused("the secret key is missing")
    return spec


def opened(spec: Spec, vault: Vault, clock: Clock) -> Target:
    """Ready for `async with`. Raises TargetTrouble when its secret does not open."""
    if spec.kind == "folder":
        return Folder(Path(spec.folder))
    from hub.vault import VaultError

    try:
        secret = vault.unseal(spec.secret, context(spec.id)) if spec.secret else ""
    except VaultError as error:
        raise TargetTrouble(f"the password of {spec.name} can't be opened: {error}") from None
    if spec.kind == "webdav":
        return WebDav(spec.url, spec.user, secret)
    signer = Signer(spec.user, secret, spec.region)
    endpoint = spec.url or AMAZON.format(spec.region)
    return S3(endpoint, spec.bucket, spec.prefix, signer, clock, path_style=spec.path_style)


def _check(spec: Spec) -> None:
    if spec.kind == "folder":
        if not spec.folder or not Path(spec.folder).is_absolute():
            raise BackupRefused("name the whole path of the folder, beginning with /")
        return
    if spec.url or spec.kind == "webdav":
        try:
            url = URL(spec.url)
            fine = url.scheme in ("http", "https") and bool(url.host)
        except ValueError:
            url, fine = URL(), False
        if not fine:
            raise BackupRefused(f"{spec.url!r} is no address; one begins with https://")
        if url.user or url.password or url.query_string or url.fragment:
            raise BackupRefused("leave user name, password, ? and # out of the address; they have fields of their own")
    if spec.kind == "s3":
        if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}", spec.bucket):
            raise BackupRefused(f"{spec.bucket!r} is no name of a bucket")
        if not spec.user:
            raise BackupRefused("the access key is missing")
        if not re.fullmatch(r"[a-zA-Z0-9-]{1,60}", spec.region):
            raise BackupRefused(f"{spec.region!r} is no name of a region")


def _named(kind: str, values: Mapping[str, str]) -> str:
    if kind == "folder":
        return Path(values.get("folder", "")).name or "folder"
    return (URL(values["url"]).host if values.get("url") else None) or "Amazon S3"


def _id(name: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "target"
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, 999))) if one not in taken)


def _count(key: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 1_000:
        raise BackupRefused(f"{key}: {text!r} is no number from 0 to 1,000")
    return int(text)
