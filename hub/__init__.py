"""Homeostat: a self-hosted hub for a household's wellness."""

__version__ = "0.1.0"
