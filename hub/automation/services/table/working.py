"""What works by itself: vacuum cleaners and mowers."""

from __future__ import annotations

from hub.automation.services.described import Given, Service, anything, state, text


def _plain(domain: str, what: str, *verbs: tuple[str, str]) -> tuple[Service, ...]:
    return tuple(
        Service(f"{domain}.{verb}", title, f"{title}: for {what}.", (), (domain,), (verb,)) for verb, title in verbs
    )


_COMMAND: tuple[Given, ...] = (
    text("command", "As its maker calls it.", required=True),
    anything("params", "More facts."),
)
SERVICES = (
    *_plain("vacuum", "vacuum cleaners", ("start", "Start cleaning"), ("pause", "Pause"), ("stop", "Stop"),
            ("return_to_base", "Go home"), ("clean_spot", "Clean this spot"), ("locate", "Make a sound")),
    Service("vacuum.set_fan_speed", "Set suction", "How hard it sucks.",
            (state("fan_speed", "One of its speeds.", "fan_speed_list", required=True),), ("vacuum",),
            ("set_fan_speed",)),
    Service("vacuum.send_command", "Send a command", "Whatever its maker understands.", _COMMAND, ("vacuum",),
            ("send_command",)),
    *_plain("lawn_mower", "mowers", ("start_mowing", "Start mowing"), ("pause", "Pause"), ("dock", "Go home")),
)  # fmt: skip
