"""What the pages of helpers ask for."""

from __future__ import annotations

from tests.access.asks import THINGS, Ask, acts_on_lamp, at, data, house
from tests.access.oracle import ACT, ERASED, HOUSEHOLD, Caller
from tests.access.street import PEOPLE, Street


def acts_on_some(caller: Caller, person: str) -> bool:
    """On anything of anybody, by role or by a grant; a token with subjects reaches some of it."""
    if not caller.live or ACT not in caller.verbs:
        return False
    people = [one for one in (*PEOPLE, HOUSEHOLD) if caller.persons is None or one in caller.persons]
    granted = {one.person for one in caller.grants if ACT in one.verbs}
    return any(caller._by_account(ACT, one, "anything") or one in granted for one in people if one != ERASED)


async def a_helper(street: Street, person: str) -> None:
    supervisor = street.hub.rooms.supervisor
    if "spare_helper" not in supervisor.entries:
        await supervisor.add("input_button", {}, title="Spare", person=HOUSEHOLD, entry_id="spare_helper")


HELPERS: dict[str, Ask] = {
    "GET /automations/helpers": Ask(acts_on_some),
    "GET /automations/helpers/list": Ask(acts_on_some),
    "POST /automations/helpers/tell/{entity}": Ask(
        acts_on_lamp, at("/automations/helpers/tell/{lamp}"), THINGS, form=data(command="turn_on")
    ),
    "GET /automations/helpers/new/{domain}": Ask(house, "/automations/helpers/new/input_boolean"),
    "POST /automations/helpers/new/{domain}": Ask(
        house, "/automations/helpers/new/input_select", form=data(title="Without options")
    ),
    "GET /automations/helpers/{entry}/edit": Ask(house, "/automations/helpers/spare_helper/edit", before=a_helper),
    "POST /automations/helpers/{entry}/edit": Ask(
        house, "/automations/helpers/spare_helper/edit", form=data(title="Spare"), before=a_helper
    ),
    "POST /automations/helpers/{entry}/remove": Ask(
        house, "/automations/helpers/spare_helper/remove", form=data(), before=a_helper
    ),
}
