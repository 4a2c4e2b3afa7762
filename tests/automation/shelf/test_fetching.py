"""Blueprints from the web: found where people show them, and nothing of the house is reached on the way."""

from collections.abc import AsyncIterator

import pytest

from hub.automation.shelf import Fetcher
from hub.automation.shelf.addresses import address, unwrapped
from hub.errors import Conflict
from tests.automation.shelf.street import NIGHT, Street, street


@pytest.fixture
async def there() -> AsyncIterator[Street]:
    async with street() as made:
        yield made


def fetcher(there: Street, patience: float = 3) -> Fetcher:
    return Fetcher(frozenset({there.door}), there.moved, patience)


@pytest.mark.parametrize(
    ("url", "asked", "path"),
    [
        ("https://github.com/anna/ha/blob/main/dir/night_light.yaml",
         "/raw.githubusercontent.com/anna/ha/main/dir/night_light.yaml", "anna/night_light.yaml"),
        ("https://raw.githubusercontent.com/anna/ha/main/night%20light.yaml",
         "/raw.githubusercontent.com/anna/ha/main/night light.yaml", "anna/night_light.yaml"),
        ("https://gist.github.com/ben/0123abcd", "/api.github.com/gists/0123abcd", "ben/night_light.yaml"),
        ("https://gist.github.com/ben/0123abcd#file-night-light-yaml", "/api.github.com/gists/0123abcd",
         "ben/night_light.yaml"),
        ("https://community.home-assistant.io/t/night-light/77012/3", "/community.home-assistant.io/t/77012.json",
         "anna/night-light.yaml"),
        ("https://example.org/files/night.yaml", "/example.org/files/night.yaml", "example_org/night.yaml"),
        ("https://example.org/moved.yaml", "/example.org/moved.yaml", "example_org/moved.yaml"),
    ],
)  # fmt: skip
async def test_a_blueprint_is_found_where_people_show_it(there: Street, url: str, asked: str, path: str) -> None:
    found = await fetcher(there).fetch(url)
    assert found.text.strip() == NIGHT.strip()
    assert there.asked[0] == asked
    assert (found.path, found.source_url) == (path, url)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", r"404"),
        ("page", r"a web page, not a blueprint"),
        ("huge", r"more than 1 MB"),
        ("picture", r"no text"),
        ("round", r"leads on and on"),
        ("slow", r"did not answer in 0\.5 seconds"),
        ("away", r"unencrypted"),
        ("house", r"your own network"),
    ],
)
async def test_what_can_not_be_had_is_told_in_words(there: Street, name: str, said: str) -> None:
    with pytest.raises(Conflict, match=said):
        await fetcher(there, 0.5 if name == "slow" else 3).fetch(f"https://example.org/{name}.yaml")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x.yaml", "https://localhost/x.yaml", "https://192.168.1.1/x.yaml", "https://[::1]/x.yaml",
     "http://169.254.169.254/latest", "https://0x7f.1/x.yaml", "https://[::ffff:10.0.0.1]/x.yaml"],
)  # fmt: skip
async def test_nothing_in_the_house_is_asked(url: str) -> None:
    with pytest.raises(Conflict, match=r"your own network|can't be reached|no web address"):
        await Fetcher(patience=3).fetch(url)


async def test_an_unencrypted_address_is_asked_last_and_told_of(there: Street) -> None:
    plain = Fetcher(frozenset({there.door}), patience=3)
    found = await plain.fetch(f"{there.base}/example.org/night.yaml")
    assert "unencrypted" in found.notes[0]


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "file:///etc/passwd", "https://", "x.yaml", "javascript:alert(1)", "https://[::1"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Conflict, match="no web address"):
        address(url)


def test_an_address_with_a_password_is_not_kept() -> None:
    with pytest.raises(Conflict, match="password"):
        address("https://anna:secret@example.org/x.yaml")


async def test_a_button_leads_to_the_blueprint_whose_own_address_is_noted(there: Street) -> None:
    inner = "https%3A%2F%2Fgithub.com%2Fanna%2Fha%2Fblob%2Fmain%2Fnight_light.yaml"
    button = f" https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url={inner} "
    found = await fetcher(there).fetch(button)
    assert there.asked == ["/raw.githubusercontent.com/anna/ha/main/night_light.yaml"]
    assert (found.path, found.source_url) == (
        "anna/night_light.yaml", "https://github.com/anna/ha/blob/main/night_light.yaml",
    )  # fmt: skip


@pytest.mark.parametrize("query", ["", "?blueprint_url=", "?blueprint_url=https%3A%2F%2Fmy.home-assistant.io%2Fx"])
def test_a_button_that_leads_nowhere_says_so(query: str) -> None:
    with pytest.raises(Conflict, match="names no blueprint"):
        unwrapped(f"https://my.home-assistant.io/redirect/blueprint_import/{query}")


@pytest.mark.parametrize("inner", ["http%3A%2F%2F127.0.0.1%2Fx.yaml", "https%3A%2F%2F192.168.1.1%2Fx.yaml"])
async def test_a_button_leads_into_no_house(inner: str) -> None:
    with pytest.raises(Conflict, match="your own network"):
        await Fetcher(patience=3).fetch(
            f"https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url={inner}"
        )


async def test_a_topic_without_a_blueprint_says_so(there: Street) -> None:
    there.text = "automation: []"
    with pytest.raises(Conflict, match="shows no blueprint"):
        await fetcher(there).fetch("https://community.home-assistant.io/t/x/1")
    with pytest.raises(Conflict, match="no blueprint in it"):
        await fetcher(there).fetch("https://gist.github.com/ben/1")
