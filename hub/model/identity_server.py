"""Which identity server is believed, and whom of those it knows the owner lets in."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator
from yarl import URL

from hub.model.people import Role

HOME = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localhost", ".fritz.box", ".ts.net")
"""Names that only a home network resolves; nobody gives certificates for them."""
PORTS = {"http": 80, "https": 443}


def _listed(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Admission(BaseModel):
    """Who has this e-mail address, or is in this group, gets an account of this role at the first sign-in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: str = Field("", max_length=254, examples=["ben@example.org"])
    group: str = Field("", max_length=200, examples=["family"])
    role: Role = Field(Role.GUEST, examples=["adult"])
    person: str | None = Field(None, max_length=100, examples=["ben"])

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.email) == bool(self.group):
            raise ValueError("name an e-mail address or a group, one of them")
        if self.email and "@" not in self.email:
            raise ValueError("an e-mail address has an @")
        if self.role is Role.OWNER:
            raise ValueError("an identity server can't make owners; choose another role and change it by hand")
        if self.group and self.person:
            raise ValueError("a group is not one person; name the e-mail address instead")
        return self


class Provider(BaseModel):
    """What the owner wrote down about an identity server."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    issuer: str = Field(min_length=1, max_length=500, examples=["https://id.example.org"])
    client_id: str = Field(min_length=1, max_length=500, examples=["homeostat"])
    client_secret: SecretStr = Field(SecretStr(""), examples=["!secret openid_secret"])
    label: str = Field("", max_length=40, examples=["Family login"])
    scopes: Words = Field(("openid", "profile", "email"), examples=["[openid, email, groups]"])
    origins: Words = Field((), examples=["[https://keys.example.org]"])
    """Beyond the issuer's own: where else its addresses may lie."""
    groups_claim: str = Field("groups", min_length=1, max_length=100, examples=["groups"])
    admit: tuple[Admission, ...] = Field((), max_length=100, examples=["[{email: ben@example.org, role: adult}]"])

    @field_validator("issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        origin_of(value.strip())
        return value.strip()

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(origin_of(one) for one in value))

    @field_validator("scopes")
    @classmethod
    def _scopes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Without `openid` there is no ID token.
        return tuple(dict.fromkeys(("openid", *value)))

    @property
    def name(self) -> str:
        """What pages call it."""
        return self.label or URL(self.issuer).host or self.issuer

    def trusts(self, url: str) -> bool:
        """True for addresses of the issuer's own origin, and of those the owner listed."""
        try:
            return origin_of(url) in (origin_of(self.issuer), *self.origins)
        except ValueError:
            return False


def origin_of(url: str) -> str:
    """`https://id.example.org:8443`. Raises ValueError for what is no address, or would go unencrypted abroad."""
    try:
        parts = URL(url)
        host, port = (parts.host or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise ValueError("this is not an address such as https://id.example.org") from None
    if parts.scheme not in PORTS or not host or parts.user or parts.password or parts.fragment:
        raise ValueError("this is not an address such as https://id.example.org, without name, password and #")
    if parts.scheme == "http" and not _at_home(host):
        raise ValueError("beyond your own network it must be https://, or others could sign in as anybody")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port != PORTS[parts.scheme] else "")


def _at_home(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "." not in host or host.endswith(HOME)
    return address.is_private or address.is_loopback or address.is_link_local
