"""How the hub is reached: settings that go back by themselves when nobody confirms them from where they lead."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hub.model import CertificateFacts, NetworkSettings, NetworkState
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body
from web.sender import arrival


class SettingsShape(TypedDict):
    listen: str
    port: int
    hosts: list[str]
    proxies: list[str]
    tls: str
    tls_port: int
    redirect: bool
    hsts: bool


class PendingShape(TypedDict):
    settings: SettingsShape
    until: datetime
    by: str
    addresses: list[str]


CertificateShape = TypedDict(
    "CertificateShape",
    {
        "kind": str, "subject": str, "issuer": str, "names": list[str], "from": datetime, "expires": datetime,
        "fingerprint": str, "doubts": list[str],
    },
)  # fmt: skip


class NetworkShape(TypedDict):
    settings: SettingsShape
    declared: dict[str, str]
    """Settings that stand elsewhere -> where; those can't be changed here."""
    addresses: list[str]
    pending: PendingShape | None
    certificate: CertificateShape | None
    authority: str | None
    """SHA-256 of the home's certificate authority."""
    untrusted_proxies: dict[str, int]


Names = Annotated[list[Annotated[str, Field(max_length=253)]], Field(max_length=50)]
Port = Annotated[int, Field(ge=0, le=65_535)]


class NetworkChange(Body):
    """What is left out stays as it is."""

    listen: Annotated[str, Field(max_length=60, description="`machine`, `home`, `all`, or an address.")] | None = None
    port: Port | None = None
    hosts: Names | None = None
    proxies: Names | None = None
    tls: Literal["off", "home", "own"] | None = None
    tls_port: Port | None = None
    redirect: bool | None = None
    hsts: bool | None = None


def settings_shape(one: NetworkSettings) -> SettingsShape:
    return {
        "listen": one.listen,
        "port": one.port,
        "hosts": list(one.hosts),
        "proxies": list(one.proxies),
        "tls": one.tls,
        "tls_port": one.tls_port,
        "redirect": one.redirect,
        "hsts": one.hsts,
    }


def certificate_shape(one: CertificateFacts) -> CertificateShape:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "issuer": one.issuer,
        "names": list(one.names),
        "from": one.not_before,
        "expires": one.not_after,
        "fingerprint": one.fingerprint,
        "doubts": list(one.doubts),
    }


def network_shape(state: NetworkState) -> NetworkShape:
    waiting = state.pending
    return {
        "settings": settings_shape(state.settings),
        "declared": dict(state.declared),
        "addresses": list(state.addresses),
        "pending": None
        if waiting is None
        else {
            "settings": settings_shape(waiting.settings),
            "until": waiting.until,
            "by": waiting.by,
            "addresses": list(state.pending_addresses),
        },
        "certificate": certificate_shape(state.certificate) if state.certificate is not None else None,
        "authority": state.authority or None,
        "untrusted_proxies": dict(state.foreign),
    }


async def show_network(call: Call) -> NetworkShape:
    return network_shape(call.view.network())


async def change_network(call: Call) -> NetworkShape:
    body: NetworkChange = call.body
    given: dict[str, Any] = body.model_dump(exclude_none=True)
    return network_shape(await call.view.change_network(given))


async def confirm_network(call: Call) -> NetworkShape:
    return network_shape(await call.view.confirm_network(arrival(call.request)))


async def revert_network(call: Call) -> NetworkShape:
    return network_shape(await call.view.revert_network())


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/network", "How the hub is reached", "network", show_network, NetworkShape),
    Endpoint(
        "PATCH", "/hub/v1/network", "Change it, for five minutes", "network", change_network, NetworkShape,
        body=NetworkChange,
        description="In force at once beside the old settings, and taken back unless confirmed within five minutes.",
    ),
    Endpoint(
        "POST", "/hub/v1/network/confirm", "Keep what waits", "network", confirm_network, NetworkShape, errors=(409,),
        description="Only over an address that the new settings open: 409 says which.",
    ),
    Endpoint(
        "POST", "/hub/v1/network/revert", "Take back what waits", "network", revert_network, NetworkShape,
        errors=(409,),
    ),
)  # fmt: skip
