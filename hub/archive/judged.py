"""Reads an archive from end to end and says whether it can be brought in, and as whose; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from hub.archive import lines
from hub.archive.house import House
from hub.archive.sealed import PARTS, BadArchive, Reader
from hub.errors import BadReading, Conflict
from hub.model import HOUSEHOLD, Device, Entity, Household, JournalEntry, Person
from hub.recorder.codec import load
from hub.recorder.words import check_text
from hub.registry.names import slug

T = TypeVar("T")
_DAYS = 3_652_060
"""More than the calendar has."""


@dataclass(slots=True)
class Judged:
    """What an archive has to say of whose it is and where it comes from; persons are those of this hub."""

    household: Household | None = None
    people: list[Person] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    entities: list[tuple[str, Entity]] = field(default_factory=list)
    """The archive's id, and the entity as it is wished here (without a series)."""
    names: dict[str, str] = field(default_factory=dict)
    """The archive's persons -> those here."""

    def whose(self, person: str) -> str:
        return self.names[person]


def judge(house: House, reader: Reader, person_as: str | None) -> Judged:
    """Raises BadArchive with file and line, Conflict for a person who is somebody else here. Blocks."""
    for name in PARTS:
        if name not in reader.manifest["files"]:
            raise BadArchive(f"{reader.name} has no {name}.")
        reader.sums(name)
    found = Judged()
    _Judge(house, reader, person_as, found).run()
    return found


class _Judge:
    def __init__(self, house: House, reader: Reader, person_as: str | None, found: Judged) -> None:
        self._house, self._reader, self._as, self._found = house, reader, person_as, found
        self._known: set[str] = set()

    def run(self) -> None:
        people = self._each("people.jsonl", lambda line: _model(Person, line))
        self._whose(people)
        households = self._each("household.jsonl", lambda line: _model(Household, line))
        if households and not self._house.people.all and not self._house.accounts():
            self._found.household = households[0]
        self._found.devices = self._each("devices.jsonl", self._device)
        self._each("entities.jsonl", self._entity)
        of_series: tuple[tuple[str, Callable[[dict[str, Any]], object]], ...] = (
            ("readings.jsonl", self._reading),
            ("tombstones.jsonl", lines.raw_tombstone),
            ("revisions.jsonl", lines.raw_revision),
            ("hours.jsonl", self._hour),
            ("days.jsonl", lambda line: _near(lines.raw_statistic(line, "day")[-1], _DAYS)),
        )
        for name, check in of_series:
            self._each(name, self._of_series(check), keep=False)
        self._each("journal.jsonl", self._journal, keep=False)
        self._each("journal_revisions.jsonl", self._revised, keep=False)
        self._each("documents.jsonl", self._document, keep=False)
        self._each("priorities.jsonl", self._priority, keep=False)

    def _each(self, name: str, check: Callable[[dict[str, Any]], T], *, keep: bool = True) -> list[T]:
        found = []
        for number, line in self._reader.lines(name):
            try:
                made = check(line)
            except (KeyError, ValueError, TypeError, AttributeError, OverflowError, BadReading) as error:
                what = type(error).__name__ if isinstance(error, ValidationError) else error
                raise BadArchive(f"{name}, line {number} in {self._reader.name} can't be understood: {what}.") from None
            if keep:
                found.append(made)
        return found

    def _whose(self, people: list[Person]) -> None:
        there, names = self._house.people, self._found.names
        names[HOUSEHOLD] = HOUSEHOLD
        if self._as is not None and len(people) != 1:
            raise Conflict(f"{self._reader.name} holds {len(people)} people; a new name can be given to one only")
        for person in people:
            mine = person
            if self._as is not None:
                mine = self._renamed(person, self._as)
            known = there.all.get(mine.slug)
            if self._as is None and known is not None and not _alike(known, person):
                raise Conflict(
                    f"there is a person {person.slug!r} here already ({known.name}), who is not the one in "
                    f"{self._reader.name} ({person.name}). Say --person-as NEW to keep them apart, or "
                    f"--person-as {person.slug} when they are the same"
                )
            names[person.slug] = mine.slug
            self._found.people.append(mine)

    def _renamed(self, person: Person, wished: str) -> Person:
        if wished in self._house.people.all:
            return replace(person, slug=wished)
        made = slug(wished, "person")
        if made == HOUSEHOLD or not wished.strip():
            raise Conflict(f"{wished!r} can't be the name of a person")
        return replace(person, slug=made, name=person.name if wished == made else wished.strip())

    def _device(self, line: dict[str, Any]) -> Device:
        device = _model(Device, line)
        return replace(device, person=self._found.names[device.person] if device.person else "")

    def _entity(self, line: dict[str, Any]) -> None:
        entity = _model(Entity, {**line, "series": 0})
        metric = self._house.vocabulary.metrics.get(entity.metric)
        if metric is not None and metric.unit != entity.unit:
            raise ValueError(f"this hub keeps {metric.key} in {metric.unit!r}, the archive in {entity.unit!r}")
        person = self._found.names[entity.person] if entity.person else ""
        component, _, rest = entity.id.partition(".")
        if not component or not rest or not entity.id.isprintable():
            raise ValueError(f"{entity.id!r} is not the id of an entity")
        if person != entity.person and rest.startswith(f"{entity.person}_"):
            rest = f"{person}_{rest.removeprefix(f'{entity.person}_')}"
        self._known.add(entity.id)
        self._found.entities.append((entity.id, replace(entity, id=f"{component}.{rest}", person=person)))

    def _of_series(self, check: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
        def checked(line: dict[str, Any]) -> object:
            if line["entity"] not in self._known:
                raise ValueError(f"{line['entity']!r} is not among its entities")
            return check(line)

        return checked

    def _reading(self, line: dict[str, Any]) -> None:
        text = lines.raw_reading(line)[3]
        if text is not None:
            check_text(text)

    def _hour(self, line: dict[str, Any]) -> None:
        if "purged_until" in line:
            lines.us(line["purged_until"])
        else:
            _near(lines.raw_statistic(line, "hour")[-1], _DAYS * 24)

    def _journal(self, line: dict[str, Any]) -> None:
        self._found.whose(_model(JournalEntry, line).person)

    def _revised(self, line: dict[str, Any]) -> None:
        self._journal(line["entry"])
        lines.us(line["at"])
        check_text(line["by"])

    def _document(self, line: dict[str, Any]) -> None:
        self._found.whose(line["person"])
        for name in ("collection", "id"):
            check_text(line[name])
        if not isinstance(line["body"], dict) or not isinstance(line["deleted"], bool):
            raise TypeError("body or deleted is not what it should be")
        lines.us(line["at"]), lines.us(line["modified"])

    def _priority(self, line: dict[str, Any]) -> None:
        self._found.whose(line["person"])
        if not isinstance(line["metric"], str) or not all(isinstance(one, str) for one in line["entities"]):
            raise TypeError("not a list of entities")


def _model(kind: type[T], line: dict[str, Any]) -> T:
    return load(kind, orjson.dumps(line).decode())


def _near(number: int, most: int) -> None:
    if not -most < number < most:
        raise ValueError(f"{number} is in no calendar")


def _alike(one: Person, other: Person) -> bool:
    return one.name == other.name and one.birth_date in (other.birth_date, None)
