"""The street is furnished once: passwords are hashed slowly."""

from collections.abc import AsyncIterator

import pytest

from tests.access.street import Street, street


@pytest.fixture(scope="module")
async def kanari(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    """A running hub with somebody of every kind at its door."""
    async with street(tmp_path_factory.mktemp("street")) as made:
        yield made
