"""Where a claim comes from: chains, earliest held, origins at least .. at most, denials, declines.

Pure: evidence in, answers out, nothing stored, so that a late or corrected article can change every answer. The
definitions are those of the design's section "Tracing, defined".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from graph.chains import Chain, Chains, Resolution
from graph.changes import Day, VersionChange, find_days, load_version_changes
from graph.errors import NotFound
from graph.evidence import AttributionEvidence, ClaimEvidence, DerivationEvidence, load_claims, with_declines
from graph.oldest import OldestNamed, find_oldest
from graph.origins import Origins, find_origins
from graph.related import RelatedClaim, load_related
from nlp.annotation import Stance

SUPPORTING = frozenset({Stance.ASSERTS, Stance.SUPPORTS, Stance.RELAYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The whole answer for one claim. `chains` holds a chain for each member and each decline of the evidence."""

    evidence: ClaimEvidence
    chains: dict[int, Chain]
    earliest_held: AttributionEvidence
    oldest_named: OldestNamed | None  # a publication that a chain names and that is not held
    origins: Origins
    denials: tuple[AttributionEvidence, ...]
    denial_origins: Origins
    declines: tuple[AttributionEvidence, ...]
    retracted: Mapping[int, str]  # of an attribution that its outlet took back: the words in which it did
    derivations: tuple[DerivationEvidence, ...]
    days: tuple[Day, ...]
    related: tuple[RelatedClaim, ...] = ()
    version_changes: tuple[VersionChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSummary:
    """One line of a listing of claims."""

    claim_id: int
    text: str
    about: tuple[str, ...]
    articles: int
    outlets: int
    origins: tuple[int, int]
    earliest_held: str
    earliest_at: datetime
    latest_at: datetime
    stances: dict[str, int]


def load_trace(connection: Connection, claim_id: int) -> Trace:
    """Trace the claim with this canonical id.

    Raises:
        NotFound: it has no attributions in this store.
    """
    found = load_claims(connection, [claim_id])
    if not found or not found[0].members:
        raise NotFound(str(claim_id), "no such claim is held")
    evidence = with_declines(connection, found[0])
    return replace(
        trace_claim(evidence),
        related=load_related(connection, evidence),
        version_changes=load_version_changes(connection, evidence),
    )


def trace_claim(evidence: ClaimEvidence) -> Trace:
    """Answer whose say-so a claim rests on, from the evidence alone."""
    chains = Chains(evidence).find_all()
    taken_back = find_retracted(evidence)
    notices = _in_notices(evidence)
    voices = [item for item in evidence.members if item.attribution_id not in notices]
    supporting = [item for item in voices if item.stance in SUPPORTING]
    denials = [item for item in voices if item.stance is Stance.DENIES]
    fallen = _fallen(evidence, chains, taken_back)
    origins = find_origins(supporting, chains, retracted=fallen)
    declined = [item for item in evidence.members if item.stance is Stance.DECLINES]
    return Trace(
        evidence=evidence,
        chains=chains,
        earliest_held=next(iter(voices or evidence.members)),
        oldest_named=find_oldest(voices, chains),
        origins=origins,
        denials=tuple(denials),
        denial_origins=find_origins(denials, chains, retracted=fallen),
        declines=(*declined, *evidence.declines),
        retracted=taken_back,
        derivations=_derivations(evidence, chains),
        days=find_days(evidence, origins, frozenset(item.attribution_id for item in denials)),
    )


def find_retracted(evidence: ClaimEvidence) -> dict[int, str]:
    """Of each member that its outlet took back later, the words of the notice.

    A notice stands in another article of the outlet, or in a later version of the same one; one that came before an
    article does not concern it.
    """
    found: dict[int, str] = {}
    notices = _in_notices(evidence)
    for item in evidence.members:
        version = item.version
        for notice in evidence.notices:
            is_own = notice.article_id == version.article_id or (
                version.outlet_id is not None and notice.outlet_id == version.outlet_id
            )
            is_later = notice.version_id != version.version_id and notice.at >= version.at
            if is_own and is_later and item.attribution_id not in notices:
                found[item.attribution_id] = notice.words
                break
    return found


def _in_notices(evidence: ClaimEvidence) -> set[int]:
    """Members that stand in a notice: there the outlet says what it takes back, and nobody says it anew."""
    places = {(notice.version_id, notice.span) for notice in evidence.notices}
    return {
        item.attribution_id
        for item in evidence.members
        for version_id, span in places
        if item.version.version_id == version_id and item.sentence.start < span.end and span.start < item.sentence.end
    }


def _fallen(evidence: ClaimEvidence, chains: Mapping[int, Chain], retracted: Mapping[int, str]) -> set[int]:
    """What was taken back, and whatever rests on it: who relayed it has nothing of their own."""
    urls = {item.version.url for item in evidence.members if item.attribution_id in retracted}
    resting = {
        key for key, chain in chains.items() if any(hop.article in urls for hop in chain.hops[1:] if hop.article)
    }
    return resting | set(retracted)


def _derivations(evidence: ClaimEvidence, chains: Mapping[int, Chain]) -> tuple[DerivationEvidence, ...]:
    """What the articles were made from: as stored, and for the others, whom they relay this claim from."""
    made = {row.version_id for row in evidence.derivations}
    relays: dict[int, DerivationEvidence] = {}
    for item in evidence.members:
        version_id = item.version.version_id
        hops = chains[item.attribution_id].hops
        hop = hops[1] if len(hops) > 1 else None
        if version_id in made or version_id in relays or hop is None or hop.kind != "publication" or not hop.name:
            continue
        if hop.resolution in (Resolution.UNNAMED, Resolution.NONE):
            continue
        is_held = hop.resolution is Resolution.HELD
        relays[version_id] = DerivationEvidence(
            version_id=version_id,
            from_url=hop.article if is_held else None,
            from_name=None if is_held else hop.name,
            kind="relay",
            score=item.confidence,
            evidence=hop.words or item.words,
        )
    return (*evidence.derivations, *relays.values())


def summarise(evidence: ClaimEvidence) -> ClaimSummary:
    """Return the listing line of a claim that has members."""
    trace = trace_claim(evidence)
    versions = [item.version for item in evidence.members]
    return ClaimSummary(
        claim_id=evidence.claim_id,
        text=evidence.text,
        about=_most_about(evidence.members),
        articles=len({version.article_id for version in versions}),
        outlets=len({version.outlet for version in versions if version.outlet is not None}),
        origins=(trace.origins.at_least, trace.origins.at_most),
        earliest_held=versions[0].url,
        earliest_at=versions[0].at,
        latest_at=max(version.at for version in versions),
        stances=dict(sorted(Counter(str(item.stance) for item in evidence.members).items())),
    )


def _most_about(members: Sequence[AttributionEvidence]) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    for item in members:
        counts.update({name for _, name in item.about})
    return tuple(name for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5])
