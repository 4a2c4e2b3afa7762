"""What Home Assistant 2026.11 allows: device class -> (units, state classes)."""

LEVEL = {"measurement"}
ANY = {"measurement", "total", "total_increasing"}
COUNTED = {"total", "total_increasing"}
PRESSURES = {"Pa", "atm", "bar", "cbar", "hPa", "inHg", "inH₂O", "kPa", "mPa", "mbar", "mmHg", "psi"}
LENGTHS = {"cm", "ft", "in", "km", "m", "mi", "mm", "nmi", "yd"}
DUST = {"μg/m³"}

DEVICE_CLASSES: dict[str, tuple[set[str | None], set[str]]] = {
    "aqi": ({None}, LEVEL),
    "atmospheric_pressure": ({*PRESSURES}, LEVEL),
    "battery": ({"%"}, LEVEL),
    "blood_glucose_concentration": ({"mg/dL", "mmol/L"}, LEVEL),
    "carbon_dioxide": ({"ppm"}, LEVEL),
    "carbon_monoxide": ({"mg/m³", "ppb", "ppm", "μg/m³"}, LEVEL),
    "current": ({"A", "mA", "μA"}, LEVEL),
    "data_size": ({"B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "bit"}, ANY),
    "distance": ({*LENGTHS}, ANY),
    "duration": ({"d", "h", "min", "ms", "s", "μs"}, ANY),
    "energy": (
        {"GJ", "GWh", "Gcal", "J", "MJ", "MWh", "Mcal", "TWh", "Wh", "cal", "kJ", "kWh", "kcal", "mWh", "thm"},
        COUNTED,
    ),
    "humidity": ({"%"}, LEVEL),
    "illuminance": ({"lx"}, LEVEL),
    "irradiance": ({"BTU/(h⋅ft²)", "W/m²"}, LEVEL),
    "nitrogen_dioxide": ({"ppb", "ppm", "μg/m³"}, LEVEL),
    "ozone": ({"ppb", "ppm", "μg/m³"}, LEVEL),
    "pm1": ({*DUST}, LEVEL),
    "pm10": ({*DUST}, LEVEL),
    "pm25": ({*DUST}, LEVEL),
    "pm4": ({*DUST}, LEVEL),
    "power": ({"GW", "MW", "TW", "W", "kW", "mW"}, LEVEL),
    "precipitation": ({"cm", "in", "mm"}, ANY),
    "precipitation_intensity": ({"in/d", "in/h", "mm/d", "mm/h"}, LEVEL),
    "pressure": ({*PRESSURES}, LEVEL),
    "radon": ({"Bq/m³", "pCi/L"}, LEVEL),
    "signal_strength": ({"dB", "dBm"}, LEVEL),
    "sound_pressure": ({"dB", "dBA"}, LEVEL),
    "speed": (
        {"ft/s", "in/d", "in/h", "in/s", "km/h", "kn", "m/min", "m/s", "mm/d", "mm/h", "mm/s", "mph"},
        LEVEL,
    ),
    "sulphur_dioxide": ({"ppb", "μg/m³"}, LEVEL),
    "temperature": ({"K", "°C", "°F"}, LEVEL),
    "temperature_delta": ({"K", "°C", "°F"}, LEVEL),
    "volatile_organic_compounds": ({"mg/m³", "μg/m³"}, LEVEL),
    "volatile_organic_compounds_parts": ({"ppb", "ppm"}, LEVEL),
    "voltage": ({"MV", "V", "kV", "mV", "μV"}, LEVEL),
    "volume": ({"CCF", "L", "MCF", "fl. oz.", "ft³", "gal", "mL", "m³"}, COUNTED),
    "volume_flow_rate": (
        {"L/h", "L/min", "L/s", "ft³/min", "gal/d", "gal/h", "gal/min", "mL/s", "m³/h", "m³/min", "m³/s"},
        LEVEL,
    ),
    "weight": ({"g", "kg", "lb", "mg", "oz", "st", "μg"}, ANY),
    "wind_direction": ({"°"}, {"measurement_angle"}),
    "wind_speed": ({"ft/s", "in/s", "km/h", "kn", "m/min", "m/s", "mm/s", "mph"}, LEVEL),
}

STATE_CLASSES = {"measurement", "measurement_angle", "total", "total_increasing"}

LOINC = {
    "heart_rate": "8867-4",
    "respiratory_rate": "9279-1",
    "oxygen_saturation": "59408-5",
    "body_temperature": "8310-5",
    "height": "8302-2",
    "head_circumference": "9843-4",
    "weight": "29463-7",
    "bmi": "39156-5",
    "blood_pressure_systolic": "8480-6",
    "blood_pressure_diastolic": "8462-4",
    "steps": "55423-8",
    "sleep_duration": "93832-4",
    "sleep_deep_duration": "93831-6",
    "sleep_light_duration": "93830-8",
    "sleep_rem_duration": "93829-0",
    "hrv_sdnn": "80404-7",
    "blood_glucose": "2339-0",
    "interstitial_glucose": "99504-3",
    "glucose_management_indicator": "97506-0",
    "glucose_time_in_range": "97510-2",
}
"""Codes of the FHIR vital signs profile and the CGM guide."""
