"""`notify.*` and `persistent_notification.*`, by the names that Home Assistant's automations call them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hub.actions import Actions
from hub.bus import Bus
from hub.model import HOUSEHOLD, AccessChanged, Actor, Notice, PeopleChanged, Verb
from hub.notify.draft import Draft, Words, listed
from hub.notify.room import Notify, Told
from hub.plugin import ActionSpec

Run = Callable[[Actor, Any], Awaitable[Mapping[str, Any] | None]]
FIXED = ("notify.notify", "notify.send_message", "notify.persistent_notification")


class ToSome(BaseModel):
    """`notify.send_message`: persons by `target`, or `notify.<person>` by `entity_id`."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[Words, Field(min_length=1, max_length=10_000)]
    title: Annotated[Words, Field(max_length=500)] = ""
    entity_id: Annotated[list[str], BeforeValidator(listed)] = Field(default_factory=list)
    target: Any = None
    data: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _somebody(self) -> ToSome:
        if not self.recipients():
            raise ValueError("say who, by entity_id (notify.anna) or target")
        return self

    def recipients(self) -> list[str]:
        target = self.target
        if isinstance(target, Mapping):
            target = target.get("entity_id")
        return [*self.entity_id, *(str(one) for one in listed(target))]


class Kept(BaseModel):
    """`persistent_notification.create`."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[Words, Field(min_length=1, max_length=10_000)]
    title: Annotated[Words, Field(max_length=500)] = ""
    notification_id: Annotated[Words, Field(max_length=200)] = ""


class Which(BaseModel):
    model_config = ConfigDict(extra="forbid")
    notification_id: Annotated[Words, Field(min_length=1, max_length=200)]


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Specs:
    """Keeps the registry's names in step with who there is to tell."""

    def __init__(self, room: Notify, actions: Actions, bus: Bus) -> None:
        self._room, self._actions, self._bus = room, actions, bus
        self._names: set[str] = set()

    def sync(self) -> None:
        """Call it again whenever people or accounts have changed."""
        wanted = {spec.name: spec for spec in self._all()}
        for gone in self._names - set(wanted):
            self._actions.drop(gone)
        for spec in wanted.values():
            self._actions.put(spec)
        self._names = set(wanted)

    async def follow(self) -> None:
        """Goes on for ever, as people and accounts come and go."""
        with self._bus.subscribe(PeopleChanged, AccessChanged, name="notify") as news:
            async for _ in news:
                self.sync()

    def _all(self) -> list[ActionSpec]:
        create = "persistent_notification.create"
        found = [
            _spec("notify.notify", "Notify everyone", Draft, self._to([]), "Everyone whom you may notify of it."),
            _spec("notify.send_message", "Send a message", ToSome, self._send_message, "By name or entity."),
            _spec("notify.persistent_notification", "Show in Homeostat", Draft, self._show, "On your own pages alone."),
            _spec(create, "Show in Homeostat", Kept, self._create, "On your own pages alone."),
            _spec("persistent_notification.dismiss", "Take a notice back", Which, self._dismiss),
            _spec("persistent_notification.dismiss_all", "Take all notices back", Nothing, self._dismiss_all),
        ]
        for name, key in self._room.recipients.names().items():
            for called in (f"notify.{name}", f"notify.mobile_app_{name}"):
                if called not in FIXED:
                    title = f"Notify {self._room.recipients.name(key)}"
                    spec = _spec(called, title, Draft, self._to([key.removeprefix("@")]))
                    found.append(replace(spec, known_to=partial(self._known, key)))
        return found

    def _known(self, key: str, actor: Actor) -> bool:
        return self._room.recipients.known(actor, key)

    def _to(self, keys: list[str]) -> Run:
        async def run(actor: Actor, draft: Draft) -> Mapping[str, Any]:
            # Home Assistant's `target` narrows a group; of one person it names nothing that there is.
            whom = draft if keys == [] else draft.model_copy(update={"target": keys})
            return told(await self._room.send(actor, whom))

        return run

    async def _send_message(self, actor: Actor, some: ToSome) -> Mapping[str, Any]:
        draft = Draft(message=some.message, title=some.title, target=some.recipients(), data=some.data)
        return told(await self._room.send(actor, draft))

    async def _show(self, actor: Actor, draft: Draft) -> Mapping[str, Any]:
        name = str(draft.data.get("notification_id") or "")
        return await self._create(actor, Kept(message=draft.message, title=draft.title, notification_id=name))

    async def _create(self, actor: Actor, kept: Kept) -> Mapping[str, Any]:
        tag = f"persistent:{kept.notification_id}" if kept.notification_id else ""
        data = {"tag": tag, "persistent_notification": True}
        draft = Draft(message=kept.message, title=kept.title, target=self._self(actor), data=data)
        found = await self._room.send(actor, draft, only_app=True)
        for one in found.notices:
            self._room.answers.noted("updated" if one.version > 1 else "added", one)
        return told(found)

    async def _dismiss(self, actor: Actor, which: Which) -> Mapping[str, Any]:
        found = self._own(actor, f"persistent:{which.notification_id}")
        return await self._take_back(found)

    async def _dismiss_all(self, actor: Actor, _: Nothing) -> Mapping[str, Any]:
        return await self._take_back(self._own(actor, ""))

    async def _take_back(self, found: list[Notice]) -> Mapping[str, Any]:
        for one in found:
            await self._room.answers.withdraw(one)
            self._room.answers.noted("removed", one)
        return {"dismissed": len(found)}

    def _own(self, actor: Actor, tag: str) -> list[Notice]:
        if (key := self._room.recipients.of_account(actor.account)) != "":
            self._room.recipients.require(actor, key, HOUSEHOLD, "")
        mine = [one for one in self._room.shelf.all.values() if one.by == actor.account and one.open]
        return [one for one in mine if one.data.get("persistent_notification") and (not tag or one.tag == tag)]

    def _self(self, actor: Actor) -> list[str]:
        """Who asks; everyone where it is the hub itself."""
        return [actor.account] if actor.account else ["everyone"]


def told(found: Told) -> dict[str, Any]:
    """What an action answers."""
    return {
        "notices": [{"id": one.id, "to": one.to, "state": one.state.value, "why": one.why} for one in found.notices],
        "left_out": list(found.left_out),
    }


def _spec(name: str, title: str, parameters: type[BaseModel], run: Run, description: str = "") -> ActionSpec:
    # Whom it reaches decides: the room asks the rule for each of them, and notes it.
    return ActionSpec(name, title, parameters, Verb.VIEW, run, description=description, inner=True)
