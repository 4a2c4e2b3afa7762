"""What Home Assistant has and this hub has not, or under another name: a word for who asks for it."""

HINTS = {
    "recorder": "history is kept as Settings > Retention says",
    "backup": "backups are made as Settings > Backups says",
    "hassio": "there are no add-ons here",
    "supervisor": "there are no add-ons here",
    "tts": "nothing speaks here; notify.* tells people",
    "assist_satellite": "nothing speaks here; notify.* tells people",
    "telegram_bot": "set up a Telegram notifier and use notify.*",
    "camera": "pictures are not taken here",
    "ai_task": "there is no assistant that automations could ask yet",
    "scene_presets": "make a scene of your own and use scene.turn_on",
    "frontend": "pages are not changed by automations",
    "zha": "Zigbee devices come by MQTT, such as Zigbee2MQTT's; use mqtt.publish",
    "zwave_js": "Z-Wave devices come by MQTT; use mqtt.publish",
    "python_script": "write an integration, or an action of a plugin",
    "shell_command": "the hub runs no commands of the system",
}
"""Domain -> what there is instead."""
