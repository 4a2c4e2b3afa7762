"""Reads the configuration folder; fails with file, line, key and a hint."""

from hub.config.load import load_settings

__all__ = ["load_settings"]
