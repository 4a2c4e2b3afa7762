"""From a folder to settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from hub import logs
from hub.config.checked import flaws_of
from hub.config.entries import SECTION, declared
from hub.config.model import Config
from hub.config.places import Flaw, Places
from hub.config.places import Path as Where
from hub.config.read import Reader
from hub.config.surroundings import environment
from hub.daemon.settings import Settings
from hub.errors import ConfigInvalid
from hub.model import Limits

FILE = "hub.yaml"
DECLARED = {
    "host": "listen", "port": "port", "hosts": "hosts", "trusted_proxies": "proxies", "tls": "tls",
    "tls_port": "tls_port", "redirect": "redirect", "hsts": "hsts",
}  # fmt: skip
"""Keys of `web` -> the network settings of the page that they stand over."""
_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}


class ConfigFlaws(ConfigInvalid):
    """Everything wrong with the configuration, one line each."""

    def __init__(self, flaws: list[Flaw], data_dir: Path | None = None) -> None:
        first, *others = [flaw.error() for flaw in flaws]
        super().__init__(first.problem, file=first.file, line=first.line, key=first.key, hint=first.hint)
        self.errors = (first, *others)
        self.data_dir = data_dir
        """Where the data lies as far as the file can tell; a hub that runs there can still be asked."""
        self.args = ("\n".join(str(one) for one in self.errors),)


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration that was read: settings, and where everything stands."""

    settings: Settings
    places: Places
    """With the flaws of declared entries, which stop nothing but themselves."""
    paths: dict[str, Where]
    """Id of a declared entry -> where it stands."""


def load_settings(config_dir: Path, *, variables: Mapping[str, str] | None = None) -> Settings:
    """The settings of a folder; defaults without hub.yaml. Raises ConfigInvalid that names everything wrong."""
    return read_config(config_dir, variables=variables).settings


def read_config(config_dir: Path, *, variables: Mapping[str, str] | None = None) -> Reading:
    """The settings of a folder with their places. Raises ConfigFlaws."""
    folder = config_dir.absolute()
    file = folder / FILE
    try:
        reader = Reader(folder, environment(folder, variables))
        raw = reader.read(file) if file.is_file() else None
    except OSError as error:
        raise ConfigInvalid(f"can't be read: {error.strerror}", file=str(error.filename)) from None
    logs.hide(*reader.hidden)
    places = reader.places
    if file.is_dir():
        places.flaw((), "this is a folder; the settings are a file of this name.")
    config = _checked({} if raw is None else raw, places)
    found = declared(config.integrations if config is not None else [], places)
    broken = [flaw for flaw in places.flaws if not _of_an_entry(flaw)]
    if broken or config is None:
        named = raw.get("data") if isinstance(raw, dict) else None
        raise ConfigFlaws(places.flaws, _folder(folder, named if isinstance(named, str) else "data"))
    url = _database_url(config.database.url, folder, places)
    logs.hide(*_passwords(url))
    if config.openid is not None and (secret := config.openid.client_secret.get_secret_value()):
        logs.hide(secret)
    web, log = config.web, config.logging
    settings = Settings(
        data_dir=_folder(folder, config.data),
        database_url=url,
        host=web.host,
        port=web.port,
        entries=tuple(entry for entry, _ in found),
        allowed_hosts=tuple(web.hosts),
        trusted_proxies=tuple(web.trusted_proxies),
        tls=web.tls,
        tls_port=web.tls_port,
        redirect=web.redirect,
        hsts=web.hsts,
        certificate=_folder(folder, web.certificate) if web.certificate else None,
        certificate_key=_folder(folder, web.key) if web.key else None,
        declared={setting: FILE for key, setting in DECLARED.items() if key in web.model_fields_set},
        limits=Limits(**web.limits.model_dump()),
        metrics_open=web.metrics_open,
        custom_integrations=_folder(folder, config.custom_integrations),
        log=logs.LogSettings(log.level, log.levels, int(log.size), log.keep),
        vault_key=_folder(folder, config.vault_key) if config.vault_key else None,
        openid=config.openid.model_dump() if config.openid is not None else None,
        household=config.household.model_dump(exclude_none=True),
        config_dir=folder,
        rest_commands=config.rest_command,
    )
    return Reading(settings, places, {entry.id: path for entry, path in found})


def _checked(raw: Any, places: Places) -> Config | None:
    if not isinstance(raw, dict):
        if not places.flaws:
            places.flaw((), "this must be `key: value` lines.", f"The keys are: {', '.join(Config.model_fields)}.")
        return None
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        flaws_of(error, (), Config, places, whole=Config)
        return None


def _of_an_entry(flaw: Flaw) -> bool:
    return len(flaw.path) > 1 and flaw.path[0] == SECTION


def _folder(base: Path, name: str) -> Path:
    return base / Path(name).expanduser()


def _database_url(url: str, folder: Path, places: Places) -> str:
    """With the driver the hub uses, and a SQLite file relative to the folder. Raises ConfigFlaws."""
    scheme, found, rest = url.strip().partition("://")
    if not url.strip():
        return ""
    if not found or not re.fullmatch(r"(postgres|postgresql|sqlite)(\+\w+)?", scheme):
        place = places.of(("database", "url"))
        hint = "Write postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE, or leave it out."
        raise ConfigFlaws([Flaw(("database", "url"), place, "this is not the address of a database.", hint)])
    scheme = _DRIVERS.get(scheme, scheme)
    if scheme.startswith("sqlite"):
        name = rest.removeprefix("/")
        return f"{scheme}:///{name if name == ':memory:' else _folder(folder, name)}"
    return f"{scheme}://{rest}"


def _passwords(url: str) -> tuple[str, ...]:
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return ()
    return (password, unquote(password)) if password else ()
