"""Everything an automation can do, by Home Assistant's names (2026.11)."""
