"""Who and what there is: people, household, vocabulary, entries, devices and entities, in memory and kept."""

from hub.registry.counting import Counting
from hub.registry.entities import Entities
from hub.registry.likeness import candidates, countable, likely
from hub.registry.names import object_id, slug
from hub.registry.people import People
from hub.registry.store import RegistryStore
from hub.registry.vocabulary import Vocabulary

__all__ = [
    "Counting",
    "Entities",
    "People",
    "RegistryStore",
    "Vocabulary",
    "candidates",
    "countable",
    "likely",
    "object_id",
    "slug",
]
