"""Devices that speak MQTT without announcing themselves, told in a dozen lines: `mqtt_template`."""
