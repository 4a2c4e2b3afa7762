"""Canaille, a real identity server, in a process of its own: `python -m tests.support.canaille PORT REDIRECT`.

It keeps its people in memory: Ben, whose password is `ben's own password`, and Zoe.
"""

import logging
import sys
from datetime import UTC, datetime

PASSWORDS = {"ben": "ben's own password", "zoe": "zoe's own password"}
CLIENT, SECRET = "homeostat", "client-secret"


def main(port: int, redirect: str) -> None:
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048, auto_kid=True)
    app = create_app(
        {
            "SECRET_KEY": "only for tests",
            "SERVER_NAME": f"localhost:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {
                "DATABASE": "memory",
                "JAVASCRIPT": False,
                "LOGGING": {"version": 1},
                "CAPTCHA_ENABLED": False,
            },
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)], "TRUSTED_DOMAINS": []},
        }
    )
    with app.app_context(), Backend.instance.session():
        for name, password in PASSWORDS.items():
            user = models.User(
                user_name=name,
                formatted_name=name.capitalize(),
                family_name="Linden",
                display_name=name.capitalize(),
                emails=[f"{name}@example.org"],
                password=password,
            )
            Backend.instance.save(user)
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="Homeostat",
            client_id_issued_at=datetime.now(UTC),
            redirect_uris=[redirect],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "email", "groups"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app.run("127.0.0.1", port, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
