"""Households for commands; one that is set up is shared by the tests that only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.console import Household, Running

QUIET = "integrations:\n  - {domain: mqtt, disabled: true}\n"
"""No broker: these tests are about commands."""


@pytest.fixture
def fresh(tmp_path: Path) -> Household:
    """A folder with nothing but settings in it."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "hub.yaml").write_text(QUIET)
    return Household(folder)


@pytest.fixture
def household(fresh: Household) -> Household:
    """Set up for Anna and Ben."""
    fresh.set_up("Ben")
    return fresh


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Household:
    """Set up for Anna and Ben; the tests of a module share it."""
    folder = tmp_path_factory.mktemp("shared") / "config"
    folder.mkdir()
    (folder / "hub.yaml").write_text(QUIET)
    household = Household(folder)
    household.set_up("Ben")
    return household


@pytest.fixture(scope="module")
def hub(shared: Household) -> Iterator[Running]:
    """A hub that runs on the shared household."""
    with shared.running() as running:
        yield running
