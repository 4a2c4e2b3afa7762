"""Integrations that ship with the hub; each imports `hub.api` and nothing else of the hub."""
