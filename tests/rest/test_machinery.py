"""Integrations, config entries, devices, actions."""

from tests.rest.conftest import House


async def test_the_catalogue_lists_what_there_is_with_the_schema_of_its_options(house: House) -> None:
    found = (await house.get("/hub/v1/integrations")).json["integrations"]
    assert found
    one = (await house.get(f"/hub/v1/integrations/{found[0]['domain']}")).json
    assert one["options"]["type"] == "object"


async def test_an_unknown_domain_is_not_set_up(house: House) -> None:
    answer = await house.call("POST", "/hub/v1/entries", {"domain": "nothing"})
    assert answer.status == 404
    assert "nothing" in answer.error["message"]
    assert (await house.get("/hub/v1/entries")).json == {"entries": []}


async def test_actions_are_listed_with_their_parameters(house: House) -> None:
    actions = (await house.get("/hub/v1/actions")).json["actions"]
    assert actions
    assert all(one["parameters"]["type"] == "object" for one in actions)


async def test_an_unknown_action_is_not_found_and_wrong_parameters_are_named(house: House) -> None:
    assert (await house.call("POST", "/hub/v1/actions/light.explode", {})).status == 404
    actions = (await house.get("/hub/v1/actions")).json["actions"]
    needy = next(one for one in actions if one["parameters"].get("required"))
    answer = await house.call("POST", f"/hub/v1/actions/{needy['name']}", {})
    assert answer.status in (409, 422)
    assert needy["parameters"]["required"][0] in answer.error["message"]
    assert (await house.call("POST", f"/hub/v1/actions/{needy['name']}", [])).status == 422
