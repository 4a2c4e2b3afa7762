"""`automation.*`: automations that start, stop and switch each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.at_work import Automations
from hub.automation.services.described import Service, yes_no
from hub.automation.services.hands import Hands, warned
from hub.automation.services.own import inner_spec, own_spec
from hub.errors import Forbidden
from hub.model import Actor, Verb
from hub.plugin import ActionSpec

_DOMAIN = ("automation",)
SERVICES = (
    Service("automation.trigger", "Run automation", "Runs the actions of automations now.",
            (yes_no("skip_condition", "Whether it runs even if its conditions are not met.", default=True),), _DOMAIN),
    Service("automation.turn_on", "Switch automation on", "From now on its triggers count.", (), _DOMAIN),
    Service("automation.turn_off", "Switch automation off", "From now on its triggers do not count.",
            (yes_no("stop_actions", "Whether runs under way end, too.", default=True),), _DOMAIN),
    Service("automation.toggle", "Toggle automation", "Switches off what is on, and the other way round.", (), _DOMAIN),
    Service("automation.reload", "Read automations anew", "Reads automations of files and blueprints anew."),
)  # fmt: skip


def specs(hands: Hands, automations: Automations) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}

    async def one(actor: Actor, key: str, verb: str, given: Any) -> None:
        kept = automations.get(key)
        # It acts with its account's rights: to set it off is to use them.
        if actor.account != kept.account and not hands.access.allowed(actor, Verb.MANAGE):
            raise Forbidden(f"{kept.entity_id} is somebody else's automation")
        if verb == "trigger":
            automations.run(key, conditions=given.skip_condition is False)
            return
        on = verb == "turn_on" or (verb == "toggle" and not kept.enabled)
        await automations.enable(key, on, by=actor.account or actor.kind)
        if not on and getattr(given, "stop_actions", True) is not False:
            attached = automations.engine(kept.account).automations.get(key)
            for task in list(attached.runs) if attached is not None else ():
                task.cancel()

    def acting(verb: str) -> ActionSpec:
        async def run(actor: Actor, given: Any) -> Mapping[str, Any] | None:
            aim = hands.aim(actor, given, _DOMAIN)
            for entity_id in (*aim.named, *aim.reached):
                await one(actor, entity_id.partition(".")[2], verb, given)
            return warned(aim.warnings)

        return inner_spec(by_name[f"automation.{verb}"], run)

    async def reload(actor: Actor, given: Any) -> None:
        automations.reload()

    return [
        *(acting(verb) for verb in ("trigger", "turn_on", "turn_off", "toggle")),
        own_spec(by_name["automation.reload"], reload, Verb.MANAGE),
    ]
