"""Reads the configuration folder; fails with file, line, key and a hint."""

from hub.config.load import FILE, ConfigFlaws, Reading, load_settings, read_config

__all__ = ["FILE", "ConfigFlaws", "Reading", "load_settings", "read_config"]
