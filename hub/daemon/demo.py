"""The made-up household, moved in."""

from __future__ import annotations

import dataclasses
import importlib

from hub.model import Account, Role
from hub.plugin import DemoSetup
from hub.view import Rooms


async def demo_household(rooms: Rooms, *, anew: bool) -> DemoSetup:
    """The plan of `integrations.demo`; `anew`: its people, account and entries are made."""
    plan: DemoSetup = importlib.import_module("integrations.demo").demo_setup(rooms.clock.now().date())
    if not anew:
        return plan
    await rooms.people.save_household(plan.household)
    for person in plan.people:
        fields = {one.name: getattr(person, one.name) for one in dataclasses.fields(person)}
        await rooms.people.add(**{key: value for key, value in fields.items() if key != "slug"})
    for entry in plan.entries:
        await rooms.supervisor.kept.save_entry(entry)
    owner = plan.owner.lower()
    await rooms.accounts.add(Account(owner, plan.owner, Role.OWNER, owner), plan.password)
    await rooms.entities.reregister()
    return plan
