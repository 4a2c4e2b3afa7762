"""Certificates: the home's own authority, files that the owner brought, and what is served of them."""

from hub.tls.authority import HomeAuthority
from hub.tls.certificates import Certificates
from hub.tls.check import Checked, check

__all__ = ["Certificates", "Checked", "HomeAuthority", "check"]
