"""Automations that are kept: added, changed, removed, brought back, read from files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.automation.at_work import drafts
from hub.automation.at_work.engines import Engines
from hub.automation.at_work.kept import PAGE, Kept
from hub.automation.at_work.store import Store, of_files
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.schema.automation import Automation
from hub.errors import Conflict, NotFound
from hub.model import Happened, Role
from hub.registry.names import free
from hub.template import slugify

_SWITCHED = "automations.switched"
"""Key -> whether it is on, of those of files that were switched by hand."""


class Book:
    """Every change is kept before it is at work."""

    def __init__(self, around: Surroundings) -> None:
        self._around, self._store = around, Store(around.documents)
        self._all: dict[str, Kept] = {}
        self._removed: dict[str, Kept] = {}
        self._switched: dict[str, bool] = {}
        self._engines: Engines

    async def read(self) -> None:
        """What is kept; nothing is at work yet."""
        for one in await self._store.all():
            (self._removed if one.removed else self._all)[one.key] = one
        self._switched = await self._around.settings.get_setting(_SWITCHED) or {}
        self._read_files()
        for one in self._all.values():
            self._check(one)

    @property
    def all(self) -> Mapping[str, Kept]:
        return self._all

    @property
    def shelf(self) -> drafts.Shelf:
        return self._around.shelf

    def get(self, key: str) -> Kept:
        """Raises NotFound with the one that was probably meant."""
        key = key.removeprefix("automation.")
        found = self._all.get(key)
        if found is None:
            near = difflib.get_close_matches(key, self._all, n=1)
            raise NotFound(f"there is no automation {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return found

    def check(self, body: Mapping[str, Any]) -> tuple[Automation | None, tuple[Flaw, ...]]:
        return drafts.checked(body, self.shelf)

    read_yaml = staticmethod(drafts.read_yaml)
    write_yaml = staticmethod(drafts.write_yaml)

    async def add(
        self, body: Mapping[str, Any], account: str, *, by: str, key: str | None = None, enabled: bool = True
    ) -> Kept:
        """Raises AutomationInvalid, Conflict for a key that is taken."""
        made, flaws = self.check(body)
        if made is None:
            raise AutomationInvalid(flaws)
        name = slugify(str(key or made.alias or made.id or "automation")) or "automation"
        if key is not None and name in self._all:
            raise Conflict(f"there is an automation {name!r} already")
        taken = {*self._all, *self._removed}
        name = name if key is not None else free(name, taken)
        before = self._removed.pop(name, None)
        version = before.version + 1 if before is not None else 1
        on = enabled and made.initial_state is not False
        one = Kept(name, dict(body), account, on, PAGE, version, self._around.clock.now(), by, made)
        await self._keep(one)
        return one

    async def change(
        self, key: str, body: Mapping[str, Any], *, by: str, expected_version: int | None = None, note: str = "",
        account: str | None = None,
    ) -> Kept:  # fmt: skip
        """A newer version. Raises AutomationInvalid, Conflict when somebody changed it since `expected_version`."""
        old = self._changeable(key)
        if expected_version is not None and expected_version != old.version:
            raise Conflict(f"{old.name} was changed meanwhile (now version {old.version}); look at it again")
        made, flaws = self.check(body)
        if made is None:
            raise AutomationInvalid(flaws)
        one = replace(self._next(old, by), body=dict(body), automation=made, flaws=(), note=note)
        one.account = account or one.account
        await self._keep(one)
        return one

    async def remove(self, key: str, *, by: str) -> Kept:
        """`restore` brings it back."""
        old = self._changeable(key)
        one = replace(self._next(old, by), removed=True)
        await self._store.save(one)
        del self._all[old.key]
        self._removed[old.key] = one
        self._engines.detach(old.key, old.account)
        return one

    async def enable(self, key: str, on: bool, *, by: str) -> Kept:
        """Also one of a file."""
        old = self.get(key)
        if old.enabled == on:
            return old
        one = replace(old, enabled=on, changed_by=by)
        if old.editable:
            one = replace(self._next(old, by), enabled=on, note="switched on" if on else "switched off")
            await self._store.save(one)
        else:
            switched = {name: it for name, it in self._switched.items() if name in self._all} | {old.key: on}
            await self._around.settings.set_setting(_SWITCHED, switched)
            self._switched = switched
        self._all[one.key] = one
        self._engines.enable(one)
        return one

    async def versions(self, key: str) -> list[Kept]:
        """Oldest first, the present one last; of one that was removed too."""
        key = key.removeprefix("automation.")
        one = self._all.get(key) or self._removed.get(key) or self.get(key)
        return await self._store.versions(key, one.version) if one.source == PAGE else [one]

    async def restore(self, key: str, version: int, *, by: str) -> Kept:
        """As it was in a version, which is a new version. Raises NotFound."""
        now = self._all.get(key) or self._removed.get(key) or self.get(key)
        found = next((one for one in await self.versions(key) if one.version == version), None)
        if found is None:
            raise NotFound(f"there is no version {version} of {key}")
        made, flaws = self.check(found.body)
        one = replace(self._next(now, by), body=found.body, removed=False, automation=made, flaws=flaws)
        one.note = f"as in version {version}"
        self._removed.pop(key, None)
        await self._keep(one)
        return one

    async def removed(self, key: str) -> Kept | None:
        return self._removed.get(key)

    def reload(self) -> None:
        """Read the files anew, and blueprints with them."""
        for key in [key for key, one in self._all.items() if not one.editable]:
            self._engines.detach(key, self._all.pop(key).account)
        self._read_files()
        for one in self._all.values():
            before = one.automation
            self._check(one)
            if one.automation != before or not one.editable:
                self._engines.attach(one)
        self._around.bus.publish(Happened(self._around.clock.now(), "automation_reloaded"))

    def _changeable(self, key: str) -> Kept:
        one = self.get(key)
        if not one.editable:
            name = one.source.partition(":")[2]
            raise Conflict(f"{one.name} stands in automations/{name}.yaml; change it there, then reload")
        return one

    def _next(self, old: Kept, by: str) -> Kept:
        return replace(old, version=old.version + 1, changed_at=self._around.clock.now(), changed_by=by, note="")

    async def _keep(self, one: Kept) -> None:
        await self._store.save(one)
        before = self._all.get(one.key)
        self._all[one.key] = one
        if before is not None and before.account != one.account:
            self._engines.detach(one.key, before.account)
        self._engines.attach(one)

    def _check(self, one: Kept) -> None:
        if one.editable or not one.flaws:
            one.automation, one.flaws = self.check(one.body)
        if not one.editable and one.automation is not None and one.automation.initial_state is not None:
            one.enabled = one.automation.initial_state

    def _read_files(self) -> None:
        folder = self._around.config_dir
        now = self._around.clock.now()
        for source, body, flaws in of_files(folder / "automations" if folder is not None else None, now):
            key = free(slugify(str(body.get("alias") or body.get("id") or source.partition(":")[2])), self._all)
            account = str(body.get("account") or self._owner())
            on = self._switched.get(key, True)
            self._all[key] = Kept(key, body, account, on, source, 1, now, source, None, flaws)

    def _owner(self) -> str:
        return next((one.name for one in self._around.accounts.all if one.role is Role.OWNER and not one.disabled), "")
