"""The actions of the house itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hub.automation.world import current
from hub.model import HOUSEHOLD, Actor, JournalDraft, Sample, Verb
from hub.plugin import ActionSpec
from hub.view import Rooms
from hub.view.readings import PAGE_ENTRY

SendCommand = Callable[[str, str, Mapping[str, Any]], Awaitable[None]]


class Parameters(BaseModel):
    """A template's number is a text where one is wanted."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class CommandParameters(Parameters):
    entity_id: str = Field(description="E.g. `switch.lamp`.")
    command: str = Field(description="One of the entity's commands, e.g. `turn_on`.")
    parameters: dict[str, Any] = Field(default_factory=dict)


class RecordParameters(Parameters):
    person: str = Field(description="A person's slug, or `household`.")
    metric: str
    value: float | str
    unit: str | None = None
    taken_at: datetime | None = Field(default=None, description="With time zone; left out: now.")


class LogParameters(Parameters):
    person: str
    kind: str = Field(description="A journal kind, e.g. `meal`.")
    start: datetime | None = None
    end: datetime | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    note: str = ""


class EntryParameters(Parameters):
    entry: str = Field(description="A config entry's id.")


class DeviceParameters(Parameters):
    device: str
    person: str = Field(description="A person's slug, or `household`.")


class CountParameters(Parameters):
    entity_id: str = Field(description="A sensor of a device, e.g. `sensor.scale_weight`.")
    metric: str = Field(description="A metric's key, e.g. `weight`; empty: it counts as none.")


def hub_actions(rooms: Rooms, send: SendCommand) -> list[ActionSpec]:
    """`entity.command`, `reading.record`, `journal.add`, `entry.reload`, `device.assign`, `entity.count_as`."""

    async def command(_: Actor, given: CommandParameters) -> None:
        if (context := current.get()) is not None:
            rooms.automations.house.expect([given.entity_id], context)
        await send(given.entity_id, given.command, given.parameters)

    def whose_entity(given: CommandParameters) -> tuple[str, str | None]:
        entity = rooms.entities.get(given.entity_id)
        return entity.person, entity.metric or entity.id

    async def record(_: Actor, given: RecordParameters) -> Mapping[str, Any]:
        sample = Sample(metric=given.metric, value=given.value, unit=given.unit, taken_at=given.taken_at)
        receipt = await rooms.intake.accept(PAGE_ENTRY, [sample], given.person)
        return {
            "accepted": receipt.accepted,
            "unchanged": receipt.unchanged,
            "rejected": [{"index": one.index, "reason": one.reason} for one in receipt.rejected],
        }

    async def log(actor: Actor, given: LogParameters) -> Mapping[str, Any]:
        draft = JournalDraft(given.kind, given.start or rooms.clock.now(), given.end, given.data, given.note)
        entry = await rooms.journal.add(given.person, draft, author=actor.account or actor.kind)
        return {"id": entry.id}

    async def reload(_: Actor, given: EntryParameters) -> None:
        await rooms.supervisor.reload(given.entry)

    async def assign(_: Actor, given: DeviceParameters) -> None:
        await rooms.entities.assign(given.device, given.person)

    async def count(_: Actor, given: CountParameters) -> None:
        await rooms.counting.count_as(given.entity_id, given.metric)

    def household(_: BaseModel) -> tuple[str, None]:
        return HOUSEHOLD, None

    return [
        ActionSpec("entity.command", "Tell a device", CommandParameters, Verb.ACT, command, whose=whose_entity),
        ActionSpec("reading.record", "Record a reading", RecordParameters, Verb.RECORD, record, subject_field="metric"),
        ActionSpec(
            "journal.add",
            "Add a journal entry",
            LogParameters,
            Verb.RECORD,
            log,
            whose=lambda given: (given.person, f"journal:{given.kind}"),
        ),
        ActionSpec("entry.reload", "Reload an integration", EntryParameters, Verb.MANAGE, reload, whose=household),
        ActionSpec("device.assign", "Say whose a device is", DeviceParameters, Verb.MANAGE, assign, whose=household),
        ActionSpec(
            "entity.count_as", "Say what a sensor measures", CountParameters, Verb.MANAGE, count, whose=household
        ),
    ]
