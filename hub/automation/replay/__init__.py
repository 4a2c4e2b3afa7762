"""Automations tried on what the recorder kept: read in the order in which it came, in a process of its own."""
