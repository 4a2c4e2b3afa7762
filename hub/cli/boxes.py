"""`homeostat integration check|sign PATH`: what a custom integration declares and its box allows here; signing."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import Session, options

if TYPE_CHECKING:
    from hub.supervisor.child.signed import Signed


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
        if (shipped := _shipped(path.resolve())) is not None:
            session.show(shipped, f"{shipped['name']} comes with the hub and runs inside of it, without a box.")
            return
        found = asyncio.run(checked(path))
    session.show(found, _lines(found))
    if found["missing"]:
        raise SystemExit(1)


@click.command("sign")
@options
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="File of your secret key; made when new.")
@click.option("--publisher", required=True, help="What you call yourself.")
@click.option("--number", type=click.IntRange(min=0), default=None, help="Of this publication; else one more.")
@click.pass_obj
def integration_sign(session: Session, path: Path, key: Path, publisher: str, number: int | None) -> None:
    """Sign a custom integration, for those who agreed to your key to get your updates unasked.

    \b
    Example: homeostat integration sign bathroom_scale --key ~/publisher.key --publisher "Mira"
    """
    with session.failing():
        signed = _sign(path.resolve(), key, publisher, number)
    session.show(
        {"key": signed.key, "publisher": signed.publisher, "number": signed.number},
        f"Signed as publication {signed.number} of {signed.publisher}, key {signed.key}. Keep {key} to yourself.",
    )


def _shipped(path: Path) -> dict[str, Any] | None:
    """Of one that comes with the hub; None for a custom one."""
    import importlib.util
    import tomllib

    spec = importlib.util.find_spec("integrations")
    folders = [Path(one).resolve() for one in (spec.submodule_search_locations or ())] if spec is not None else []
    if path.parent not in folders:
        return None
    manifest = path / "manifest.toml"
    told = tomllib.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
    name = str(told.get("name") or path.stem)
    return {"path": str(path), "domain": str(told.get("domain") or path.stem), "name": name, "comes_with_the_hub": True,
            "needs": {}, "words": [], "box": [], "missing": []}  # fmt: skip


def _sign(path: Path, file: Path, publisher: str, number: int | None) -> Signed:
    """Raises ConfigInvalid (key, publisher, manifest)."""
    from hub.errors import ConfigInvalid
    from hub.supervisor.child.folder_hash import folder_hash
    from hub.supervisor.child.needs import read_needs
    from hub.supervisor.child.signed import new_key, read_signed, sign, signed_number

    read_needs(path)
    if number is None:
        number = signed_number(path) + 1
    if not file.exists():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(new_key() + "\n")
    sha256 = folder_hash(path)
    try:
        sign(path, sha256, file.read_text(), publisher, number)
    except (OSError, ValueError) as error:
        raise ConfigInvalid(f"holds no key of a publisher: {error}", file=str(file)) from None
    made = read_signed(path, sha256)
    assert made is not None
    return made


async def checked(path: Path) -> dict[str, Any]:
    """Raises ConfigInvalid (manifest). A problem of the code itself is among what is `missing`."""
    from hub.errors import HubError
    from hub.supervisor.child.box import what_holds
    from hub.supervisor.child.declared import Declared
    from hub.supervisor.child.needs import manifest_of
    from hub.supervisor.child.remote import describe

    path = path.resolve()
    declared = Declared.read(path)
    needs, signed = declared.needs, declared.signed
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
        "sha256": declared.sha256,
        "signed": {"publisher": signed.publisher, "key": signed.key, "number": signed.number} if signed else None,
        "box": [{"promise": one.promise, "holds": one.holds, "without": one.without} for one in held],
        "missing": missing,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [found["name"] or Path(found["path"]).name, f"  SHA-256 {found['sha256']}"]
    signed = found["signed"]
    lines.append(
        f"  Signed by {signed['publisher']}, key {signed['key']}, publication {signed['number']}"
        if signed
        else "  Nobody signed it: each change of its files asks the owner anew"
    )
    lines.append("It declares:")
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
