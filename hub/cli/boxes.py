"""`homeostat integration check PATH`: what a custom integration declares, and what its box allows here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from hub.cli.common import Session, options


@click.command("check")
@options
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def integration_check(session: Session, path: Path) -> None:
    """Check a custom integration: what it declares, and what its box allows on this machine.

    \b
    Example: homeostat integration check config/custom_integrations/bathroom_scale
    """
    with session.failing():
        found = asyncio.run(checked(path))
    session.show(found, _lines(found))
    if found["missing"]:
        raise SystemExit(1)


async def checked(path: Path) -> dict[str, Any]:
    """Raises ConfigInvalid (manifest). A problem of the code itself is among what is `missing`."""
    from hub.errors import HubError
    from hub.supervisor.child.box import what_holds
    from hub.supervisor.child.folder_hash import folder_hash
    from hub.supervisor.child.needs import manifest_of, read_needs
    from hub.supervisor.child.remote import describe

    path = path.resolve()
    needs = read_needs(path)
    missing = []
    described: dict[str, Any] = {}
    try:
        described = await describe(path)
    except HubError as error:
        missing.append(str(error))
    missing += [f"{one} is not there" for one in (*needs.files, *needs.devices) if not Path(one).exists()]
    held = what_holds()
    return {
        "path": str(path),
        "domain": described.get("domain", ""),
        "name": described.get("name", ""),
        "manifest": manifest_of(path).is_file(),
        "needs": needs.dump(),
        "words": needs.words(),
        "sha256": folder_hash(path),
        "box": [{"promise": one.promise, "holds": one.holds, "without": one.without} for one in held],
        "missing": missing,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [found["name"] or Path(found["path"]).name, f"  SHA-256 {found['sha256']}", "It declares:"]
    lines += [f"  {one}" for one in found["words"]]
    if not found["manifest"]:
        lines.append("  nothing more: it has no manifest, and reaches only addresses that you type into its options")
    lines.append("Its box on this machine:")
    for one in found["box"]:
        lines.append(
            f"  yes  {one['promise']}." if one["holds"] else f"  NO   {one['promise']}: here {one['without']}."
        )
    if any(not one["holds"] for one in found["box"]):
        lines.append("  This kernel does not hold the whole box. Run only integrations whose author you trust.")
    lines += ["Missing:", *(f"  {one}" for one in found["missing"])] if found["missing"] else ["Nothing is missing."]
    return lines
