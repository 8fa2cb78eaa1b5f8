"""Chains: from the article in hand through each hop to the innermost source.

Each hop has its own words. A chain goes on in a held article of the publication that a hop names, stops at an
unnamed source or at nothing and says so, and ends where it comes back to an article it has been in (circular).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from graph.derivations import is_same_outlet
from graph.evidence import AttributionEvidence, ClaimEvidence, DerivationEvidence
from nlp.annotation import SourceType

# Publishers' clocks differ: an article may cite one that is dated up to this much later.
CLOCK_SLACK = timedelta(hours=2)


class Resolution(StrEnum):
    HELD = "held"
    CITED = "cited"
    NAMED = "named"
    UNNAMED = "unnamed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step. `kind` is outlet, agency, publication or source; `words` are exact, `None` for the article itself."""

    name: str | None
    kind: str
    resolution: Resolution
    article: str | None
    words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The hops from the article in hand inwards. `innermost` is the attribution that the last hop comes from."""

    hops: tuple[Hop, ...]
    innermost: AttributionEvidence
    is_circular: bool = False


class Chains:
    """Finds the chains of all members of one claim."""

    def __init__(self, evidence: ClaimEvidence) -> None:
        self._evidence = evidence
        self._made_from: dict[int, DerivationEvidence] = {row.version_id: row for row in evidence.derivations}

    def find_all(self) -> dict[int, Chain]:
        return {item.attribution_id: self.find(item) for item in self._evidence.members}

    def find(self, item: AttributionEvidence) -> Chain:
        """Return the chain of one member, following held articles."""
        hops: list[Hop] = []
        visited: set[int] = set()
        current = item
        while True:
            visited.add(current.version.article_id)
            original = self._find_original(current)
            if original is not None and original.version.article_id not in visited:
                # A copy inherits the chain of its original; what it says of its own is only that it is one.
                hops += [_outlet_hop(current), replace(_outlet_hop(original), words=self._evidence_of_copy(current))]
                current = original
                continue
            hops += self._hops_within(current)
            cited = _last_publication(hops)
            following = self._find_held(cited.name, current) if cited is not None and cited.name else None
            if following is None:
                return Chain(hops=_joined(hops), innermost=current)
            assert cited is not None  # noqa: S101  following is only looked for where it is not
            # What the citing article says of the inner hops gives way to what the held article itself says.
            hops = [
                *hops[: hops.index(cited)],
                replace(cited, resolution=Resolution.HELD, article=following.version.url),
            ]
            if following.version.article_id in visited:
                return Chain(hops=_joined(hops), innermost=current, is_circular=True)
            current = following

    def _hops_within(self, item: AttributionEvidence) -> list[Hop]:
        """The outlet, the agency that its article comes from, the enclosing attributions, and the source."""
        version = item.version
        hops = [_outlet_hop(item)]
        made_from = self._made_from.get(version.version_id)
        if made_from is not None and made_from.from_name is not None:
            hops.append(
                Hop(
                    name=made_from.from_name,
                    kind="agency",
                    resolution=Resolution.NAMED,
                    article=None,
                    words=made_from.evidence,
                )
            )
        hops += [self._source_hop(enclosing, is_innermost=False) for enclosing in self._enclosing(item)]
        hops.append(self._source_hop(item, is_innermost=True))
        return hops

    def _source_hop(self, item: AttributionEvidence, *, is_innermost: bool) -> Hop:
        return Hop(
            name=item.version.outlet if item.source_type == SourceType.AUTHOR else item.source_name,
            kind="publication" if self._is_publication(item) else "source",
            resolution=_resolution(item),
            article=None,
            words=item.cue_words or (item.words if is_innermost else None),
        )

    def _is_publication(self, item: AttributionEvidence) -> bool:
        """Also an organisation whose name is that of another article's outlet, whatever the text calls it."""
        if item.source_type != SourceType.ORGANISATION or item.source_name is None:
            return item.source_type == SourceType.PUBLICATION
        others = {other.version.outlet for other in self._evidence.members} - {item.version.outlet}
        return any(is_same_outlet(item.source_name, outlet) for outlet in others)

    def _find_original(self, item: AttributionEvidence) -> AttributionEvidence | None:
        """The member that stands in the held article which `item`'s article was copied from."""
        made_from = self._made_from.get(item.version.version_id)
        if made_from is None or made_from.from_url is None:
            return None
        there = [other for other in self._evidence.members if other.version.url == made_from.from_url]
        return min(there, key=lambda other: (other.words != item.words, other.attribution_id), default=None)

    def _evidence_of_copy(self, item: AttributionEvidence) -> str:
        return self._made_from[item.version.version_id].evidence

    def _enclosing(self, item: AttributionEvidence) -> list[AttributionEvidence]:
        """The attributions around `item`, the outermost first."""
        found: list[AttributionEvidence] = []
        parent = item.parent_id
        while parent is not None and parent in self._evidence.ancestors and len(found) < 20:
            found.insert(0, self._evidence.ancestors[parent])
            parent = found[0].parent_id
        return found

    def _find_held(self, name: str, citing: AttributionEvidence) -> AttributionEvidence | None:
        """The latest member by the outlet `name`, of another article, that `citing` can have had before it."""
        candidates = [
            item
            for item in self._evidence.members
            if item.version.article_id != citing.version.article_id
            and is_same_outlet(name, item.version.outlet)
            and item.version.at <= citing.version.at + CLOCK_SLACK
        ]
        return max(candidates, key=lambda item: (item.version.at, item.attribution_id), default=None)


def _outlet_hop(item: AttributionEvidence) -> Hop:
    version = item.version
    return Hop(name=version.outlet, kind="outlet", resolution=Resolution.HELD, article=version.url, words=None)


def _last_publication(hops: list[Hop]) -> Hop | None:
    """The publication at which the chain would end, or that stands just before an innermost source.

    Only an agency or a publication that is not held yet can be followed.
    """
    for hop in reversed(hops):
        if hop.kind in ("agency", "publication"):
            return hop if hop.resolution is Resolution.NAMED else None
    return None


def _resolution(item: AttributionEvidence) -> Resolution:
    """A source is named if it is an entity; a publication also by a name that is none of those ("the paper" is not)."""
    match item.source_type:
        case SourceType.NAMED_PERSON | SourceType.ORGANISATION | SourceType.DOCUMENT:
            return Resolution.NAMED if item.source_entity_id is not None else Resolution.UNNAMED
        case SourceType.PUBLICATION:
            is_named = item.source_entity_id is not None or _is_proper_name(item.source_name or "")
            return Resolution.NAMED if is_named else Resolution.UNNAMED
        case SourceType.AUTHOR:
            return Resolution.NAMED
        case SourceType.UNNAMED_PERSON | SourceType.UNNAMED_GROUP:
            return Resolution.UNNAMED
        case _:
            return Resolution.NONE


def _is_proper_name(name: str) -> bool:
    words = name.split()
    words = words[1:] if words and words[0].casefold() in ("the", "a", "an", "this", "that") else words
    return any(word[0].isupper() for word in words)


def _joined(hops: list[Hop]) -> tuple[Hop, ...]:
    """Neighbouring hops of one name are one, which keeps the words of the first that has any."""
    joined: list[Hop] = []
    for hop in hops:
        last = joined[-1] if joined else None
        if last is not None and last.name and hop.name and is_same_outlet(hop.name, last.name):
            is_held = last.resolution is Resolution.HELD
            kept = last if is_held or hop.resolution is not Resolution.HELD else hop
            joined[-1] = replace(kept, words=last.words or hop.words)
        else:
            joined.append(hop)
    return tuple(joined)
