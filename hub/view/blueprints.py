"""The shelf of blueprints: looked at by who may automate, changed by who manages the household."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.automation.at_work import Kept
from hub.automation.blueprint import Blueprint
from hub.automation.check import check_blueprint, check_filled
from hub.automation.flaws import Flaw, Path
from hub.automation.shelf import OWN, Item, Preview, Shelf, Update
from hub.automation.source import Input
from hub.errors import Conflict, NotFound
from hub.view.automations import AutomationsView


class BlueprintsView(AutomationsView):
    @property
    def _shelf(self) -> Shelf:
        return self._rooms.shelf

    @property
    def may_keep_blueprints(self) -> bool:
        return self.manages

    def require_automating(self) -> None:
        """Raises Forbidden for who may act on nothing."""
        self._automates()

    def require_blueprints(self) -> None:
        """For a form that only who may send it is shown. Raises Forbidden."""
        self._manage()

    def blueprints(self) -> list[Item]:
        """By name. Raises Forbidden for who may act on nothing."""
        self._automates()
        return self._shelf.all()

    def blueprint(self, path: str) -> Item:
        """Raises NotFound with the one that was probably meant."""
        self._automates()
        try:
            return self._shelf.get(path)
        except Conflict as error:
            raise NotFound(f"there is no blueprint {path!r}: {error}") from None

    def made_of(self, path: str) -> list[Kept]:
        """The automations that use a blueprint, as far as the actor may see them."""
        return [one for one in self.automations() if _path_of(one.body) == path]

    def check_blueprint(self, path: str, inputs: Mapping[str, Any]) -> tuple[Flaw, ...]:
        """What is wrong with the automation made of it with these inputs."""
        blueprint = self._shelf.blueprint(self.blueprint(path).path)
        return check_filled(blueprint, inputs)

    def check_blueprint_text(self, text: str, inputs: Mapping[str, Any]) -> tuple[bool, tuple[Flaw, ...]]:
        """Whether one that is not kept loads, and what is wrong with the automation made of it."""
        self._automates()
        found = check_blueprint(text, inputs)
        return found.loads, found.flaws

    async def fetch_blueprint(self, url: str) -> Preview:
        """What lies at a web address; nothing is kept. Raises Conflict in words."""
        self._manage()
        found = await self._shelf.fetch(url)
        await self._note("blueprint.fetch")
        return found

    def preview_blueprint(self, text: str, path: str = "", source_url: str = "") -> Preview:
        self._manage()
        return self._shelf.preview(text, path, source_url)

    async def keep_blueprint(self, text: str, path: str = "", source_url: str = "", *, replace: bool = False) -> Item:
        """Raises AutomationInvalid with every flaw, Conflict for a path that is taken or leads elsewhere."""
        self._manage()
        path = path or self._shelf.preview(text).path
        item = self._shelf.keep(text, path, source_url, replace=replace)
        self._rooms.automations.reload()
        await self._note("blueprint.keep", detail=item.path)
        return item

    async def look_for_update(self, path: str) -> Update:
        """Ask its source what is newer; nothing is kept. Raises NotFound, Conflict."""
        self._manage()
        return await self._shelf.update(path)

    async def look_for_updates(self) -> list[tuple[Item, Update | str]]:
        """Ask the sources of all own ones, a few at a time; nothing is kept. A word why, where one can't be asked."""
        self._manage()
        few = asyncio.Semaphore(4)

        async def ask(item: Item) -> tuple[Item, Update | str]:
            async with few:
                try:
                    return item, await self._shelf.update(item.path)
                except Conflict as error:
                    return item, str(error)

        return list(
            await asyncio.gather(*(ask(one) for one in self._shelf.all() if one.origin == OWN and one.source_url))
        )

    def has_newer(self, item: Item) -> bool:
        """Whether a newer one was seen at its source when somebody looked last."""
        self._automates()
        return self._shelf.has_newer(item)

    def broken_by(self, update: Update) -> list[tuple[Kept, tuple[Flaw, ...]]]:
        """Automations whose inputs would not do any more."""
        if update.blueprint is None:
            return []
        checked = [(one, check_filled(update.blueprint, _inputs_of(one.body))) for one in self._users(update.path)]
        return [(one, flaws) for one, flaws in checked if flaws]

    async def update_blueprint(self, path: str, *, digest: str = "", anyway: bool = False) -> Item:
        """Keep what its source has now; the inputs of automations stay.

        `digest`: of what was looked at. Raises Conflict where the source has another by now, and, but for `anyway`,
        where automations would not work any more.
        """
        update = await self.look_for_update(path)
        if digest and update.digest != digest:
            raise Conflict(f"the source of {path} has changed since you looked at it; look again")
        broken = [one.name for one, _ in self.broken_by(update)]
        if broken and not anyway:
            raise Conflict(f"{', '.join(broken)} would not work any more: the new one wants other inputs")
        item = self._shelf.keep(update.text, path, replace=True)
        self._rooms.automations.reload()
        await self._note("blueprint.update", detail=path)
        return item

    async def remove_blueprint(self, path: str) -> Item:
        """Raises Conflict while automations use it, and names them."""
        self._manage()
        users = self._users(self._shelf.get(path).path)
        if users:
            raise Conflict(f"{', '.join(one.name for one in users)} use it; remove them first, or give them another")
        item = self._shelf.remove(path)
        await self._note("blueprint.remove", detail=path)
        return item

    def _users(self, path: str) -> list[Kept]:
        return [one for one in self._rooms.automations.all.values() if _path_of(one.body) == path]


def body_of(item: Item, inputs: Mapping[str, Any], alias: str = "", description: str = "") -> dict[str, Any]:
    """An automation made of a blueprint."""
    head = {"alias": alias or item.name, **({"description": description} if description else {})}
    return {**head, "use_blueprint": {"path": item.path, "input": dict(inputs)}}


def input_at(blueprint: Blueprint, path: Path) -> str:
    """The input that stands at a place of the automation; '' where the blueprint itself does."""
    if len(path) == 2 and path[0] == "input":
        return str(path[1])
    here = blueprint.body
    for part in path:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return ""
        if isinstance(here, Input):
            return here.name
    return ""


def _path_of(body: Mapping[str, Any]) -> str:
    use = body.get("use_blueprint")
    return str(use.get("path", "")) if isinstance(use, Mapping) else ""


def _inputs_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    use = body.get("use_blueprint")
    given = use.get("input") if isinstance(use, Mapping) else None
    return given if isinstance(given, Mapping) else {}
