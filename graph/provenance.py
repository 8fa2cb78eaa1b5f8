"""The provenance of a claim as a picture: what stands where, what leads to what, and the words at each step.

Pure: a trace in, nodes with places out. Origins stand on the left, the outlets that were read on the right. What draws
it (`app`) only has to choose shapes and colours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from graph.chains import Chain, Hop, Resolution
from graph.evidence import AttributionEvidence
from graph.layers import place_in_layers
from graph.outlet_names import is_same_outlet
from graph.trace import Trace
from nlp.annotation import Stance

MOST_NODES = 300
# More than these that have a claim from the same place alone, or bring it there, are drawn as one node; where there is
# much to draw, any two are.
_DRAWN_APART = 6
_MUCH = 60  # nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The words by which an attribution passes a node."""

    attribution_id: int
    outlet: str | None
    article_id: int
    words: str
    stance: Stance


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceNode:
    """`kind` is outlet, agency, publication or source. `members` are the names of all that one node stands for."""

    key: str
    label: str
    kind: str
    resolution: Resolution
    steps: tuple[Step, ...]
    layer: int = 0
    row: float = 0.0
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceEdge:
    """From the inner node to the outer one. `stance` is that of the attributions that pass it: there may be two."""

    start: str
    end: str
    stance: Stance
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """`drawn` of `attributions` are in the picture; nodes in the order in which they came."""

    nodes: tuple[ProvenanceNode, ...]
    edges: tuple[ProvenanceEdge, ...]
    drawn: int
    attributions: int
    is_circular: bool


def lay_out_provenance(trace: Trace, *, is_expanded: bool = False, most_nodes: int = MOST_NODES) -> Provenance:
    """Return the picture of a claim's chains. Those that share all their ways are one node unless `is_expanded`."""
    found = _Found({item.version.outlet for item in trace.evidence.members if item.version.outlet})
    drawn = 0
    for item in trace.evidence.members:
        found.add(item, trace.chains[item.attribution_id])
        drawn += 1
        if len(found.nodes) > most_nodes:
            break
    nodes, edges = found.nodes, found.edges
    if not is_expanded:
        apart = _DRAWN_APART if len(nodes) <= _MUCH else 1
        nodes, edges = _fold_unnamed(nodes, edges, apart)
        nodes, edges = _fold_outlets(nodes, edges, apart)
    places = place_in_layers(list(nodes), [(edge.start, edge.end) for edge in edges])
    return Provenance(
        nodes=tuple(replace(node, layer=places[key][0], row=places[key][1]) for key, node in nodes.items()),
        edges=tuple(edges),
        drawn=drawn,
        attributions=len(trace.evidence.members),
        is_circular=any(chain.is_circular for chain in trace.chains.values()),
    )


class _Found:
    """Nodes and edges as the chains bring them, each once."""

    def __init__(self, outlets: set[str]) -> None:
        self._outlets = sorted(outlets)
        self._own_names: dict[str, str] = {}  # of those that are named: as an outlet calls itself
        self.nodes: dict[str, ProvenanceNode] = {}
        self._counts: dict[tuple[str, str, Stance], int] = defaultdict(int)

    @property
    def edges(self) -> list[ProvenanceEdge]:
        return [
            ProvenanceEdge(start=start, end=end, stance=stance, count=count)
            for (start, end, stance), count in self._counts.items()
        ]

    def add(self, item: AttributionEvidence, chain: Chain) -> None:
        keys = [self._key(hop, chain) for hop in chain.hops]
        for hop, key in zip(chain.hops, keys, strict=True):
            self._add_node(key, hop, item)
        for outer, inner in pairwise(keys):
            if outer != inner:
                self._counts[inner, outer, item.stance] += 1

    def _add_node(self, key: str, hop: Hop, item: AttributionEvidence) -> None:
        held = self.nodes.get(key)
        step = Step(
            attribution_id=item.attribution_id,
            outlet=item.version.outlet,
            article_id=item.version.article_id,
            words=" ".join((hop.words if hop.words and hop.kind != "outlet" else item.words).split()),
            stance=item.stance,
        )
        if held is None:
            resolution = Resolution(hop.resolution)
            label = hop.name or ("not named" if hop.kind == "source" else "unknown outlet")
            self.nodes[key] = ProvenanceNode(
                key=key, label=label, kind=hop.kind, resolution=resolution, steps=(step,), members=()
            )
        elif hop.kind == "outlet" and held.kind != "outlet" and hop.resolution is Resolution.HELD:
            # Named by others first, and now held itself.
            self.nodes[key] = replace(held, kind="outlet", resolution=Resolution.HELD, steps=(*held.steps, step))
        else:
            self.nodes[key] = replace(held, steps=(*held.steps, step))

    def _key(self, hop: Hop, chain: Chain) -> str:
        """One node a name, an outlet's initials included; one an attribution where the source is not named."""
        if hop.name is None or hop.resolution is Resolution.UNNAMED:
            return f"{hop.kind}|{hop.name}|{chain.innermost.attribution_id}"
        if hop.name not in self._own_names:
            same = (outlet for outlet in self._outlets if is_same_outlet(hop.name, outlet))
            self._own_names[hop.name] = next(same, hop.name)
        return self._own_names[hop.name]


def _fold_outlets(
    nodes: dict[str, ProvenanceNode], edges: Sequence[ProvenanceEdge], apart: int
) -> tuple[dict[str, ProvenanceNode], list[ProvenanceEdge]]:
    """Make one node of many outlets to which the same edges lead, and from which none leads on."""
    leading: dict[str, set[tuple[str, Stance]]] = defaultdict(set)
    for edge in edges:
        leading[edge.end].add((edge.start, edge.stance))
    inner = {edge.start for edge in edges}
    ends = [key for key, node in nodes.items() if node.kind == "outlet" and key not in inner and leading[key]]
    return _fold(nodes, edges, {key: leading[key] for key in ends}, apart, "outlets")


def _fold_unnamed(
    nodes: dict[str, ProvenanceNode], edges: Sequence[ProvenanceEdge], apart: int
) -> tuple[dict[str, ProvenanceNode], list[ProvenanceEdge]]:
    """Make one node of many unnamed sources from which the same edges lead: they stay as many, and none is another."""
    leading: dict[str, set[tuple[str, Stance]]] = defaultdict(set)
    for edge in edges:
        leading[edge.start].add((edge.end, edge.stance))
    inner = {edge.end for edge in edges}
    unnamed = (Resolution.UNNAMED, Resolution.NONE)
    starts = [
        key
        for key, node in nodes.items()
        if node.kind == "source" and node.resolution in unnamed and key not in inner and leading[key]
    ]
    return _fold(nodes, edges, {key: leading[key] for key in starts}, apart, "sources without a name")


def _fold(
    nodes: dict[str, ProvenanceNode],
    edges: Sequence[ProvenanceEdge],
    ways: dict[str, set[tuple[str, Stance]]],
    apart: int,
    what: str,
) -> tuple[dict[str, ProvenanceNode], list[ProvenanceEdge]]:
    """Make one node of more than `apart` nodes of `ways` whose ways are the same."""
    alike: dict[frozenset[tuple[str, Stance]], list[str]] = defaultdict(list)
    for key, way in ways.items():
        alike[frozenset(way)].append(key)
    folded = {key: f"many|{group[0]}" for group in alike.values() if len(group) > apart for key in group}
    kept = {key: node for key, node in nodes.items() if key not in folded}
    for many in dict.fromkeys(folded.values()):
        kept[many] = _one_of_many(many, [nodes[key] for key, name in folded.items() if name == many], what)
    counts: dict[tuple[str, str, Stance], int] = defaultdict(int)
    for edge in edges:
        counts[folded.get(edge.start, edge.start), folded.get(edge.end, edge.end), edge.stance] += edge.count
    joined = [
        ProvenanceEdge(start=start, end=end, stance=stance, count=count)
        for (start, end, stance), count in counts.items()
    ]
    return kept, joined


def _one_of_many(key: str, group: Sequence[ProvenanceNode], what: str) -> ProvenanceNode:
    return ProvenanceNode(
        key=key,
        label=f"{len(group)} {what}",
        kind=group[0].kind,
        resolution=group[0].resolution,
        steps=tuple(step for node in group for step in node.steps),
        members=tuple(dict.fromkeys(node.label for node in group)),
    )
