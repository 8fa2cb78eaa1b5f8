"""Who a hop is attributed to: exactly one agent, and never an identity that nothing in the text supports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import NamedNode
from sqlalchemy import Connection, select

from graph.evidence import AttributionEvidence
from graph.ids import Kind
from graph.rdf.sheet import Statement
from graph.rdf.terms import PROV, RDF, SAYSO, SCHEMA, Names, fold_name, part, words
from graph.schema import outlets
from nlp.annotation import SourceType

_UNNAMED = frozenset(
    {SourceType.UNNAMED_PERSON, SourceType.UNNAMED_GROUP, SourceType.DOCUMENT, SourceType.PUBLICATION, SourceType.NONE}
)
_DETERMINERS = frozenset({"the", "a", "an", "this", "that"})


class Agents:
    """Knows the IRI of each agent. `outlet_ids` maps the folded names of held outlets to their ids."""

    def __init__(self, names: Names, outlet_ids: Mapping[str, int]) -> None:
        self._names = names
        self._outlet_ids = outlet_ids

    def of(self, item: AttributionEvidence) -> NamedNode:
        """An entity, a publication, the outlet that speaks for itself, or an agent of this attribution alone."""
        if item.source_entity_id is not None:
            return self._names.thing(Kind.ENTITY, item.source_entity_id)
        name = self.known_name(item)
        if name is not None:
            return self.publication(name)
        return part(self._names.thing(Kind.ATTRIBUTION, item.attribution_id), "source")

    def known_name(self, item: AttributionEvidence) -> str | None:
        """The name of the outlet or publication that speaks, where it is no entity; `None` for all others."""
        if item.source_type == SourceType.AUTHOR:
            return item.version.outlet
        return item.source_name if is_named_publication(item.source_type, item.source_name) else None

    def publication(self, name: str) -> NamedNode:
        """An agency or outlet by name: the outlet that is held under that name, or who is only known by it."""
        outlet_id = self._outlet_ids.get(fold_name(name))
        return self._names.publication(name) if outlet_id is None else self._names.thing(Kind.OUTLET, outlet_id)

    def is_held_outlet(self, name: str) -> bool:
        return fold_name(name) in self._outlet_ids

    def describe_own(self, item: AttributionEvidence) -> Iterator[Statement]:
        """Yield what is known of an agent that belongs to this attribution alone; nothing for any other."""
        agent = self.of(item)
        if agent != part(self._names.thing(Kind.ATTRIBUTION, item.attribution_id), "source"):
            return
        yield (agent, RDF["type"], PROV["Agent"])
        is_unnamed = item.source_type in _UNNAMED or item.source_name is None
        if is_unnamed:
            yield (agent, RDF["type"], SAYSO["UnnamedSource"])
        if item.source_name is not None:
            yield (agent, SCHEMA["description" if is_unnamed else "name"], words(item.source_name))


def load_agents(connection: Connection, names: Names) -> Agents:
    """The outlets are kept by name: some thousands at most."""
    rows = connection.execute(select(outlets.c.name, outlets.c.id).order_by(outlets.c.id.desc())).all()
    return Agents(names, {fold_name(row.name): row.id for row in rows})


def is_named_publication(source_type: str, name: str | None) -> bool:
    """Whether the words name a publication ("Bloomberg News") rather than point at one ("the paper")."""
    if source_type != SourceType.PUBLICATION or name is None:
        return False
    return any(word[0].isupper() for word in name.split() if word.casefold() not in _DETERMINERS)


def unique_publications(found: Iterable[str], agents: Agents) -> dict[str, str]:
    """Map the folded name of each publication that is no held outlet to how it is written, the first in order."""
    known: dict[str, str] = {}
    for name in sorted(found):
        if not agents.is_held_outlet(name):
            known.setdefault(fold_name(name), name)
    return known
