"""How many independent origins a claim has: at least .. at most, with the classes and the reason for each join.

Ten outlets with one wire story are one origin. Two named origins mean "not shown to be dependent", never more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from graph.chains import Chain, Hop, Resolution
from graph.claim_keys import fold_words
from graph.components import find_components
from graph.derivations import canonical_outlet
from graph.evidence import AttributionEvidence
from graph.outlet_names import fold_outlet
from graph.speakers import spoken_for


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


class _Key(NamedTuple):
    """What attributions of one origin share; `label` is what people call it."""

    value: Hashable
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _JoinRule:
    """Attributions with an equal key are joined."""

    keys: Callable[[AttributionEvidence, Chain], Iterable[_Key]]
    reason: str  # with {label}


def find_origins(
    items: Sequence[AttributionEvidence], chains: Mapping[int, Chain], *, retracted: Collection[int] = ()
) -> Origins:
    """Sort `items` into classes of one origin and count them.

    A class of which all that names its origin has been taken back (`retracted`: attribution ids) counts in `at_most`
    only.
    """
    classes = [_describe(group, chains, reasons) for group, reasons in _join(items, chains)]
    families = {item.attribution_id: _family(item) or item.version.url for item in items}
    named = [found for found in classes if found.kind is OriginKind.NAMED]
    unnamed = [found for found in classes if found.kind is OriginKind.UNNAMED]
    without = [found for found in classes if found.kind is OriginKind.NO_LINEAGE]
    known = {families[key] for found in named + unnamed for key in found.attribution_ids}
    further = {frozenset(families[key] for key in found.attribution_ids) for found in without}
    stand = {
        key for found in classes for key in found.attribution_ids
        if key not in retracted and _kind_of(chains[key]) is found.kind
    }  # fmt: skip
    standing_named = [found for found in named if not stand.isdisjoint(found.attribution_ids)]
    standing_unnamed = [found for found in unnamed if not stand.isdisjoint(found.attribution_ids)]
    return Origins(
        at_least=len(standing_named) or min(1, len(standing_unnamed)),
        at_most=len(named) + len(unnamed) + len([group for group in further if group.isdisjoint(known)]),
        no_lineage=len(without),
        classes=tuple(classes),
    )


def _join(
    items: Sequence[AttributionEvidence], chains: Mapping[int, Chain]
) -> list[tuple[list[AttributionEvidence], list[str]]]:
    """Connected components over the keys that attributions share, each with the reasons that hold it together."""
    by_id = {item.attribution_id: item for item in items}
    place = {item.attribution_id: number for number, item in enumerate(items)}
    labels: dict[Hashable, str] = {}
    holders: dict[Hashable, set[int]] = {}
    for rule in _RULES:
        for item in items:
            for key in rule.keys(item, chains[item.attribution_id]):
                node = (rule.reason, key.value)
                if node not in labels:
                    labels[node] = rule.reason.format(label=key.label)
                holders.setdefault(node, set()).add(item.attribution_id)
    nodes: Iterable[Hashable] = by_id
    edges: Iterable[tuple[Hashable, Hashable]] = ((node, key) for node, held in holders.items() for key in held)
    groups = []
    for component in find_components(nodes, edges):
        members = sorted((node for node in component if node in by_id), key=lambda node: place[node])
        shared = {labels[node] for node in component if len(holders.get(node, ())) > 1}
        groups.append(([by_id[node] for node in members], sorted(shared)))
    return sorted(groups, key=lambda group: place[group[0][0].attribution_id])


def _describe(members: list[AttributionEvidence], chains: Mapping[int, Chain], reasons: list[str]) -> OriginClass:
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


def _same_text(item: AttributionEvidence, _chain: Chain) -> list[_Key]:
    return [_Key(item.version.sha256, item.version.sha256)]


def _same_passage(item: AttributionEvidence, _chain: Chain) -> list[_Key]:
    """The sentence, in articles that share more text than it: copies, whole or in part."""
    words = fold_words(item.words)
    return [] if item.version.text_group is None else [_Key((item.version.text_group, words), words)]


def _shared_hops(_item: AttributionEvidence, chain: Chain) -> list[_Key]:
    """Agencies and publications that the chain goes through, and the held articles that it was followed into."""
    through = [hop for hop in chain.hops[1:] if hop.kind in ("agency", "publication")]
    return [_Key(canonical_outlet(hop.name), hop.name) for hop in through if hop.name and _is_known(hop)]


def _articles(item: AttributionEvidence, chain: Chain) -> list[_Key]:
    """The article itself and those that the chain was followed into."""
    return [_Key(url, url) for url in (item.version.url, *(hop.article for hop in chain.hops[1:] if hop.article))]


def _innermost(_item: AttributionEvidence, chain: Chain) -> list[_Key]:
    """The identified source, as an entity and by its name."""
    if _kind_of(chain) is not OriginKind.NAMED:
        return []
    name, entity = chain.hops[-1].name, chain.innermost.source_entity_id
    if not name:
        return []
    return [_Key(fold_outlet(name), name), *([] if entity is None else [_Key(entity, name)])]


def _organisation(_item: AttributionEvidence, chain: Chain) -> list[_Key]:
    """The organisation whose word it is, whoever said or wrote it."""
    if chain.is_circular:
        return []
    found = spoken_for(chain.innermost)
    return [] if found is None else [_Key(found[0], found[1]), _Key(fold_outlet(found[1]), found[1])]


def _unidentified_family(item: AttributionEvidence, chain: Chain) -> list[_Key]:
    family = _family(item)
    return [_Key(family, family)] if family and _kind_of(chain) is not OriginKind.NAMED else []


def _family(item: AttributionEvidence) -> str | None:
    return item.version.family or item.version.outlet


def _is_known(hop: Hop) -> bool:
    """ "Local media" are many; what two of them relay need not be one."""
    return hop.resolution not in (Resolution.UNNAMED, Resolution.NONE)


_RULES = (
    _JoinRule(keys=_same_text, reason="the same text"),
    _JoinRule(keys=_same_passage, reason="the same passage in articles that share text"),
    _JoinRule(keys=_shared_hops, reason="both go back to {label}"),
    _JoinRule(keys=_articles, reason="both go back to the article {label}"),
    _JoinRule(keys=_innermost, reason="the same source, {label}"),
    _JoinRule(keys=_organisation, reason="both are the word of {label}"),
    _JoinRule(keys=_unidentified_family, reason="the same outlet or family, {label}, and no identified source"),
)
