"""How the devices themselves are doing."""

from __future__ import annotations

from hub.api import Aggregation, Family
from integrations.vocabulary.metrics.rows import (
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    YEAR,
    Fields,
    choice,
    flowing,
    gauge,
    total,
    words,
)

DEVICE = Family.DEVICE
_HEALTH: Fields = {"stale_after": DAY, "hold": DAY, "merge_interval": HOUR}
_STORE: Fields = {**_HEALTH, "hard": (0, None), "precision": 0, "icon": "hard-drive", "device_class": "data_size"}

METRICS = (
    gauge("battery", "Battery", "%", DEVICE, _HEALTH, aggregation=Aggregation.LAST, device_class="battery",
          hard=(0, 100), precision=0, icon="battery-medium", stale_after=2 * DAY, description="Charge left."),
    gauge("battery_voltage", "Battery voltage", "V", DEVICE, _HEALTH, device_class="voltage", hard=(0, 1_000),
          plausible=(0.5, 60), precision=2, icon="battery-medium",
          description="Measured at the battery of the device."),
    gauge("signal_strength", "Signal strength", "dB{mW}", DEVICE, _HEALTH, device_class="signal_strength",
          hard=(-200, 60), plausible=(-120, 0), precision=0, icon="wifi", description="Nearer to 0 is stronger."),
    gauge("link_quality", "Link quality", "{lqi}", DEVICE, _HEALTH, hard=(0, 255), precision=0, icon="signal",
          description="0 to 255, as the radio reports it; more is better."),
    flowing("power", "Power", "W", DEVICE, stale_after=HOUR, hold=HOUR, merge_interval=5 * MINUTE, device_class="power",
            display_units=("kW",), hard=(-10_000_000, 10_000_000), plausible=(-50_000, 50_000), precision=0,
            icon="plug",
            description="Electric power now."),
    total("energy", "Energy", "kW.h", DEVICE, device_class="energy", precision=2, icon="plug", stale_after=DAY,
          merge_interval=HOUR, description="Electric energy, counted up."),
    flowing("voltage", "Voltage", "V", DEVICE, _HEALTH, device_class="voltage", hard=(-100_000, 100_000), precision=1,
            icon="zap", description="Electric."),
    flowing("current", "Current", "A", DEVICE, _HEALTH, device_class="current", hard=(-10_000, 10_000), precision=2,
            icon="zap", description="Electric."),
    gauge("device_temperature", "Device temperature", "Cel", DEVICE, _HEALTH, device_class="temperature",
          display_units=("[degF]",), hard=(-80, 300), plausible=(-30, 110), precision=0, icon="thermometer",
          description="Of its chip or housing."),
    gauge("uptime", "Running for", "h", DEVICE, _HEALTH, aggregation=Aggregation.LAST, device_class="duration",
          display_units=("d",), hard=(0, None), precision=0, icon="clock", description="Time since its last start."),
    gauge("cpu_load", "Processor load", "%", DEVICE, _HEALTH, hard=(0, 100), precision=0, icon="cpu",
          description="Share that is busy."),
    gauge("memory_used", "Memory used", "%", DEVICE, _HEALTH, hard=(0, 100), precision=0, icon="memory-stick",
          description="Share that is used."),
    gauge("storage_used", "Storage used", "%", DEVICE, _HEALTH, hard=(0, 100), precision=0, icon="hard-drive",
          description="Share that is used."),
    gauge("storage_free", "Storage free", "MBy", DEVICE, _STORE, display_units=("GBy",),
          description="Space that is left."),
    gauge("sensor_age", "Sensor age", "d", DEVICE, _HEALTH, aggregation=Aggregation.LAST, device_class="duration",
          display_units=("h",), hard=(0, 3_650), plausible=(0, 400), precision=1, icon="hourglass",
          description="Time since it was put on."),
    gauge("cannula_age", "Cannula age", "h", DEVICE, _HEALTH, aggregation=Aggregation.LAST, device_class="duration",
          display_units=("d",), hard=(0, 10_000), plausible=(0, 200), precision=0, icon="hourglass",
          description="Time since the pump's cannula was changed."),
    total("wear_time", "Worn", "min", DEVICE, display_units=("h",), device_class="duration", plausible=(0, 1_440),
          icon="watch", stale_after=2 * DAY, merge_interval=DAY, description="Time on the body."),
    gauge("sensor_noise", "Sensor noise", "{level}", DEVICE, hard=(0, 4), precision=0, icon="activity",
          stale_after=HOUR, merge_interval=5 * MINUTE, description="Of a glucose sensor: 1 clean, 4 heavy."),
    choice("connectivity", "Connection", DEVICE, options=("on", "off"), icon="wifi", stale_after=DAY, hold=YEAR,
           merge_interval=HOUR, description="Whether it can be reached."),
    choice("charging", "Charging", DEVICE, options=("on", "off"), icon="battery-charging", stale_after=2 * DAY,
           hold=WEEK,
           merge_interval=HOUR, description="Whether it is being charged."),
    words("firmware", "Firmware", DEVICE, icon="cpu", stale_after=YEAR, hold=YEAR, merge_interval=DAY,
          description="The version it runs."),
)  # fmt: skip
