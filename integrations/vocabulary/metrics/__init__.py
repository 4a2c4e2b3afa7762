"""The vocabulary's tables, one file a family."""

from __future__ import annotations

from integrations.vocabulary.metrics import activity, air, baby, body, device, food, glucose, heart, mood, sleep

METRICS = (
    *heart.METRICS,
    *glucose.METRICS,
    *sleep.METRICS,
    *activity.METRICS,
    *body.METRICS,
    *food.METRICS,
    *mood.METRICS,
    *baby.METRICS,
    *air.METRICS,
    *device.METRICS,
)
"""Every metric that ships with the hub, in the order they are shown."""
