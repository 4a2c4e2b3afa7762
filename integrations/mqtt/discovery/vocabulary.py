"""Home Assistant's device classes: how each is called, which units suit it, and what is read in other units."""

from __future__ import annotations

from typing import NamedTuple

_PRESSURES = "Pa atm bar cbar hPa inHg inH₂O kPa mPa mbar mmHg psi"
_ENERGIES = "GJ GWh Gcal J MJ MWh Mcal TWh Wh cal kJ kWh kcal mWh thm"
_VOLUMES = "CCF L MCF fl.oz. ft³ gal mL m³"
_SPEEDS = "Beaufort ft/s in/s km/h kn m/min m/s mm/s mph"
NO_UNIT = "-"
"""Stands in the table for a class whose values have no unit."""

_SENSORS = f"""
absolute_humidity | Absolute humidity | g/m³ mg/m³
apparent_power | Apparent power | VA kVA mVA
aqi | Air quality index | -
area | Area | ac cm² ft² ha in² km² mi² mm² m² yd²
atmospheric_pressure | Atmospheric pressure | {_PRESSURES}
battery | Battery | %
blood_glucose_concentration | Blood glucose concentration | mg/dL mmol/L
carbon_dioxide | Carbon dioxide | ppm
carbon_monoxide | Carbon monoxide | mg/m³ ppb ppm μg/m³
conductivity | Conductivity | S/cm mS/cm μS/cm
current | Current | A mA μA
data_rate | Data rate | B/s GB/s Gbit/s GiB/s KiB/s MB/s Mbit/s MiB/s bit/s kB/s kbit/s
data_size | Data size | B EB EiB GB Gbit GiB KiB MB Mbit MiB PB PiB TB TiB YB YiB ZB ZiB bit kB kbit
date | Date |
distance | Distance | cm ft in km m mi mm nmi yd
duration | Duration | d h min ms s μs
energy | Energy | {_ENERGIES}
energy_distance | Energy per distance | Wh/km kWh/100km km/kWh mi/kWh
energy_storage | Stored energy | {_ENERGIES}
enum | Sensor |
frequency | Frequency | GHz Hz MHz kHz mHz
gas | Gas | CCF L MCF ft³ m³
humidity | Humidity | %
illuminance | Illuminance | lx
irradiance | Irradiance | BTU/(h⋅ft²) W/m²
moisture | Moisture | %
monetary | Balance | *
nitrogen_dioxide | Nitrogen dioxide | ppb ppm μg/m³
nitrogen_monoxide | Nitrogen monoxide | ppb μg/m³
nitrous_oxide | Nitrous oxide | μg/m³
ozone | Ozone | ppb ppm μg/m³
ph | pH | -
pm1 | PM1 | μg/m³
pm10 | PM10 | μg/m³
pm25 | PM2.5 | μg/m³
pm4 | PM4 | μg/m³
power | Power | GW MW TW W kW mW
power_factor | Power factor | - %
precipitation | Precipitation | cm in mm
precipitation_intensity | Precipitation intensity | in/d in/h mm/d mm/h
pressure | Pressure | {_PRESSURES}
radon | Radon | Bq/m³ pCi/L
reactive_energy | Reactive energy | kvarh varh
reactive_power | Reactive power | kvar mvar var
signal_strength | Signal strength | dB dBm
sound_pressure | Sound pressure | dB dBA
speed | Speed | {_SPEEDS} in/d in/h mm/d mm/h
sulphur_dioxide | Sulphur dioxide | ppb μg/m³
temperature | Temperature | K °C °F
temperature_delta | Temperature interval | K °C °F
timestamp | Timestamp |
uptime | Uptime |
volatile_organic_compounds | Volatile organic compounds | mg/m³ μg/m³
volatile_organic_compounds_parts | Volatile organic compounds parts | ppb ppm
voltage | Voltage | MV V kV mV μV
volume | Volume | {_VOLUMES}
volume_flow_rate | Volume flow rate | L/h L/min L/s ft³/min gal/d gal/h gal/min mL/s m³/h m³/min m³/s
volume_storage | Stored volume | {_VOLUMES}
water | Water | CCF L MCF ft³ gal m³
weight | Weight | g kg lb mg oz st μg
wind_direction | Wind direction | °
wind_speed | Wind speed | {_SPEEDS}
"""


class SensorClass(NamedTuple):
    name: str
    units: frozenset[str | None] | None
    """None in the set: no unit is right too; None instead of it: any unit is."""


def _sensor_classes() -> dict[str, SensorClass]:
    table = {}
    for row in _SENSORS.strip().splitlines():
        key, name, units = (part.strip() for part in row.split("|"))
        spelled = {None if unit == NO_UNIT else unit.replace("fl.oz.", "fl. oz.") for unit in units.split()}
        table[key] = SensorClass(name, None if units == "*" else frozenset(spelled))
    return table


def _names(rows: str) -> dict[str, str]:
    return {key: name for key, name in (row.split("=") for row in rows.split("; "))}  # noqa: C416 # each row is a pair


SENSOR = _sensor_classes()
NOT_NUMERIC = frozenset({"date", "enum", "timestamp", "uptime"})
NUMBER = frozenset(SENSOR) - NOT_NUMERIC
STATE_CLASSES = frozenset({"measurement", "measurement_angle", "total", "total_increasing"})
CATEGORIES = frozenset({"config", "diagnostic"})

CLASSES: dict[str, dict[str, str]] = {
    "sensor": {key: one.name for key, one in SENSOR.items()},
    "number": {key: SENSOR[key].name for key in NUMBER},
    "binary_sensor": _names(
        "battery=Battery; battery_charging=Charging; carbon_monoxide=Carbon monoxide; cold=Cold; "
        "connectivity=Connectivity; door=Door; garage_door=Garage door; gas=Gas; glass_break=Glass break; heat=Heat; "
        "light=Light; lock=Lock; moisture=Moisture; motion=Motion; moving=Moving; occupancy=Occupancy; "
        "opening=Opening; plug=Plug; power=Power; presence=Presence; problem=Problem; running=Running; "
        "safety=Safety; smoke=Smoke; sound=Sound; tamper=Tamper; update=Update; vibration=Vibration; window=Window"
    ),
    "button": _names("identify=Identify; restart=Restart; update=Update"),
    "cover": _names(
        "awning=Awning; blind=Blind; curtain=Curtain; damper=Damper; door=Door; garage=Garage; gate=Gate; "
        "shade=Shade; shutter=Shutter; window=Window"
    ),
    "event": _names("doorbell=Doorbell; button=Button; motion=Motion"),
    "humidifier": _names("humidifier=Humidifier; dehumidifier=Dehumidifier"),
    "switch": _names("outlet=Outlet; switch=Switch"),
    "update": _names("firmware=Firmware"),
    "valve": _names("water=Water; gas=Gas"),
}
"""Component -> device class -> the name an entity has that is given none. A component not listed has no classes."""

NAMELESS = {
    "alarm_control_panel": "Alarm", "binary_sensor": "Binary sensor", "climate": "HVAC", "lawn_mower": "Lawn Mower",
    "vacuum": "State Vacuum", "water_heater": "Water Heater", "light": "LightEntity", "notify": "notify",
}  # fmt: skip
"""What follows `MQTT` in the name of an entity with neither name nor class, where it is not the component itself."""

UNIT_SPELLINGS = {
    "µSv/h": "μSv/h", "µS/cm": "μS/cm", "µV": "μV", "µg/ft³": "μg/ft³", "µg/m³": "μg/m³",
    "µmol/s⋅m²": "μmol/s⋅m²", "µg": "μg", "µs": "μs", "mVAr": "mvar", "VAr": "var", "kVAr": "kvar", "VArh": "varh",
    "kVArh": "kvarh",
}  # fmt: skip
"""Other spellings of units, with the micro sign for one, and the one that is kept."""


class Reading(NamedTuple):
    """Shown in `unit`: the value times `factor` plus `shift`."""

    unit: str
    factor: float
    shift: float = 0.0


_KMH = {"ft/s": 1.09728, "m/min": 0.06, "m/s": 3.6, "mm/s": 0.0036, "mph": 1.609344, "in/s": 0.09144}
_M3 = {"CCF": 2.8316846592, "MCF": 28.316846592, "ft³": 0.028316846592}
_HPA = {
    "Pa": 0.01, "atm": 1013.25, "bar": 1000.0, "cbar": 10.0, "inHg": 33.863886666667, "inH₂O": 2.4908891,
    "kPa": 10.0, "mPa": 0.00001, "mbar": 1.0, "mmHg": 1.3332239, "psi": 68.947572931683,
}  # fmt: skip
_DISTANCES = {
    "ft": Reading("m", 0.3048), "in": Reading("mm", 25.4), "mi": Reading("km", 1.609344), "yd": Reading("m", 0.9144),
    "nmi": Reading("km", 1.852),
}  # fmt: skip
_AREAS = {
    "ft²": Reading("m²", 0.09290304), "in²": Reading("cm²", 6.4516), "yd²": Reading("m²", 0.83612736),
    "mi²": Reading("km²", 2.589988110336), "ac": Reading("ha", 0.40468564224),
}  # fmt: skip
METRIC: dict[str, dict[str, Reading]] = {
    "area": _AREAS,
    "atmospheric_pressure": {unit: Reading("hPa", factor) for unit, factor in _HPA.items()},
    "distance": _DISTANCES,
    "gas": {unit: Reading("m³", factor) for unit, factor in _M3.items()},
    "precipitation": {"in": Reading("mm", 25.4)},
    "precipitation_intensity": {"in/d": Reading("mm/d", 25.4), "in/h": Reading("mm/h", 25.4)},
    "pressure": {"psi": Reading("kPa", 6.8947572931683), "inHg": Reading("hPa", 33.863886666667)},
    "speed": {
        "ft/s": Reading("km/h", 1.09728),
        "mph": Reading("km/h", 1.609344),
        "in/s": Reading("mm/s", 25.4),
        "in/d": Reading("mm/d", 25.4),
        "in/h": Reading("mm/h", 25.4),
    },
    "temperature": {"°F": Reading("°C", 5 / 9, -160 / 9)},
    "volume": {
        **{unit: Reading("m³", factor) for unit, factor in _M3.items()},
        "fl. oz.": Reading("mL", 29.5735295625),
        "gal": Reading("L", 3.785411784),
    },
    "water": {**{unit: Reading("m³", factor) for unit, factor in _M3.items()}, "gal": Reading("L", 3.785411784)},
    "wind_speed": {unit: Reading("km/h", factor) for unit, factor in _KMH.items()},
}
"""Device class -> unit -> how a metric household reads it, the unit that is kept."""
