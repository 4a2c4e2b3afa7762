"""When something of the hub's own breaks, the log says what and where, and never what was measured."""

import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub import logs
from hub.errors import BadReading, HubError
from web import errors

VALUE = "61.7373"


@pytest.mark.parametrize("failure", [ValueError(f"weight {VALUE}"), HubError(f"weight {VALUE}"), KeyError(VALUE)])
async def test_what_a_page_raises_is_logged_without_its_words(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(_: web.Request) -> web.Response:
        try:
            raise RuntimeError(VALUE)
        except RuntimeError:
            raise failure from None

    app = web.Application(middlewares=[errors.explain])
    app.router.add_get("/breaks/{what}", breaks)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(f"/breaks/{VALUE}")
        assert answer.status == 500
    assert f"GET /breaks/{{what}} failed: {type(failure).__name__}" in caplog.text
    assert "in breaks" in caplog.text
    assert VALUE not in caplog.text


def test_a_refused_reading_is_named_and_not_quoted_wherever_it_stands_in_a_chain() -> None:
    try:
        try:
            raise BadReading(f"weight cannot be {VALUE}")
        except BadReading as error:
            raise HubError("the import failed") from error
    except HubError as error:
        trace = logs.trace_of(error)
        record = logging.LogRecord("x", logging.ERROR, "", 0, "no: %s", (error.__cause__,), None)
    assert "the import failed" in trace
    assert "BadReading" in trace
    assert VALUE not in trace
    assert logs.message_of(record) == "no: BadReading"
