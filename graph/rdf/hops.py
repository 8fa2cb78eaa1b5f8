"""Hops within one text and between two: what was derived from what, one step at a time.

A version was derived from its outermost hops, each hop from those that it encloses, and a hop that names a publication
from what a held article of that publication says of the same claim. Walked inwards, that is the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import NamedNode

from graph.chains import Chain, Resolution
from graph.evidence import AttributionEvidence, ClaimEvidence, VersionEvidence
from graph.ids import Kind
from graph.outlet_names import is_same_outlet
from graph.rdf.terms import Names, part, publication_id
from nlp.annotation import QuotationType, SourceType

# Cues of having seen it with one's own eyes. "Observed that" is mostly a remark, so it counts only without "that".
_WITNESS_CUES = frozenset({"saw", "seen", "witnessed", "watched", "filmed", "photographed"})


class Jump(NamedTuple):
    """A hop that goes on in another article: both ends, and the claim's text there."""

    citing: NamedNode
    held: NamedNode
    attribution_id: int  # the one that the chain comes from
    held_attribution_id: int


def agency_hop(names: Names, version_id: int, name: str) -> NamedNode:
    """The hop through an agency or outlet that a version was copied from by name."""
    return part(names.thing(Kind.VERSION, version_id), f"from:{publication_id(name):016x}")


def innermost_of(items: Iterable[AttributionEvidence]) -> set[int]:
    """Return the ids of those that enclose no other of `items`."""
    found = list(items)
    return {item.attribution_id for item in found} - {item.parent_id for item in found if item.parent_id is not None}


def is_primary_source(item: AttributionEvidence) -> bool:
    """Whether a source saw it itself, or is the document itself, as far as the words say so.

    Source: PROV-O, `prov:hadPrimarySource`: direct experience, without hindsight. "People familiar with it" are none.
    """
    if item.source_type == SourceType.DOCUMENT:
        return item.source_entity_id is not None
    cue = item.cue_words.casefold().split()
    if not cue or item.quotation_type == QuotationType.DIRECT:
        return False
    last = cue[-1].strip(",.:;")
    return last in _WITNESS_CUES or (last == "observed" and not _words_after_cue(item).startswith("that"))


def find_jumps(names: Names, evidence: ClaimEvidence, chains: Mapping[int, Chain]) -> Iterator[Jump]:
    """Yield where the chains of a claim's attributions go on in other held articles.

    A hop is derived only from what was published before it. Chains also go on in an article that is dated a little
    later (clocks differ), or back in one that they have been in; written as derivations, those could close a circle.
    """
    agencies = {row.version_id: row.from_name for row in evidence.derivations}
    for item in evidence.members:
        name, held = _next_held(evidence, item, chains[item.attribution_id])
        if name is None or held is None or not _moment(held.version) < _moment(item.version):
            continue
        citing = _citing_hop(names, evidence, item, name, agencies.get(item.version.version_id))
        if citing is not None:
            agency = agencies.get(held.version.version_id)
            outermost = _outermost(evidence, held).attribution_id
            target = (
                names.thing(Kind.ATTRIBUTION, outermost)
                if agency is None
                else agency_hop(names, held.version.version_id, agency)
            )
            yield Jump(citing, target, item.attribution_id, held.attribution_id)


def _next_held(
    evidence: ClaimEvidence, item: AttributionEvidence, chain: Chain
) -> tuple[str | None, AttributionEvidence | None]:
    """The publication by which a chain leaves the article of `item`, and where it goes on; `None` where it does not.

    Where an outlet cites itself, both hops are one in the chain, which then ends elsewhere than it began.
    """
    cited = next((hop for hop in chain.hops[1:] if hop.resolution is Resolution.HELD), None)
    if cited is not None:
        return cited.name, _held_member(evidence, item, cited.article)
    if chain.innermost.version.article_id != item.version.article_id:
        return item.version.outlet, chain.innermost
    return None, None


def _held_member(evidence: ClaimEvidence, item: AttributionEvidence, url: str | None) -> AttributionEvidence | None:
    """The latest member in the article at `url` that is no later than `item`."""
    found = [other for other in evidence.members if other.version.url == url and other is not item]
    earlier = [other for other in found if _moment(other.version) < _moment(item.version)]
    return max(earlier, key=lambda other: (other.version.at, other.attribution_id), default=None)


def _citing_hop(
    names: Names, evidence: ClaimEvidence, item: AttributionEvidence, cited: str, agency: str | None
) -> NamedNode | None:
    """The hop of `item` that names the publication `cited`, the innermost if several do."""
    current: AttributionEvidence | None = item
    for _ in range(20):  # a circle of parents would have no end
        if current is None:
            break
        is_publication = current.source_type == SourceType.PUBLICATION
        if is_publication and current.source_name and is_same_outlet(current.source_name, cited):
            return names.thing(Kind.ATTRIBUTION, current.attribution_id)
        current = evidence.ancestors.get(current.parent_id) if current.parent_id is not None else None
    if agency is not None and is_same_outlet(agency, cited):
        return agency_hop(names, item.version.version_id, agency)
    return None


def _words_after_cue(item: AttributionEvidence) -> str:
    cue = item.spans["cue"]
    return item.words[cue[-1].end - item.sentence.start :].casefold().lstrip(" ,")


def _outermost(evidence: ClaimEvidence, item: AttributionEvidence) -> AttributionEvidence:
    for _ in range(20):
        if item.parent_id is None or item.parent_id not in evidence.ancestors:
            break
        item = evidence.ancestors[item.parent_id]
    return item


def _moment(version: VersionEvidence) -> tuple[object, int]:
    return version.at, version.version_id
