"""What a hub's log holds after a day of all sorts: never a reading's value, never a secret."""

import json
import urllib.error
import urllib.request

from tests.support.console import PASSWORD, Household

VALUE = "71.23457"
SECRET = "hunter2-canary-secret"
RAISES = f"""
from datetime import timedelta
from pydantic import BaseModel, SecretStr
from hub.api import Integration, hookimpl, Sample

class Config(BaseModel):
    key: SecretStr = SecretStr("")

async def poll(ctx):
    ctx.log.warning("asking with %s", ctx.config.key.get_secret_value())
    raise ValueError("could not understand weight {VALUE}")

@hookimpl
def register_integrations(register):
    register(Integration(domain="raises", name="Raises", config=Config, poll=poll, every=timedelta(seconds=1)))
"""


def test_after_a_run_with_all_sorts_of_trouble_the_log_holds_no_value_and_no_secret(household: Household) -> None:
    own = household.folder / "custom_integrations"
    own.mkdir()
    (own / "raises.py").write_text(RAISES)
    (household.folder / "secrets.yaml").write_text(f"key: {SECRET}\n")
    (household.folder / "hub.yaml").write_text(
        "logging: {level: debug}\n"
        "integrations:\n"
        "  - {domain: mqtt, disabled: true}\n"
        "  - {domain: raises, person: anna, options: {key: !secret key}}\n"
        f"  - {{domain: http_json, person: anna, options: {{url: 'http://127.0.0.1:9/?token={SECRET}', "
        "readings: [{metric: weight}]}}\n"
        "  - {domain: open_meteo, options: {latitude: !secret key}}\n"
    )
    token = household.token()
    with household.running() as hub:
        good = {"person": "anna", "metric": "weight", "value": float(VALUE), "taken_at": "2026-11-01T10:00:00Z"}
        assert hub.record(token, **good)[1]["accepted"] == 1
        for wrong in (
            {"value": f"{VALUE} kg"},
            {"value": 9e9},
            {"metric": VALUE},
            {"taken_at": VALUE},
            {"unit": VALUE},
        ):
            hub.record(token, **{**good, **wrong})
        raw = urllib.request.Request(
            f"http://127.0.0.1:{hub.port}/hub/v1/readings?token={SECRET}&value={VALUE}",
            f'{{"readings": [{VALUE}, broken'.encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        for request in (raw, f"http://127.0.0.1:{hub.port}/api/v1/entries.json?token={SECRET}"):
            try:
                urllib.request.urlopen(request, timeout=10).close()
            except urllib.error.HTTPError as error:
                error.close()
        hub.request("GET", f"/{VALUE}?secret={SECRET}", f"{SECRET}-{SECRET}")
        entry = {"domain": "nightscout", "person": "anna", "options": {"url": "https://127.0.0.1:9", "token": SECRET}}
        hub.request("POST", "/hub/v1/entries", token, entry)
        household("entry", "add", "nightscout", "--person", "ben", "--option", f"api_secret={SECRET}", code=None)
        household("import", "csv", str(_table(household)), "--person", "anna", "--map", "w=weight", code=None)
        hub.wait_for(" integrations.raises: went away")
        seen = hub.request("GET", "/hub/v1/readings?person=anna&metric=weight", token)[1]["readings"]
        assert seen[0]["value"] == float(VALUE)
    text = "".join(path.read_text() for path in (household.folder / "data/logs").iterdir())
    entries = {json.loads(line).get("entry") for line in text.splitlines()}
    assert {"raises", "http_json"} <= entries, "the trouble itself is told"
    for canary in (VALUE, SECRET, token, PASSWORD):
        assert canary not in text
        assert canary not in hub.said


def _table(household: Household) -> str:
    file = household.folder / "table.csv"
    file.write_text(f"time,w\n2026-11-02T10:00:00Z,{VALUE}\n2026-11-02T10:00:00Z,{VALUE}x\n")
    return str(file)
