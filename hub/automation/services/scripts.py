"""`script.*`: scripts by name, with their answer, and by entity without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from hub.automation.scripts import KeptScript, Scripts
from hub.automation.services.described import Given, Service, anything
from hub.automation.services.hands import Hands, warned
from hub.automation.services.own import inner_spec, own_spec
from hub.errors import Forbidden
from hub.model import HOUSEHOLD, Actor, Verb
from hub.plugin import ActionSpec

_DOMAIN = ("script",)
SERVICES = (
    Service("script.turn_on", "Start script", "Starts scripts and goes on at once.",
            (anything("variables", "Values of its fields.", example={"room": "kitchen"}),), _DOMAIN),
    Service("script.turn_off", "Stop script", "Stops scripts that are running.", (), _DOMAIN),
    Service("script.toggle", "Toggle script", "Starts what is not running, stops what is.",
            (anything("variables", "Values of its fields."),), _DOMAIN),
    Service("script.reload", "Read scripts anew", "Reads scripts of files anew."),
)  # fmt: skip


class AnyFields(BaseModel):
    """A script's own; what is required is asked for when it runs."""

    model_config = ConfigDict(extra="allow")


def described(one: KeptScript) -> Service:
    """The action of one script, for a form."""
    body = one.script
    fields = tuple(
        Given(
            key, Any, told.description or told.name or "",
            told.selector if isinstance(told.selector, Mapping) else {"text": {}},
            told.required, told.example, told.default,
        )
        for key, told in (body.fields if body is not None else {}).items()
    )  # fmt: skip
    words = (body.description if body is not None else None) or f"Runs the script {one.name} and waits for its end."
    return Service(one.entity_id, one.name, words, fields, response=True)


def spec_of_script(one: KeptScript, scripts: Scripts, whose: Callable[[str], tuple[str, str | None]]) -> ActionSpec:
    key, service = one.key, described(one)

    async def run(actor: Actor, given: AnyFields) -> Mapping[str, Any]:
        return await scripts.call(actor, key, given.model_extra or {})

    return ActionSpec(
        service.name, service.title, AnyFields, Verb.ACT, run,
        whose=lambda given: whose(one.entity_id), description=service.description,
    )  # fmt: skip


def specs(hands: Hands, scripts: Scripts) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}

    def acting(verb: str) -> ActionSpec:
        async def run(actor: Actor, given: Any) -> Mapping[str, Any] | None:
            aim = hands.aim(actor, given, _DOMAIN)
            for entity_id in (*aim.named, *aim.reached):
                if not hands.acts(actor, entity_id):
                    raise Forbidden(f"you may not run {entity_id}")
                key = entity_id.partition(".")[2]
                stops = verb == "turn_off" or (verb == "toggle" and scripts.get(key).runs)
                if stops:
                    scripts.stop(key)
                else:
                    variables = given.variables if isinstance(given.variables, Mapping) else {}
                    scripts.start(actor, key, variables)
            return warned(aim.warnings)

        return inner_spec(by_name[f"script.{verb}"], run)

    async def reload(actor: Actor, given: Any) -> None:
        await scripts.load()

    return [
        *(acting(verb) for verb in ("turn_on", "turn_off", "toggle")),
        own_spec(by_name["script.reload"], reload, Verb.MANAGE, lambda given: (HOUSEHOLD, None)),
    ]
