"""Automations: what they do, what they did, and how they are made."""
