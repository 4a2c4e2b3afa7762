"""What the pages and addresses of backups ask for: all of it is the owner's."""

from __future__ import annotations

from tests.access.asks import Ask, at, data, nobody, owns

NAME = "here:homeostat-20261120T020000Z-gs73u8r2.age"
NEW = "/welcome/backup"
"""Only for a hub that nobody owns yet."""
PAGE, REST = "/settings/backups", "/hub/v1/backups"

BACKUPS: dict[str, Ask] = {
    f"GET {PAGE}": Ask(owns),
    f"POST {PAGE}": Ask(owns, form=data()),
    f"GET {PAGE}/jobs/{{job}}": Ask(owns, at(f"{PAGE}/jobs/none"), absent=True),
    f"POST {PAGE}/verify": Ask(owns, form=data(backup=NAME)),
    f"POST {PAGE}/key": Ask(owns, form=data(renew="yes")),
    f"POST {PAGE}/download": Ask(owns, form=data(backup=NAME), absent=True),
    f"POST {PAGE}/keyring": Ask(owns, form=data()),
    f"GET {PAGE}/targets/add": Ask(owns),
    f"POST {PAGE}/targets/add": Ask(owns, form=data(kind="ftp")),
    f"POST {PAGE}/targets/test": Ask(owns, form=data(target="none")),
    f"POST {PAGE}/targets/remove": Ask(owns, form=data(target="none"), absent=True),
    f"POST {PAGE}/schedule": Ask(owns, form=data(on="on", hour="3")),
    f"GET {PAGE}/restore": Ask(owns),
    f"POST {PAGE}/restore": Ask(owns, form=data(backup=NAME), absent=True),
    f"POST {PAGE}/restore/upload": Ask(owns, form=data()),
    f"GET {PAGE}/restore/{{candidate}}": Ask(owns, at(f"{PAGE}/restore/none"), absent=True),
    f"POST {PAGE}/restore/{{candidate}}/key": Ask(
        owns, at(f"{PAGE}/restore/none/key"), form=data(key="x"), absent=True
    ),
    f"POST {PAGE}/restore/{{candidate}}": Ask(
        owns, at(f"{PAGE}/restore/none"), form=data(confirm="restore"), absent=True
    ),
    f"GET {NEW}": Ask(nobody),
    f"POST {NEW}": Ask(nobody, form=data()),
    f"GET {NEW}/{{candidate}}": Ask(nobody, at(f"{NEW}/none")),
    f"POST {NEW}/{{candidate}}": Ask(nobody, at(f"{NEW}/none"), form=data(confirm="restore")),
    f"POST {NEW}/{{candidate}}/key": Ask(nobody, at(f"{NEW}/none/key"), form=data(key="x")),
    f"GET {NEW}/{{candidate}}/jobs/{{job}}": Ask(nobody, at(f"{NEW}/none/jobs/none")),
    f"GET {REST}": Ask(owns),
    f"POST {REST}": Ask(owns),
    f"POST {REST}/verify": Ask(owns, json=lambda s, p: {"backup": NAME}, absent=True),
    f"POST {REST}/preview": Ask(owns, json=lambda s, p: {"backup": NAME}, absent=True),
    f"POST {REST}/restore": Ask(owns, json=lambda s, p: {"candidate": "none", "confirm": "restore"}, absent=True),
    f"GET {REST}/targets": Ask(owns),
    f"POST {REST}/targets": Ask(owns, json=lambda s, p: {"kind": "folder", "folder": "relative"}),
    f"POST {REST}/targets/{{target}}/test": Ask(owns, at(f"{REST}/targets/none/test"), absent=True),
    f"DELETE {REST}/targets/{{target}}": Ask(owns, at(f"{REST}/targets/none"), absent=True),
    f"GET {REST}/jobs": Ask(owns),
    f"GET {REST}/jobs/{{job}}": Ask(owns, at(f"{REST}/jobs/none"), absent=True),
}
