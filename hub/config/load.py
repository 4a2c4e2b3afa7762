"""From a folder to settings."""

from __future__ import annotations

from pathlib import Path

from hub.daemon import Settings


def load_settings(config_dir: Path) -> Settings:
    return Settings(data_dir=config_dir / "data")
