"""Two hubs on one PostgreSQL database: the second is told, and a hub that was killed is not in its own way."""

import signal
from pathlib import Path

from tests.support.console import Household
from tests.support.process import free_port
from tests.support.thorough import thorough


def _on(folder: Path, database: str) -> Household:
    folder.mkdir()
    (folder / "hub.yaml").write_text(
        "database: {url: !secret database}\nintegrations:\n  - {domain: mqtt, disabled: true}\n"
    )
    (folder / "secrets.yaml").write_text(f"database: {database.replace('+asyncpg', '')}\n")
    return Household(folder)


@thorough
def test_a_second_hub_on_the_same_postgresql_database_is_refused_in_words(
    tmp_path: Path, postgres_database: str
) -> None:
    first, second = _on(tmp_path / "first", postgres_database), _on(tmp_path / "second", postgres_database)
    first.set_up()
    with first.running() as hub:
        token = first.token()
        for refused in (
            second("run", "--port", str(free_port()), code=1),
            second("person", "add", "Eve", code=1),
        ):
            assert "the database is in use by another hub (homeostat on " in refused.err
            assert "Traceback" not in refused.err
        assert [one["person"] for one in first("person", "list", "--json").json] == ["anna"]
        good = {"person": "anna", "metric": "weight", "value": 70, "taken_at": "2026-11-01T10:00:00Z"}
        assert hub.record(token, **good)[1]["accepted"] == 1
        hub.process.send_signal(signal.SIGSTOP)
        try:
            assert "in use by another hub" in second("run", "--port", str(free_port()), code=1).err
        finally:
            hub.process.send_signal(signal.SIGKILL)
            hub.process.wait(10)
    with first.running() as hub:
        assert hub.request("GET", "/hub/v1/people", token)[0] == 200
    with second.running() as hub:
        assert hub.request("GET", "/hub/v1/people", token)[0] == 200
