"""Signing in by OpenID Connect: another identity server says who somebody is; what they may stays decided here."""

from hub.access.openid.flows import Flow, Purpose
from hub.access.openid.identities import Identities, Identity
from hub.access.openid.refusals import Refused
from hub.access.openid.room import OpenId, Proven
from hub.access.openid.settings import OpenIdSettings, Sealer
from hub.model.identity_server import Admission, Provider

__all__ = [
    "Admission",
    "Flow",
    "Identities",
    "Identity",
    "OpenId",
    "OpenIdSettings",
    "Proven",
    "Provider",
    "Purpose",
    "Refused",
    "Sealer",
]
