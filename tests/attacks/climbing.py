"""Two thousand names that climb: traversal, encodings, links, devices and lengths."""

from __future__ import annotations

from collections.abc import Iterator

TARGETS = (
    "etc/passwd", "etc/hostname", "proc/self/environ", "proc/self/maps", "proc/self/fd/3", "dev/zero", "root/.ssh/id_rsa", "secrets.yaml",
    "homeostat.db", "hub.yaml", "data/keys/recovery.key", "vault.key", "web/security.py", "hub/__init__.py", "pyproject.toml", "windows/win.ini",
)  # fmt: skip
STEPS = (
    "../", "..\\", "..%2f", "..%5c", "%2e%2e/", "%2e%2e%2f", ".%2e/", "%2e./", "..%252f", "%252e%252e%252f", "..%c0%af", "..%c1%9c", "%c0%ae%c0%ae/",
    "..%ef%bc%8f", "\uff0e\uff0e/", "..\u2215", "..\u2044", "....//", "....\\\\", "..;/", "..%00/", "..//", ".././", "..%u2215", "%u002e%u002e/", "..%0d%0a/", "..%09/",
    "%2e%2e;/", "..\\/", "%5c..%5c", "/%2e%2e/", "..%e0%80%af", "..%f0%80%80%af", "%uff0e%uff0e/",
)  # fmt: skip
DEPTHS = (1, 3, 8)
WHOLE = (
    "/{0}", "//{0}", "///{0}", "/./{0}", "file:///{0}", "file://localhost/{0}", "C:\\{0}", "\\\\?\\{0}", "\\\\localhost\\c$\\{0}", "~/{0}", "~root/{0}", "$HOME/{0}",
    "/%2f{0}", "%2f{0}", "%5c{0}", "{0}%00.js", "{0}%00", "{0};.js", "{0}?.js", "{0}#.js", "js/app.js/../../{0}", "vendor/htmx/../../../../{0}", "css/%2e%2e/%2e%2e/%2e%2e/{0}",
    "/proc/self/cwd/{0}", "/proc/self/root/{0}", "/dev/fd/../../{0}", ".//{0}", "{0}/.", "{0}/..", "{0}//", "{0}:$DATA", "{0}::$INDEX_ALLOCATION", "zip://x.zip#{0}", "php://filter/{0}",
)  # fmt: skip


def names() -> Iterator[str]:
    """Without their order meaning anything."""
    for target in TARGETS:
        for step in STEPS:
            for depth in DEPTHS:
                yield step * depth + target
        for pattern in WHOLE:
            yield pattern.format(target)


NAMES = tuple(dict.fromkeys(names()))
