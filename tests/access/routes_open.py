"""What is there for who is not signed in yet."""

from __future__ import annotations

from tests.access.asks import Ask, anybody, browser, data, known, nobody
from tests.access.street import PASSWORD

SIGNING: dict[str, Ask] = {
    "GET /static/{version}/{path}": Ask(anybody, lambda s, p: s.made["static"]),
    "GET /invite/{secret}": Ask(nobody, "/invite/guessed"),
    "POST /invite/{secret}": Ask(nobody, "/invite/guessed", form=data(password=PASSWORD, again=PASSWORD)),
    "GET /manifest.webmanifest": Ask(anybody),
    "GET /robots.txt": Ask(anybody),
    "GET /sign-in": Ask(anybody),
    "POST /sign-in": Ask(nobody, form=data(account="anna", password="wrong")),
    # It ends at the sign-in, whoever asks.
    "POST /sign-out": Ask(nobody, form=data()),
    "GET /welcome": Ask(nobody),
    "POST /welcome": Ask(nobody, form=data(owner="x", password=PASSWORD)),
    "POST /welcome/code": Ask(nobody, form=data(code="000-000-000")),
    "GET /welcome/sources": Ask(known),
    "GET /confirm": Ask(browser),
    "GET /confirm/passkey": Ask(browser),
    "POST /confirm": Ask(nobody, form=data(own_password="wrong")),
    "POST /confirm/openid": Ask(nobody, form=data()),
    "GET /ended": Ask(known),
    "GET /sign-in/passkey": Ask(anybody),
    # A second step that nobody began.
    "GET /sign-in/further/passkey": Ask(nobody, let_in=lambda status, body: status == 200),
    # It leads on to what the browser carries, which is nothing.
    "GET /sign-in/openid/done": Ask(anybody),
    "POST /sign-in/further": Ask(nobody, form=data(code="000000")),
    "POST /sign-in/openid": Ask(nobody, form=data()),
}
OPEN = frozenset(
    {
        "GET /static/{version}/{path}",
        "GET /hub/v1/openapi.json",
        "GET /healthz",
        "GET /readyz",
        "GET /manifest.webmanifest",
        "GET /robots.txt",
        "GET /sign-in",
        "GET /sign-in/passkey",
        "GET /sign-in/openid/done",
        "GET /api/versions",
        "GET /notifications/by-token/{token}",
        "GET /sw.js",
    }
)
"""All that answers somebody unknown with anything but a refusal or the way to the sign-in."""
