"""Media players."""

from __future__ import annotations

from typing import Any

from hub.automation.services.described import (
    Given,
    Service,
    Thing,
    Told,
    anything,
    choice,
    entities,
    number,
    state,
    text,
    yes_no,
)
from hub.automation.services.table.common import as_number, power

_DOMAIN = ("media_player",)


def _volume(sign: int) -> Any:
    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        command = "volume_up" if sign > 0 else "volume_down"
        if command in thing.commands:
            return [Told(command, {})]
        level = min(max(as_number(thing.attributes.get("volume_level")) + sign * 0.1, 0.0), 1.0)
        return [Told("volume_set", {"volume_level": round(level, 2)})] if "volume_set" in thing.commands else None

    return prepare


def _play_pause(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    wished = "media_pause" if thing.state == "playing" else "media_play"
    command = "media_play_pause" if "media_play_pause" in thing.commands else wished
    return [Told(command, {})] if command in thing.commands else None


def _plain(verb: str, title: str, *fields: Given) -> Service:
    return Service(f"media_player.{verb}", title, f"{title}.", fields, _DOMAIN, (verb,))


SERVICES = (
    *power("media_player", "players"),
    Service("media_player.volume_up", "Louder", "A step louder.", (), _DOMAIN, prepare=_volume(1)),
    Service("media_player.volume_down", "Quieter", "A step quieter.", (), _DOMAIN, prepare=_volume(-1)),
    _plain("volume_set", "Set volume", number("volume_level", "How loud, 0 to 1.", 0, 1, step=0.01, required=True)),
    _plain("volume_mute", "Mute", yes_no("is_volume_muted", "Whether it is silent.", required=True)),
    Service("media_player.media_play_pause", "Play or pause", "Plays what is paused, and the other way round.", (),
            _DOMAIN, prepare=_play_pause),
    _plain("media_play", "Play"),
    _plain("media_pause", "Pause"),
    _plain("media_stop", "Stop"),
    _plain("media_next_track", "Next"),
    _plain("media_previous_track", "Previous"),
    _plain("media_seek", "Go to a place", number("seek_position", "Seconds from the beginning.", 0, required=True)),
    _plain("play_media", "Play something",
           Given("media", Any, "What to play, as a choice.", {"media": {}}),
           text("media_content_id", "What to play."), text("media_content_type", "Of what kind: music, video ..."),
           choice("enqueue", "What becomes of the queue.", "play", "next", "add", "replace", own=True),
           yes_no("announce", "Over what plays now."), anything("extra", "Further facts.")),
    _plain("select_source", "Select source", state("source", "One of its sources.", "source_list", required=True)),
    _plain("select_sound_mode", "Select sound mode",
           state("sound_mode", "One of its modes.", "sound_mode_list", required=True)),
    _plain("clear_playlist", "Clear the queue"),
    _plain("shuffle_set", "Shuffle", yes_no("shuffle", "Whether the order is random.", required=True)),
    _plain("repeat_set", "Repeat", choice("repeat", "What repeats.", "off", "all", "one", required=True)),
    _plain("join", "Play together", entities("group_members", "The others.", "media_player", required=True)),
    _plain("unjoin", "Play alone"),
)  # fmt: skip
