"""Forms that are generated: names a person reads, and room for long texts."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from hub.loader import load
from hub.plugin import Integration
from integrations.vocabulary.journal import KINDS
from tests.web.conftest import House, OpenPage
from web import forms
from web.forms.fields import fields


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("client_id", "Client ID"),
        ("ca", "CA"),
        ("api_secret", "API secret"),
        ("device_ids", "Device IDs"),
        ("base_url", "Base URL"),
        ("verify_tls", "Verify TLS"),
        ("clientId", "Client ID"),
        ("keep_days", "Keep days"),
        ("wifi_name", "Wi-Fi name"),
    ],
)
def test_a_name_becomes_a_title_in_sentence_case(name: str, label: str) -> None:
    (made,) = fields({"properties": {name: {"type": "string", "title": name.title().replace("_", " ")}}})
    assert made.label == label


def test_choices_are_words_and_units_are_written_as_units() -> None:
    (made,) = fields({"properties": {"units": {"enum": ["mg/dl", "mmol", "adult_glucose", "json", "GET"]}}})
    assert [one.name for one in made.choices if one.value] == ["mg/dL", "mmol/L", "Adult glucose", "JSON", "GET"]


def test_a_title_of_the_model_stays_as_it_is() -> None:
    (made,) = fields({"properties": {"url": {"type": "string", "title": "Broker"}}})
    assert made.label == "Broker"


def _asked() -> Iterator[tuple[str, type[BaseModel]]]:
    found: list[Integration] = list(load().catalogue.integrations)
    for one in found:
        yield one.domain, one.config
        for action in one.actions:
            yield action.name, action.parameters
    for kind in KINDS:
        yield kind.key, kind.model


@pytest.mark.parametrize(("what", "model"), list(_asked()), ids=lambda one: one if isinstance(one, str) else "")
def test_every_field_the_hub_brings_has_a_title_of_its_own(what: str, model: type[BaseModel]) -> None:
    untold = [name for name, field in model.model_fields.items() if not field.title and name != "entry"]
    assert not untold, f"{what}: without a title: {untold}"
    for one in forms.fields(model.model_json_schema()):
        assert "_" not in one.label
        assert one.label[:1] == one.label[:1].upper()


def test_a_note_has_room_for_a_long_text_and_keeps_its_lines() -> None:
    schema = next(kind for kind in KINDS if kind.key == "note").model.model_json_schema()
    kinds = {one.name: one.kind for one in forms.fields(schema, chips=True)}
    assert kinds["text"] == "long"
    assert kinds["title"] == "text"
    assert forms.values(schema, {"text": "one\n\ntwo"}).values["text"] == "one\n\ntwo"


async def test_the_text_of_a_note_is_written_in_several_lines(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/journal/new?kind=note&person=anna", java_script_enabled=False)
    await page.locator("textarea[name=text]").fill("first line\nsecond line")
    await page.get_by_role("button", name="Log it").click()
    (entry,), _ = await house.view.journal(["anna"])
    assert str(entry.data["text"]).splitlines() == ["first line", "second line"]
