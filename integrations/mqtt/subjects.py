"""Of which entities a topic tells, so that only who may see them hears it."""

from __future__ import annotations

from integrations.mqtt.inbound import Inbound
from integrations.mqtt.notices import Notices
from integrations.mqtt.outbound import Outbound


class Subjects:
    def __init__(self, inbound: Inbound, outbound: Outbound, notices: Notices) -> None:
        self._inbound, self._outbound, self._notices = inbound, outbound, notices

    def __call__(self, topic: str) -> list[str] | None:
        """Ids, "" for one that the hub does not know; None for what nobody may overhear: notices to somebody."""
        if topic.startswith(self._notices.base):
            return None
        inbound = self._inbound
        lives = {reader.live.thing.key: reader.live for reader in inbound.readers(topic)}
        found = [entity.id if (entity := inbound.entity(live)) is not None else "" for live in lives.values()]
        if own := self._outbound.by_topic.get(topic.removesuffix("/set")):
            found.append(own)
        return [*found, ""] if inbound.guests.reads(topic) else found
