"""A lively demo household: ninety days of plausible history, then live readings, through the same door as real data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from hub.api import Context, DemoSetup, Integration, hookimpl
from integrations.demo.setup import demo_setup
from integrations.demo.story import Persona

__all__ = ["DemoConfig", "DemoSetup", "demo_setup"]


class DemoConfig(BaseModel):
    """Options of a demo entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    persona: Persona = Field(
        Persona.ADULT_GLUCOSE, title="Who", description="Whose life is made up: an adult, a baby or a house."
    )
    days: int = Field(90, ge=1, le=400, title="History", description="Days of history before the start.")
    started: date | None = Field(None, title="Began on", description="Empty: the day it is first started.")
    seed: int = Field(1, title="Seed", description="Another number makes up another life.")
    live_every: float = Field(
        15.0, ge=5, le=300, title="Live readings", description="Seconds between live readings of heart and rooms."
    )
    glucose_every: float = Field(
        300.0, ge=15, le=300, title="Live glucose", description="Seconds between live glucose readings."
    )


async def listen(ctx: Context) -> None:
    """Fill the hub with the persona's days, then go on live."""
    from integrations.demo.feed import listen as run

    await run(ctx)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="demo",
            name="Demo household",
            config=DemoConfig,
            listen=listen,
            icon="flask-conical",
            description="Made-up people and rooms with months of history, to look around without a device.",
            documentation="demo.md",
            belongs_to="either",
        )
    )
