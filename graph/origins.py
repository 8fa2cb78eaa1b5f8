"""How many independent origins a claim has: at least .. at most, with the classes and the reason for each join.

Ten outlets with one wire story are one origin. Two named origins mean "not shown to be dependent", never more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import networkx as nx

from graph.chains import Chain, Resolution
from graph.claim_keys import fold_words
from graph.evidence import AttributionEvidence


class OriginKind(StrEnum):
    NAMED = "named"
    UNNAMED = "unnamed"
    NO_LINEAGE = "no_lineage"


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginClass:
    """Attributions that go back to the same place, and why they were joined. `origin` is its name, if it has one."""

    origin: str | None
    kind: OriginKind
    attribution_ids: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    at_least: int
    at_most: int
    no_lineage: int
    classes: tuple[OriginClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _JoinRule:
    """Attributions with an equal key are joined; `None` joins nothing."""

    key: Callable[[AttributionEvidence, Chain], Iterable[Hashable]]
    reason: str  # with {key}


def find_origins(items: Sequence[AttributionEvidence], chains: dict[int, Chain]) -> Origins:
    """Sort `items` into classes of one origin and count them."""
    classes = [_describe(group, chains, reasons) for group, reasons in _join(items, chains)]
    families = {item.attribution_id: _family(item) or item.version.url for item in items}
    named = [found for found in classes if found.kind is OriginKind.NAMED]
    unnamed = [found for found in classes if found.kind is OriginKind.UNNAMED]
    without = [found for found in classes if found.kind is OriginKind.NO_LINEAGE]
    known = {families[key] for found in named + unnamed for key in found.attribution_ids}
    further = {frozenset(families[key] for key in found.attribution_ids) for found in without}
    return Origins(
        at_least=len(named) or min(1, len(unnamed)),
        at_most=len(named) + len(unnamed) + len([group for group in further if group.isdisjoint(known)]),
        no_lineage=len(without),
        classes=tuple(classes),
    )


def _join(
    items: Sequence[AttributionEvidence], chains: dict[int, Chain]
) -> list[tuple[list[AttributionEvidence], list[str]]]:
    """Connected components over the keys that attributions share, each with the reasons that hold it together."""
    graph: nx.Graph[Hashable] = nx.Graph()
    by_id = {item.attribution_id: item for item in items}
    graph.add_nodes_from(by_id)
    for rule in _RULES:
        for item in items:
            for key in rule.key(item, chains[item.attribution_id]):
                graph.add_edge(item.attribution_id, (rule.reason, key))
    groups = []
    for component in nx.connected_components(graph):
        members = [item for item in items if item.attribution_id in component]
        shared = [node for node in component if isinstance(node, tuple) and graph.degree(node) > 1]
        groups.append((members, sorted(reason.format(key=key) for reason, key in shared)))
    return groups


def _describe(members: list[AttributionEvidence], chains: dict[int, Chain], reasons: list[str]) -> OriginClass:
    kinds = {item.attribution_id: _kind_of(chains[item.attribution_id]) for item in members}
    kind = min(kinds.values(), key=list(OriginKind).index)
    leading = next(item for item in members if kinds[item.attribution_id] is kind)
    return OriginClass(
        origin=_origin_name(chains[leading.attribution_id]),
        kind=kind,
        attribution_ids=tuple(item.attribution_id for item in members),
        reasons=tuple(reasons),
    )


def _kind_of(chain: Chain) -> OriginKind:
    if chain.is_circular:
        return OriginKind.NO_LINEAGE
    last = chain.hops[-1]
    match last.resolution:
        case Resolution.NAMED | Resolution.CITED:
            return OriginKind.NAMED
        case Resolution.UNNAMED:
            return OriginKind.UNNAMED
        case Resolution.HELD:
            # The outlet speaks for itself: its own witness, or a statement of the organisation whose site it is.
            return OriginKind.NAMED
        case _:
            return OriginKind.NO_LINEAGE


def _origin_name(chain: Chain) -> str | None:
    if chain.is_circular:
        return None
    return next((hop.name for hop in reversed(chain.hops) if hop.name), None)


def _same_text(item: AttributionEvidence, _chain: Chain) -> list[Hashable]:
    return [item.version.sha256[:12]]


def _same_passage(item: AttributionEvidence, _chain: Chain) -> list[Hashable]:
    """The sentence, in articles that share more text than it: copies, whole or in part."""
    return [] if item.version.text_group is None else [(item.version.text_group, fold_words(item.words))]


def _shared_hops(_item: AttributionEvidence, chain: Chain) -> list[Hashable]:
    """Agencies and publications that the chain goes through, and the held articles that it was followed into."""
    through = [hop for hop in chain.hops[1:] if hop.kind in ("agency", "publication")]
    return [hop.name for hop in through if hop.name]


def _articles(item: AttributionEvidence, chain: Chain) -> list[Hashable]:
    """The article itself and those that the chain was followed into."""
    return [item.version.url, *(hop.article for hop in chain.hops[1:] if hop.article)]


def _innermost(_item: AttributionEvidence, chain: Chain) -> list[Hashable]:
    if _kind_of(chain) is not OriginKind.NAMED:
        return []
    name = chain.hops[-1].name
    return [name] if name else []


def _unidentified_family(item: AttributionEvidence, chain: Chain) -> list[Hashable]:
    family = _family(item)
    return [family] if family and _kind_of(chain) is not OriginKind.NAMED else []


def _family(item: AttributionEvidence) -> str | None:
    return item.version.family or item.version.outlet


_RULES = (
    _JoinRule(key=_same_text, reason="the same text"),
    _JoinRule(key=_same_passage, reason="the same passage in articles that share text"),
    _JoinRule(key=_shared_hops, reason="both go back to {key}"),
    _JoinRule(key=_articles, reason="both go back to the article {key}"),
    _JoinRule(key=_innermost, reason="the same source, {key}"),
    _JoinRule(key=_unidentified_family, reason="the same outlet, {key}, and no identified source"),
)
