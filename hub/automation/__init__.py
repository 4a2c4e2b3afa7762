"""Automations: triggers, conditions and actions in Home Assistant's language, and blueprints made of them."""
