"""A real hub on a real port, with a household and tokens of every reach."""

import io
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from hub.daemon import Hub, Settings
from hub.model import Limits, Role, Verb
from hub.view import SetupRequest

EVERYTHING = frozenset(Verb)
PASSWORD = "long enough a password"


@dataclass
class Answer:
    """A whole answer, read."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        assert self.headers["Content-Type"].startswith("application/json"), self.body[:200]
        found: dict[str, str] = self.json["error"]
        assert set(found) == {"code", "message", "where", "hint"}
        return found


@dataclass
class House:
    """The running hub, and what a client needs to speak with it."""

    hub: Hub
    session: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}"

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = "owner",
        raw: bytes | None = None,
        **more: Any,
    ) -> Answer:
        """One request; `token` names one of `tokens`, None shows none."""
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(token, token)}"
        if raw is not None or body is not None:
            headers.setdefault("Content-Type", "application/json")
        data: Any = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        if data is not None and len(data) > 1_000_000:
            data = io.BytesIO(data)
        async with self.session.request(method, self.url + path, data=data, headers=headers, **more) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, *, token: str | None = "owner", **params: Any) -> Answer:
        return await self.call("GET", path, token=token, params=params)

    async def record(self, *readings: dict[str, Any], token: str | None = "owner") -> Answer:
        return await self.call("POST", "/hub/v1/readings", {"readings": list(readings)}, token=token)

    async def token(self, name: str, account: str = "anna", **scope: Any) -> str:
        """Make a token and remember it by name."""
        _, text = await self.hub.rooms.accounts.create_token(account, label=name, **scope)
        self.tokens[name] = text
        return text


@asynccontextmanager
async def running(data: Path, url: str = "", tokens: dict[str, str] | None = None) -> AsyncIterator[House]:
    """A hub on `data`; set up anew unless `tokens` says that it was."""
    # What looks for faults asks faster than any stranger may.
    limits = Limits(stranger_requests_per_second=10_000, requests_per_second=10_000)
    hub = await Hub.start(Settings(data, database_url=url, port=0, automatic_entries=False, limits=limits))
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            house = House(hub, session, dict(tokens or {}))
            if tokens is None:
                await _set_up(house)
            yield house
    finally:
        await hub.stop()


async def _set_up(house: House) -> None:
    people = [{"name": "Ben"}, {"name": "Cleo"}]
    request = SetupRequest("Anna", PASSWORD, "Test house", "Europe/Madrid", people=people)
    await house.hub.views.setup(request, code=None)
    await house.hub.views.system().add_account("Ben", "another long password", role=Role.ADULT, person="ben")
    await house.token("owner", verbs=EVERYTHING)
    await house.token("ben", account="ben", verbs=EVERYTHING)
    await house.token("anna only", persons=["anna"], verbs=[Verb.VIEW, Verb.RECORD])
    await house.token("viewer", verbs=[Verb.VIEW])
    await house.token("steps only", verbs=[Verb.VIEW, Verb.RECORD], subjects=["steps"])


@pytest.fixture(scope="session")
async def moved_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A data folder that was set up, to copy, and its tokens: passwords are hashed slowly, and once is enough."""
    data = tmp_path_factory.mktemp("moved-in") / "data"
    async with running(data) as house:
        return data, house.tokens


@pytest.fixture
async def house(tmp_path: Path, moved_in: tuple[Path, dict[str, str]]) -> AsyncIterator[House]:
    """On SQLite."""
    data, tokens = moved_in
    shutil.copytree(data, tmp_path / "data")
    async with running(tmp_path / "data", tokens=tokens) as house:
        yield house


@pytest.fixture
async def house_on_postgres(tmp_path: Path, postgres_database: str) -> AsyncIterator[House]:
    async with running(tmp_path / "data", postgres_database) as house:
        yield house


@pytest.fixture
def ago() -> Callable[[float], str]:
    """Minutes ago, as text."""
    began = datetime.now(UTC).replace(microsecond=0)
    return lambda minutes: (began - timedelta(minutes=minutes)).isoformat()
