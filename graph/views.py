"""Bounded neighbourhoods of the graph, as networkx graphs to compute on or draw.

Each takes what one question needs out of the store, never the whole. Nodes are keyed by the ids that people see
(`c...` claims, `a...` attributions, `e...` entities, `v...` versions) or, for outlets, agencies and publications,
`outlet:` and the folded name; each has `kind` and `label`. Nothing here knows RDF, and no networkx object goes further
than to whoever asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import networkx as nx
from sqlalchemy import Connection, select

from graph.browsing import resolve_id
from graph.chains import Hop
from graph.days import BEGINNING, END, Part, load_part
from graph.evidence import AttributionEvidence, load_attributions
from graph.frequent import Side, find_latest, take_latest
from graph.ids import Kind, show_id
from graph.rdf.terms import fold_name
from graph.schema import (
    claim_members,
    claims,
    entities,
    outlets,
)
from graph.store import Store
from graph.trace import load_trace


def view_provenance(store: Store, claim: str) -> nx.DiGraph[str]:
    """Return where a claim comes from: an edge from each hop to the next one inwards, and from the last to the claim.

    Sources that are not named are one node an attribution. Edges have `count`, in how many chains they are. The claim
    is the node with `kind` "claim"; hops have the kinds of `graph.chains.Hop`, and `resolution`.

    Raises:
        NotFound: `claim`, an id or the beginning of one, means none, or more than one.
    """
    with store.reading() as connection:
        trace = load_trace(connection, resolve_id(connection, Kind.CLAIM, claim))
    graph: nx.DiGraph[str] = nx.DiGraph()
    target = show_id(Kind.CLAIM, trace.evidence.claim_id)
    graph.add_node(target, kind="claim", label=trace.evidence.text)
    for item in trace.evidence.members:
        chain = trace.chains[item.attribution_id]
        keys = []
        for number, hop in enumerate(chain.hops):
            key = _hop_key(hop, item, number)
            graph.add_node(key, kind=hop.kind, label=hop.name or "not named", resolution=str(hop.resolution))
            keys.append(key)
        for start, end in zip(keys, [*keys[1:], target], strict=True):
            if start != end:
                _count_edge(graph, start, end)
        graph.edges[keys[-1], target].setdefault("stances", Counter()).update([str(item.stance)])
    return graph


def view_surroundings(store: Store, entity: str, *, limit: int = 200) -> nx.MultiDiGraph[str]:
    """Return what an entity says and what is said about it: the latest `limit` attributions of either sort.

    Edges: source → claim (`relation` "says", with `stance` and `article`), claim → entity ("about").

    Raises:
        NotFound: `entity`, an id or the beginning of one, means none, or more than one.
    """
    with store.reading() as connection:
        entity_id = resolve_id(connection, Kind.ENTITY, entity)
        touching = [each for side in Side for each in find_latest(connection, entity_id, side, limit=limit)]
        found = load_attributions(connection, (key for _, key in take_latest(touching, limit=limit)))
        claim_of = _claims_of(connection, found)
        name = connection.execute(select(entities.c.name).where(entities.c.id == entity_id)).scalar_one()
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node(show_id(Kind.ENTITY, entity_id), kind="entity", label=name)
    for key in sorted(found):
        if key in claim_of:
            _add_saying(graph, found[key], *claim_of[key])
    return graph


def view_citations(store: Store, *, since: datetime | None = None, limit: int = 5000) -> nx.DiGraph[str]:
    """Return which outlets report what others report: an edge from who cites to who is cited, with `count`.

    Counts attributions to a publication, and articles that are made from an agency's or another outlet's. `limit` is
    the number of edges, the heaviest first.
    """
    with store.reading() as connection:
        name_of = {row.id: row.name for row in connection.execute(select(outlets.c.id, outlets.c.name))}
        counts: Counter[tuple[str, str]] = Counter()
        for outlet_id, cited, number in load_part(connection, Part.CITATIONS, since or BEGINNING, END):
            if fold_name(name_of[outlet_id]) != fold_name(cited):
                counts[name_of[outlet_id], cited] += number
    heaviest = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    # An outlet that is held goes by its own name, whatever those who cite it call it.
    labels = {_outlet_key(cited): cited for (_, cited), _ in reversed(heaviest)}
    labels |= {_outlet_key(citing): citing for (citing, _), _ in heaviest}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for (citing, cited), number in heaviest:
        for key in (_outlet_key(citing), _outlet_key(cited)):
            graph.add_node(key, kind="outlet", label=labels[key])
        _count_edge(graph, _outlet_key(citing), _outlet_key(cited), number)
    return graph


def _hop_key(hop: Hop, item: AttributionEvidence, number: int) -> str:
    """A name is one node; who has none, and who is not identified, belongs to one chain."""
    if hop.kind == "source" and item.source_entity_id is not None and hop.name == item.source_name:
        return show_id(Kind.ENTITY, item.source_entity_id)
    if hop.name is None or hop.resolution in ("unnamed", "none"):
        return f"{show_id(Kind.ATTRIBUTION, item.attribution_id)}:{number}"
    return _outlet_key(hop.name) if hop.kind != "source" else f"source:{fold_name(hop.name)}"


def _outlet_key(name: str) -> str:
    return f"outlet:{fold_name(name)}"


def _add_saying(graph: nx.MultiDiGraph[str], item: AttributionEvidence, claim_id: int, text: str) -> None:
    claim = show_id(Kind.CLAIM, claim_id)
    if item.source_entity_id is not None:
        source, kind = show_id(Kind.ENTITY, item.source_entity_id), "entity"
    else:
        source, kind = f"{show_id(Kind.ATTRIBUTION, item.attribution_id)}:source", "unnamed source"
    if source not in graph:
        graph.add_node(source, kind=kind, label=item.source_name or "not named")
    graph.add_node(claim, kind="claim", label=text)
    graph.add_edge(source, claim, relation="says", stance=str(item.stance), article=item.version.url)
    for entity_id, name in item.about:
        about = show_id(Kind.ENTITY, entity_id)
        if about not in graph:
            graph.add_node(about, kind="entity", label=name)
        if not graph.has_edge(claim, about):
            graph.add_edge(claim, about, relation="about")


def _count_edge(graph: nx.DiGraph[str], start: str, end: str, number: int = 1) -> None:
    held = graph.edges[start, end]["count"] if graph.has_edge(start, end) else 0
    graph.add_edge(start, end, count=held + number)


def _claims_of(connection: Connection, attribution_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    canonical = claims.alias("canonical")
    query = (
        select(claim_members.c.attribution_id, canonical.c.id, canonical.c.text)
        .join(claims, claims.c.id == claim_members.c.claim_id)
        .join(canonical, canonical.c.id == claims.c.canonical_id)
        .where(claim_members.c.attribution_id.in_(list(attribution_ids)))
    )
    return {row.attribution_id: (row.id, row.text) for row in connection.execute(query)}
