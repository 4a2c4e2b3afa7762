"""Names as machines write them, as a person reads them."""

from __future__ import annotations

import re

_CAPITALS = (
    "api ble bmi ca cgm cors csv dns ecg gps hrv html http https id ip json lan mac mqtt nfc ntp pdf qr qos rem rssi "
    "sms sql ssh ssid ssl tcp tls udp uri url usb uuid uv voc xml yaml"
)
INITIALISMS = {word: word.upper() for word in _CAPITALS.split()} | {
    "co2": "CO₂",
    "hba1c": "HbA1c",
    "pm10": "PM10",
    "pm25": "PM2.5",
    "qos": "QoS",
    "spo2": "SpO₂",
    "wifi": "Wi-Fi",
}
"""Words that are not written as they are spoken; their plurals take an s."""
UNITS = {"mg/dl": "mg/dL", "mmol": "mmol/L", "mmol/l": "mmol/L"}
"""Choices that are units."""


def titled(name: str) -> str:
    """`api_secret` -> `API secret`, `device_ids` -> `Device IDs`, `clientId` -> `Client ID`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    text = " ".join(_word(word) for word in re.split(r"[_\s]+", apart) if word)
    return text[:1].upper() + text[1:] if text.partition(" ")[0] not in INITIALISMS.values() else text


def choice(option: str) -> str:
    """A choice as one writes it: `adult_glucose` -> `Adult glucose`; what has capitals stays as it is."""
    return UNITS.get(option) or (titled(option) if option.islower() else option)


def _word(word: str) -> str:
    small = word.lower()
    if small in INITIALISMS:
        return INITIALISMS[small]
    if small.endswith("s") and small[:-1] in INITIALISMS:
        return f"{INITIALISMS[small[:-1]]}s"
    return small
