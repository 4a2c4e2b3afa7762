"""Automations as one actor may see and change them: their own, and everybody's for who manages the household."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.automation.at_work import Kept
from hub.automation.at_work.store import bodies_of
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.judging import Verdict
from hub.automation.rendering import Renderer
from hub.automation.schema.automation import Automation
from hub.automation.seen_states import Reads
from hub.automation.trace import Trace
from hub.errors import Forbidden, HubError, NotFound
from hub.model import HOUSEHOLD, Actor, Verb
from hub.view.automation_absent import Names, absent
from hub.view.automation_words import mentioned
from hub.view.base import Base, subject_of

_UNSEEN = "what it saw is not told here: it sees more than you may"


class AutomationsView(Base):
    @property
    def may_automate(self) -> bool:
        """True for who may act on something at all."""
        scope = self.scope(Verb.ACT)
        return any(scope.touches(one) for one in (HOUSEHOLD, *self._rooms.people.all))

    def automations(self) -> list[Kept]:
        """By name. Raises Forbidden for who may act on nothing."""
        self._automates()
        found = [one for one in self._rooms.automations.all.values() if self._has(one)]
        return sorted(found, key=lambda one: one.name.casefold())

    def automation(self, key: str) -> Kept:
        """Raises NotFound also for one of somebody else."""
        self._automates()
        one = self._rooms.automations.all.get(key.removeprefix("automation."))
        if one is None or not self._has(one):
            raise self._unknown(key)
        return one

    def check_automation(self, body: Mapping[str, Any]) -> tuple[Automation | None, tuple[Flaw, ...]]:
        """What a body says, its blueprint filled in; or everything that is wrong with it."""
        self._automates()
        return self._rooms.automations.check(body)

    def automation_yaml(self, key: str) -> str:
        one = self.automation(key)
        return self._rooms.automations.write_yaml(one.body)

    def read_automation(self, text: str) -> Mapping[str, Any]:
        """One automation's YAML. Raises AutomationInvalid with lines."""
        self._automates()
        return self._rooms.automations.read_yaml(text)

    def read_automations(self, text: str) -> list[Mapping[str, Any]]:
        """All of a file, Home Assistant's `automations.yaml` too. Raises AutomationInvalid with every flaw."""
        self._automates()
        found, wrong = [], list[Flaw]()
        for body, flaws in bodies_of(text):
            made, others = self._rooms.automations.check(body)
            if made is None:
                wrong += flaws or others
            found.append(body)
        if wrong:
            raise AutomationInvalid(wrong)
        if not found:
            raise AutomationInvalid([Flaw((), "there is no automation in it.", "", 1)])
        return found

    async def add_automation(self, body: Mapping[str, Any], enabled: bool = True, key: str | None = None) -> Kept:
        """It acts with the rights of the actor's account. Raises AutomationInvalid, Forbidden, Conflict."""
        account = self._whole_account()
        one = await self._rooms.automations.add(body, account, by=self._author, key=key, enabled=enabled)
        await self._note("automation.add", detail=one.key)
        return one

    async def change_automation(
        self, key: str, body: Mapping[str, Any], expected_version: int | None = None, note: str = ""
    ) -> Kept:
        """Raises AutomationInvalid, Forbidden, Conflict for one that was changed meanwhile or stands in a file."""
        self.automation(key)
        self._whole_account()
        made = await self._rooms.automations.change(
            key, body, by=self._author, expected_version=expected_version, note=note
        )
        await self._note("automation.change", detail=made.key)
        return made

    async def remove_automation(self, key: str) -> Kept:
        """`restore_automation` brings it back."""
        self.automation(key)
        self._whole_account()
        one = await self._rooms.automations.remove(key, by=self._author)
        await self._note("automation.remove", detail=one.key)
        return one

    async def enable_automation(self, key: str, on: bool) -> Kept:
        self.automation(key)
        self._whole_account()
        one = await self._rooms.automations.enable(key, on, by=self._author)
        await self._note("automation.enable" if on else "automation.disable", detail=one.key)
        return one

    async def run_automation(self, key: str, *, conditions: bool = False) -> None:
        """As if a trigger had fired. Raises Conflict for one that does not load."""
        self.automation(key)
        self._whole_account()
        self._rooms.automations.run(key, {"trigger_by": self._author}, conditions=conditions)
        await self._note("automation.run", detail=key)

    async def automation_versions(self, key: str) -> list[Kept]:
        """Oldest first; of one that was removed too."""
        self._automates()
        try:
            found = await self._rooms.automations.versions(key)
        except NotFound:
            found = []
        if not found or not self._has(found[-1]):
            raise self._unknown(key)
        return found

    async def restore_automation(self, key: str, version: int) -> Kept:
        """As it was in a version; brings one that was removed back."""
        await self.automation_versions(key)
        self._whole_account()
        one = await self._rooms.automations.restore(key, version, by=self._author)
        await self._note("automation.restore", detail=f"{one.key} version {version}")
        return one

    async def automation_traces(self, key: str, limit: int = 50) -> list[Trace]:
        """Newest first; runs that go on included. Without what they saw for who may not see as much as they."""
        one = self.automation(key)
        return self._shown(one.account, one.body, await self._rooms.automations.traces(one.key, limit))

    def automation_last_run(self, key: str) -> Trace | None:
        one = self.automation(key)
        last = self._rooms.automations.last_run(one.key)
        return next(iter(self._shown(one.account, one.body, [last] if last is not None else [])), None)

    def automation_due(self, key: str) -> datetime | None:
        """When it looks at the clock next, where it does."""
        return self._rooms.automations.due(self.automation(key).key)

    def automation_problems(self, key: str) -> list[str]:
        return self._rooms.automations.problems(self.automation(key).key)

    def automation_absent(self, key: str) -> list[str]:
        """Entities and actions that it names and that are not there for its account, a line each."""
        one, rooms = self.automation(key), self._rooms
        if not self._sees_what(one.account):
            return []
        actor, body = Actor(one.account, kind="automation"), one.body
        if one.blueprint:
            try:
                body = rooms.shelf.blueprint(one.blueprint).fill(one.inputs)
            except HubError:
                return []  # its flaws say more
        return self._absent(body, actor)

    def _absent(self, body: Any, actor: Actor) -> list[str]:
        """What an automation with its blueprint filled in names, and what is not there for an actor."""
        rooms, world = self._rooms, self._rooms.automations.world(actor)
        house, recorded, specs = rooms.automations.house, rooms.entities.all, rooms.actions.all

        def sees(entity_id: str) -> bool:
            return (entity_id in recorded or house.get(entity_id) is not None) and world.sees(entity_id)

        def knows(action: str) -> bool:
            spec = specs.get(action)
            return spec is not None and (spec.known_to is None or spec.known_to(actor))

        entities = Names(sees, lambda: {seen.entity_id for seen in world.all()} | {id for id in recorded if sees(id)})
        actions = Names(knows, lambda: [name for name in specs if knows(name)])
        return absent(body, entities, actions, whole=rooms.automations.running)

    async def judge_condition(self, body: Any, variables: Mapping[str, Any] | None = None) -> Verdict:
        """One condition, now, as the actor sees the house. Raises AutomationInvalid, TemplateFailed."""
        self._automates()
        verdict = await self._rooms.automations.judge(self.actor, body, variables)
        self._saw_entities(mentioned(body, self._rooms.entities.all))
        return verdict

    def render_template(self, text: str, variables: Mapping[str, Any] | None = None) -> str:
        """Raises TemplateFailed. It sees what the actor sees."""
        self._automates()
        reads = Reads()
        told = Renderer(self._rooms.automations.world(self.actor)).text(text, variables or {}, reads)
        self._saw_entities([one for one in self._rooms.entities.all if reads.concerned(one)])
        return told

    async def reload_automations(self) -> None:
        """Read the configuration's automations and blueprints anew."""
        self._manage()
        self._rooms.automations.reload()
        await self._note("automation.reload")

    def _automates(self) -> None:
        if not self.may_automate:
            raise Forbidden("you may not act on anything here, so there are no automations for you")

    def _has(self, one: Kept) -> bool:
        return self.manages or one.account == self.actor.account

    def _unknown(self, key: str) -> NotFound:
        near = difflib.get_close_matches(key, [one.key for one in self.automations()], n=1)
        return NotFound(f"there is no automation {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

    def _shown(self, account: str, body: Mapping[str, Any], traces: Sequence[Trace]) -> list[Trace]:
        """Traces of what an account ran."""
        if not self._sees_what(account):
            return [replace(each, trigger={}, why=_UNSEEN, steps=[]) for each in traces]
        known = self._rooms.entities.all
        seen = set().union(*(mentioned(each.trigger, known) for each in traces))
        self._saw_entities(seen | (mentioned(body, known) if traces else set()))
        return list(traces)

    def _sees_what(self, account: str) -> bool:
        """Whether the actor may see all that an account (empty: the hub itself) may: what it ran tells of that."""
        mine, theirs = self.scope(), self._rooms.access.scope(Actor(account), Verb.VIEW)
        if mine.unlimited or not account:
            return mine.unlimited
        everybody = (*self._rooms.people.all, HOUSEHOLD, "")
        return mine == theirs or all(mine.covers(one) for one in everybody if theirs.touches(one))

    def _saw_entities(self, entities: Iterable[str]) -> None:
        for entity in [self._rooms.entities.all[one] for one in entities]:
            if self._may_entity(entity):
                self._saw(entity.person, subject_of(entity))

    def _whole_account(self) -> str:
        """The account that acts. Raises Forbidden for a token that reaches less: an automation reaches as far as it."""
        self._automates()
        account = self.actor.account
        if not account:
            owners = self._rooms.accounts.owners()
            if not owners:
                raise Forbidden("there is no account yet whose rights an automation could have; set the hub up first")
            return owners[0].name
        if self.actor.token is not None:
            whole = Actor(account)
            for verb in (Verb.VIEW, Verb.RECORD, Verb.ACT):
                if self._rooms.access.scope(self.actor, verb) != self._rooms.access.scope(whole, verb):
                    raise Forbidden(
                        "this token reaches less than its account, and an automation acts with the account's rights; "
                        "use a token without limits, or the page"
                    )
        return account
