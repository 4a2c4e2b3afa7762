"""How the hub is reached, and the certificates it shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.console.operations.site import Progress, Site
from hub.model import CertificateFacts, NetworkSettings, NetworkState
from hub.model.network import NAMES


async def show(site: Site, _: Progress) -> dict[str, Any]:
    return shown(site.view.network())


async def change(site: Site, _: Progress, *, settings: Mapping[str, Any], confirm: bool = False) -> dict[str, Any]:
    """`confirm`: said at the console at once. Raises ConfigInvalid, Conflict; then nothing changed."""
    state = await site.view.change_network(settings)
    if confirm and state.pending is not None:
        state = await site.view.confirm_network(None)
    return shown(state)


async def confirm(site: Site, _: Progress) -> dict[str, Any]:
    """Raises Conflict when nothing waits."""
    return shown(await site.view.confirm_network(None))


async def revert(site: Site, _: Progress) -> dict[str, Any]:
    """Raises Conflict when nothing waits."""
    return shown(await site.view.revert_network())


async def create_authority(site: Site, _: Progress, *, anew: bool = False) -> dict[str, Any]:
    """The home's authority and the hub's certificate by it. Raises ConfigInvalid."""
    room = site.hub.network
    before = room.certificates.authority.fingerprint()
    room.certificates.create(room.names(room.state().settings), anew=anew)
    await room.look()
    made = room.certificates.authority.fingerprint()
    if made != before:
        await site.hub.rooms.trail.note("system", "tls.create", detail=made[:23])
    return {**certificates(site), "made": made != before}


async def install(site: Site, _: Progress, *, certificate: str, key: str, anyway: bool = False) -> dict[str, Any]:
    """Copy the owner's files into the data folder, checked. Raises ConfigInvalid; then nothing changed."""
    room = site.hub.network
    hosts = room.state().settings.hosts
    found = room.certificates.install(Path(certificate), Path(key), hosts, anyway=anyway)
    await room.look()
    await site.hub.rooms.trail.note("system", "tls.install", detail=found.fingerprint[:23])
    return {
        "subject": found.subject,
        "names": list(found.names),
        "expires": found.not_after,
        "fingerprint": found.fingerprint,
        "doubts": list(found.doubts),
        "in_use": room.state().settings.tls == "own",
    }


async def show_certificates(site: Site, _: Progress) -> dict[str, Any]:
    return certificates(site)


def certificates(site: Site) -> dict[str, Any]:
    state = site.hub.network.state()
    authority = site.hub.network.certificates.authority
    return {
        "tls": state.settings.tls,
        "authority": state.authority or None,
        "authority_file": str(authority.certificate) if state.authority else None,
        "certificate": certificate_shown(state.certificate),
        "own_installed": state.own_there,
    }


def shown(state: NetworkState) -> dict[str, Any]:
    """As plain values, the same at the console and in REST."""
    pending = state.pending
    return {
        "settings": settings_shown(state.settings),
        "declared": dict(state.declared),
        "addresses": list(state.addresses),
        "pending": None
        if pending is None
        else {
            "settings": settings_shown(pending.settings),
            "until": pending.until,
            "by": pending.by,
            "addresses": list(state.pending_addresses),
        },
        "certificate": certificate_shown(state.certificate),
        "authority": state.authority or None,
        "untrusted_proxies": dict(state.foreign),
    }


def settings_shown(settings: NetworkSettings) -> dict[str, Any]:
    values = {name: getattr(settings, name) for name in NAMES}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def certificate_shown(facts: CertificateFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        "kind": facts.kind,
        "subject": facts.subject,
        "issuer": facts.issuer,
        "names": list(facts.names),
        "from": facts.not_before,
        "expires": facts.not_after,
        "fingerprint": facts.fingerprint,
        "doubts": list(facts.doubts),
    }
