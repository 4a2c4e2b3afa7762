"""Indoors and out: air, weather, pollen, noise and light. The household's, mostly."""

from __future__ import annotations

from hub.api import Aggregation, Family, Metric
from integrations.vocabulary.metrics.rows import DAY, HOUR, MINUTE, Fields, choice, flowing, gauge, total

AIR = Family.AIR
_SENSOR: Fields = {"stale_after": HOUR, "hold": HOUR, "merge_interval": 5 * MINUTE}
_WEATHER: Fields = {"stale_after": 2 * HOUR, "hold": 2 * HOUR, "merge_interval": HOUR}
_WARM: Fields = {"display_units": ("[degF]",), "device_class": "temperature", "icon": "thermometer", "precision": 1}
_OUTDOOR: Fields = {**_WEATHER, **_WARM, "hard": (-95, 65), "plausible": (-50, 50), "max_step": 15, "step_within": HOUR}
_MOIST: Fields = {"device_class": "humidity", "hard": (0, 100), "icon": "droplets", "precision": 0}
_DUST: Fields = {**_SENSOR, "hard": (0, 20_000), "plausible": (0, 1_000), "precision": 0, "icon": "cloud-fog"}
_GAS: Fields = {**_WEATHER, "hard": (0, 100_000), "plausible": (0, 1_000), "precision": 0, "icon": "cloud-fog"}
_WIND: Fields = {
    **_WEATHER, "device_class": "wind_speed", "display_units": ("m/s", "[mi_i]/h", "[kn_i]"), "hard": (0, 450),
    "plausible": (0, 200), "precision": 0, "icon": "wind",
}  # fmt: skip
_RAIN: Fields = {"display_units": ("[in_i]",), "precision": 1, "icon": "cloud-rain"}
_POLLEN: Fields = {
    **_WEATHER, "hard": (0, 100_000), "plausible": (0, 5_000), "precision": 0, "icon": "flower",
    "description": "Grains in a cubic metre of air.",
}  # fmt: skip
_LOUD: Fields = {
    "device_class": "sound_pressure", "hard": (0, 194), "plausible": (15, 120), "precision": 0, "icon": "volume-2",
}  # fmt: skip
_INDEX: Fields = {**_WEATHER, "precision": 0, "icon": "cloud-fog"}


def _pollen(kind: str) -> Metric:
    return flowing(f"pollen_{kind}", f"Pollen, {kind}", "{grains}/m3", AIR, _POLLEN)


METRICS = (
    flowing("temperature_indoor", "Indoor temperature", "Cel", AIR, _SENSOR, _WARM, hard=(-40, 80), plausible=(5, 40),
            max_step=8, step_within=5 * MINUTE, description="Of the air in a room."),
    flowing("humidity_indoor", "Indoor humidity", "%", AIR, _SENSOR, _MOIST,
            description="Relative humidity in a room."),
    flowing("carbon_dioxide", "Carbon dioxide", "[ppm]", AIR, _SENSOR, device_class="carbon_dioxide",
            hard=(150, 100_000), plausible=(350, 10_000), max_step=3_000, precision=0, icon="wind",
            description="About 420 outdoors; 1,500 and more in a stuffy room."),
    flowing("carbon_monoxide", "Carbon monoxide", "[ppm]", AIR, _SENSOR, device_class="carbon_monoxide",
            hard=(0, 10_000),
            plausible=(0, 100), precision=1, icon="triangle-alert", description="This does not replace an alarm."),
    flowing("pm1", "Fine dust PM1", "ug/m3", AIR, _DUST, device_class="pm1",
            description="Particles smaller than 1 μm."),
    flowing("pm25", "Fine dust PM2.5", "ug/m3", AIR, _DUST, device_class="pm25",
            description="Particles smaller than 2.5 μm."),
    flowing("pm4", "Dust PM4", "ug/m3", AIR, _DUST, device_class="pm4", description="Particles smaller than 4 μm."),
    flowing("pm10", "Dust PM10", "ug/m3", AIR, _DUST, device_class="pm10", description="Particles smaller than 10 μm."),
    flowing("voc", "Organic compounds (VOC)", "ug/m3", AIR, _SENSOR, device_class="volatile_organic_compounds",
            hard=(0, 1_000_000), plausible=(0, 30_000), precision=0, icon="flask-conical",
            description="Vapours from paint, cleaning or cooking, by mass."),
    flowing("voc_parts", "Organic compounds (VOC, parts)", "[ppb]", AIR, _SENSOR, precision=0, icon="flask-conical",
            device_class="volatile_organic_compounds_parts", hard=(0, 1_000_000), plausible=(0, 10_000),
            description="Vapours from paint, cleaning or cooking, in parts of the air."),
    flowing("voc_index", "VOC index", "{index}", AIR, _SENSOR, hard=(0, 1_000), plausible=(0, 500), precision=0,
            icon="flask-conical", description="100 is what is usual in this room."),
    flowing("nox_index", "NOx index", "{index}", AIR, _SENSOR, hard=(0, 1_000), plausible=(0, 500), precision=0,
            icon="flask-conical", description="1 is what is usual in this room."),
    flowing("formaldehyde", "Formaldehyde", "ug/m3", AIR, _SENSOR, hard=(0, 100_000), plausible=(0, 1_000), precision=0,
            icon="flask-conical", description="In indoor air."),
    flowing("radon", "Radon", "Bq/m3", AIR, stale_after=DAY, hold=6 * HOUR, merge_interval=HOUR, device_class="radon",
            display_units=("pCi/L",), hard=(0, 1_000_000), plausible=(0, 5_000), precision=0, icon="radiation",
            description="In indoor air."),
    flowing("noise", "Noise", "dB[SPL]", AIR, _SENSOR, _LOUD, description="As loud as people hear it (A-weighted)."),
    flowing("headphone_level", "Headphone level", "dB[SPL]", AIR, _SENSOR, _LOUD, icon="headphones",
            description="As loud as people hear it (A-weighted)."),
    flowing("illuminance", "Light", "lx", AIR, _SENSOR, device_class="illuminance", hard=(0, 200_000), precision=0,
            plausible=(0, 150_000), icon="lightbulb", description="At the sensor."),
    flowing("temperature_outdoor", "Outdoor temperature", "Cel", AIR, _OUTDOOR, description="In the shade."),
    flowing("apparent_temperature", "Feels like", "Cel", AIR, _OUTDOOR, plausible=(-60, 60),
            description="With wind and humidity taken in."),
    flowing("dew_point", "Dew point", "Cel", AIR, _OUTDOOR, plausible=(-60, 35),
            description="The temperature at which dew would form."),
    flowing("humidity_outdoor", "Outdoor humidity", "%", AIR, _WEATHER, _MOIST, description="Relative humidity."),
    flowing("air_pressure", "Air pressure", "hPa", AIR, _WEATHER, device_class="atmospheric_pressure",
            display_units=("mm[Hg]", "[in_i'Hg]"), hard=(300, 1_100), plausible=(500, 1_080), max_step=15, precision=0,
            icon="gauge", description="Reduced to sea level where the source says so."),
    flowing("wind_speed", "Wind", "km/h", AIR, _WIND, description="Average of ten minutes."),
    flowing("wind_gust", "Gusts", "km/h", AIR, _WIND, description="The strongest of the hour."),
    gauge("wind_direction", "Wind direction", "deg", AIR, _WEATHER, aggregation=Aggregation.LAST, hard=(0, 360),
          device_class="wind_direction", state_class="measurement_angle", precision=0, icon="compass",
          description="Where it comes from; 0 and 360 are north."),
    total("precipitation", "Precipitation", "mm", AIR, _WEATHER, _RAIN, device_class="precipitation",
          plausible=(0, 2_000), description="Rain, and snow as water."),
    flowing("precipitation_rate", "Precipitation rate", "mm/h", AIR, _WEATHER, _RAIN, display_units=("[in_i]/h",),
            device_class="precipitation_intensity", hard=(0, 1_000), plausible=(0, 150),
            description="How hard it rains or snows now."),
    flowing("precipitation_probability", "Chance of rain", "%", AIR, _WEATHER, hard=(0, 100), precision=0,
            icon="umbrella", description="By the forecast."),
    flowing("snow_depth", "Snow", "cm", AIR, _WEATHER, display_units=("[in_i]",), device_class="distance",
            hard=(0, 3_000), plausible=(0, 500), precision=0, icon="snowflake", description="On the ground."),
    flowing("cloud_cover", "Clouds", "%", AIR, _WEATHER, hard=(0, 100), precision=0, icon="cloud",
            description="Share of the sky."),
    flowing("visibility", "Visibility", "km", AIR, _WEATHER, display_units=("[mi_i]",), device_class="distance",
            hard=(0, 500), plausible=(0, 150), precision=0, icon="eye", description="How far one sees."),
    flowing("uv_index", "UV index", "{UVI}", AIR, _WEATHER, hard=(0, 50), plausible=(0, 16), precision=1, icon="sun",
            description="From 3 on, protect your skin."),
    flowing("solar_irradiance", "Sunshine", "W/m2", AIR, _WEATHER, device_class="irradiance", hard=(0, 2_000),
            plausible=(0, 1_400), precision=0, icon="sun", description="Power of the sunlight on level ground."),
    choice("weather_condition", "Weather", AIR,
           options=("clear", "partly_cloudy", "cloudy", "fog", "drizzle", "rain", "freezing_rain", "sleet", "snow",
           "showers",
            "snow_showers", "thunderstorm", "hail", "windy"),
           icon="cloud-sun", stale_after=2 * HOUR, hold=2 * HOUR, merge_interval=HOUR,
           description="The weather in a word."),
    flowing("aqi", "Air quality index (US)", "{AQI}", AIR, _INDEX, device_class="aqi", hard=(0, 2_000),
            plausible=(0, 500), description="To 50 good, over 150 unhealthy."),
    flowing("aqi_european", "Air quality index (European)", "{AQI}", AIR, _INDEX, device_class="aqi", hard=(0, 2_000),
            plausible=(0, 300), description="To 20 good, over 80 very poor."),
    flowing("ozone", "Ozone", "ug/m3", AIR, _GAS, device_class="ozone", display_units=("[ppb]",),
            description="Outdoors."),
    flowing("nitrogen_dioxide", "Nitrogen dioxide", "ug/m3", AIR, _GAS, device_class="nitrogen_dioxide",
            display_units=("[ppb]",), description="Outdoors."),
    flowing("sulphur_dioxide", "Sulphur dioxide", "ug/m3", AIR, _GAS, device_class="sulphur_dioxide",
            display_units=("[ppb]",), description="Outdoors."),
    flowing("ammonia", "Ammonia", "ug/m3", AIR, _GAS, description="Outdoors."),
    *(_pollen(kind) for kind in ("alder", "birch", "grass", "mugwort", "olive", "ragweed", "hazel")),
    flowing("water_temperature", "Water temperature", "Cel", AIR, _WEATHER, _WARM, hard=(-5, 100), plausible=(0, 45),
            description="Of a bath, a pool or the sea."),
)  # fmt: skip
