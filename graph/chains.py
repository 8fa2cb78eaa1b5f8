"""Chains: from the article in hand through each hop to the innermost source.

Each hop has its own words. A chain goes on in a held article of the publication that a hop names, stops at an
unnamed source or at nothing and says so, and ends where it comes back to an article it has been in (circular).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from graph.claim_keys import fold_words
from graph.evidence import AttributionEvidence, ClaimEvidence
from graph.outlet_names import fold_outlet, initials_of, is_news_name, is_same_outlet, plain_name
from nlp.annotation import SourceType, Stance
from nlp.publications import is_publication

# Publishers' clocks differ: an article may cite one that is dated up to this much later.
CLOCK_SLACK = timedelta(hours=2)
# A chain through more articles is not followed further; nobody reads it.
MOST_ARTICLES = 30
# Of one outlet so many articles are looked at for one that says the same; all but a few do.
MOST_LOOKED_AT = 50
# What outlets do with news: an organisation of an outlet's name that does it is one.
_REPORTS = re.compile(r"\b(?:report(?:s|ed|ing)?|wrote|writes|publish\w*|reveal\w*|according to)\b", re.IGNORECASE)


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
        self._made_from = {row.version_id: row for row in evidence.derivations if row.kind != "partial_copy"}
        self._partly_from = {row.version_id: row for row in evidence.derivations if row.kind == "partial_copy"}
        self._held = HeldMembers(evidence.members)

    def find_all(self) -> dict[int, Chain]:
        everything = (*self._evidence.members, *self._evidence.declines)
        return {item.attribution_id: self.find(item) for item in everything}

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
            following = self._find_cited(cited, current) if cited is not None else None
            if following is None or len(visited) >= MOST_ARTICLES:
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
        hops = [_outlet_hop(item)]
        made_from = self._made_from.get(item.version.version_id)
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
        for enclosing in self._enclosing(item):
            hops += self._source_hops(enclosing, is_innermost=False)
        return hops + self._source_hops(item, is_innermost=True)

    def _source_hops(self, item: AttributionEvidence, *, is_innermost: bool) -> list[Hop]:
        """The source, and before it the outlet that it was told to."""
        is_publication = self._is_publication(item)
        words = item.cue_words or (item.words if is_innermost else None)
        name = item.version.outlet if item.source_type == SourceType.AUTHOR else item.source_name
        resolution, link = _resolution(item), None
        if is_publication and resolution is Resolution.NAMED:
            link = self._find_link(item, name or "")
        source = Hop(
            name=plain_name(name) if is_publication and name else name,
            kind="publication" if is_publication else "source",
            resolution=resolution if link is None else Resolution.CITED,
            article=link,
            words=words,
        )
        told = item.addressee and self._find_outlet(item.addressee)
        if not told or is_publication:
            return [source]
        channel = Hop(name=told, kind="publication", resolution=Resolution.NAMED, article=None, words=item.told_words)
        return [channel, source]

    def _is_publication(self, item: AttributionEvidence) -> bool:
        """Also an organisation whose name is an outlet's: one that is held, or one that the name gives away."""
        if item.source_type != SourceType.ORGANISATION or item.source_name is None:
            return item.source_type == SourceType.PUBLICATION
        outlet = self._held.outlet_of(item.source_name)
        if outlet is not None:
            # What an organisation says on its own site it says itself.
            return not is_same_outlet(outlet, item.version.outlet)
        return is_news_name(item.source_name) and is_report(item.cue_words)

    def _find_outlet(self, addressee: str) -> str | None:
        """The name of the outlet that something was told to; `None` where it was told to no outlet."""
        held = self._held.outlet_of(addressee)
        return held or (plain_name(addressee) if is_publication(addressee) else None)

    def _find_link(self, item: AttributionEvidence, name: str) -> str | None:
        """The link in the sentence to the report that it speaks of: by the words or the host that name it."""
        own = urlsplit(item.version.url).hostname
        compact = re.sub(r"\W", "", fold_outlet(name))
        for url, text in self._evidence.links.get(item.version.version_id, ()):
            host = urlsplit(url).hostname or ""
            is_named = bool(compact) and compact in re.sub(r"\W", "", host)
            if (
                host != own
                and text.strip()
                and text in item.words
                and (is_named or fold_outlet(name) in text.casefold())
            ):
                return url
        return None

    def _find_original(self, item: AttributionEvidence) -> AttributionEvidence | None:
        """The member that stands in the held article which `item`'s article was copied from.

        Of an article that is partly a copy, only what stands in the original in the very same words.
        """
        version_id = item.version.version_id
        made_from = self._made_from.get(version_id)
        if made_from is not None and made_from.from_url is not None:
            there = self._held.at(made_from.from_url)
            return min(there, key=lambda other: (other.words != item.words, other.attribution_id), default=None)
        partly = self._partly_from.get(version_id)
        there = [] if partly is None or partly.from_url is None else self._held.at(partly.from_url)
        return next((other for other in there if fold_words(other.words) == fold_words(item.words)), None)

    def _evidence_of_copy(self, item: AttributionEvidence) -> str:
        version_id = item.version.version_id
        return (self._made_from.get(version_id) or self._partly_from[version_id]).evidence

    def _enclosing(self, item: AttributionEvidence) -> list[AttributionEvidence]:
        """The attributions around `item`, the outermost first."""
        found: list[AttributionEvidence] = []
        parent = item.parent_id
        while parent is not None and parent in self._evidence.ancestors and len(found) < 20:
            found.insert(0, self._evidence.ancestors[parent])
            parent = found[0].parent_id
        return found

    def _find_cited(self, cited: Hop, citing: AttributionEvidence) -> AttributionEvidence | None:
        """The member that a hop goes on in: in the very article it links to, else the latest by that outlet."""
        if cited.article is not None:
            there = self._held.at(cited.article)
            if there:
                return there[0]
        return self._held.find(cited.name, citing) if cited.name else None


class HeldMembers:
    """The members of a claim by the outlets and articles that they stand in."""

    def __init__(self, members: Sequence[AttributionEvidence]) -> None:
        self._by_url: dict[str, list[AttributionEvidence]] = defaultdict(list)
        self._by_outlet: dict[str, list[AttributionEvidence]] = defaultdict(list)
        self._names: dict[str, str] = {}
        self._by_initials: dict[str, list[str]] = defaultdict(list)
        for item in sorted(members, key=_by_time):
            self._by_url[item.version.url].append(item)
            if item.version.outlet is not None:
                folded = fold_outlet(item.version.outlet)
                self._by_outlet[folded].append(item)
                self._names[folded] = item.version.outlet
        for folded, name in sorted(self._names.items()):
            initials = initials_of(name)
            if initials is not None:
                self._by_initials[initials].append(folded)

    def at(self, url: str) -> list[AttributionEvidence]:
        return self._by_url.get(url, [])

    def outlet_of(self, name: str) -> str | None:
        """The held outlet that `name` means."""
        return next((self._names[folded] for folded in self._folded(name)), None)

    def find(self, name: str, citing: AttributionEvidence) -> AttributionEvidence | None:
        """The latest member by the outlet `name`, of another article, that `citing` can have had before it.

        Who passes a denial on has it from a denial, and the other way round.
        """
        found: list[AttributionEvidence] = []
        for folded in self._folded(name):
            items = self._by_outlet[folded]
            index = bisect_right(items, citing.version.at + CLOCK_SLACK, key=lambda item: item.version.at)
            for item in reversed(items[max(0, index - MOST_LOOKED_AT) : index]):
                is_other = item.version.article_id != citing.version.article_id
                if is_other and (item.stance is Stance.DENIES) == (citing.stance is Stance.DENIES):
                    found.append(item)
                    break
        return max(found, key=_by_time, default=None)

    def _folded(self, name: str) -> list[str]:
        folded, initials = fold_outlet(name), initials_of(name)
        keys = [folded, *([] if initials is None else [initials]), *self._by_initials.get(folded, ())]
        return [key for key in dict.fromkeys(keys) if key in self._by_outlet]


def _by_time(item: AttributionEvidence) -> tuple[datetime, int]:
    return item.version.at, item.attribution_id


def _outlet_hop(item: AttributionEvidence) -> Hop:
    version = item.version
    return Hop(name=version.outlet, kind="outlet", resolution=Resolution.HELD, article=version.url, words=None)


def _last_publication(hops: list[Hop]) -> Hop | None:
    """The publication at which the chain would end, or that stands just before an innermost source.

    Only an agency or a publication that is not held yet can be followed.
    """
    for hop in reversed(hops):
        if hop.kind in ("agency", "publication"):
            return hop if hop.resolution in (Resolution.NAMED, Resolution.CITED) else None
    return None


def is_report(cue_words: str) -> bool:
    return bool(_REPORTS.search(cue_words))


def _resolution(item: AttributionEvidence) -> Resolution:
    """A source is named if it is an entity; a publication also by a name that is none of those ("the paper" is not)."""
    match item.source_type:
        case SourceType.NAMED_PERSON | SourceType.ORGANISATION | SourceType.DOCUMENT:
            return Resolution.NAMED if item.source_entity_id is not None else Resolution.UNNAMED
        case SourceType.PUBLICATION:
            is_named = item.source_entity_id is not None or is_proper_name(item.source_name or "")
            return Resolution.NAMED if is_named else Resolution.UNNAMED
        case SourceType.AUTHOR:
            return Resolution.NAMED
        case SourceType.UNNAMED_PERSON | SourceType.UNNAMED_GROUP:
            return Resolution.UNNAMED
        case _:
            return Resolution.NONE


def is_proper_name(name: str) -> bool:
    """Whether a publication is named, rather than spoken of ("the paper")."""
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
