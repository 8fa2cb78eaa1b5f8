"""Where a claim comes from: chains, earliest held, origins at least .. at most, denials, declines.

Pure: evidence in, answers out, nothing stored, so that a late or corrected article can change every answer. The
definitions are those of the design's section "Tracing, defined". First version: publications are matched by name,
copies by their text and credit line; what two sources of different names share is not looked into.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from graph.chains import Chain, Chains
from graph.errors import NotFound
from graph.evidence import AttributionEvidence, ClaimEvidence, load_claims
from graph.origins import Origins, find_origins
from graph.related import RelatedClaim, load_related
from nlp.annotation import Stance

SUPPORTING = frozenset({Stance.ASSERTS, Stance.SUPPORTS, Stance.RELAYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The whole answer for one claim. `chains` holds a chain for each member of the evidence."""

    evidence: ClaimEvidence
    chains: dict[int, Chain]
    earliest_held: AttributionEvidence
    oldest_named: str | None  # a publication that a chain names and that is not held
    origins: Origins
    denials: tuple[AttributionEvidence, ...]
    denial_origins: Origins
    declines: tuple[AttributionEvidence, ...]
    related: tuple[RelatedClaim, ...] = ()


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
    return replace(trace_claim(found[0]), related=load_related(connection, found[0]))


def trace_claim(evidence: ClaimEvidence) -> Trace:
    """Answer whose say-so a claim rests on, from the evidence alone."""
    chains = Chains(evidence).find_all()
    supporting = [item for item in evidence.members if item.stance in SUPPORTING]
    denials = [item for item in evidence.members if item.stance is Stance.DENIES]
    return Trace(
        evidence=evidence,
        chains=chains,
        earliest_held=evidence.members[0],
        oldest_named=_oldest_named(evidence, chains),
        origins=find_origins(supporting, chains),
        denials=tuple(denials),
        denial_origins=find_origins(denials, chains),
        declines=tuple(item for item in evidence.members if item.stance is Stance.DECLINES),
    )


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


def load_summaries(connection: Connection, claim_ids: Sequence[int]) -> list[ClaimSummary]:
    return [summarise(evidence) for evidence in load_claims(connection, claim_ids) if evidence.members]


def _oldest_named(evidence: ClaimEvidence, chains: dict[int, Chain]) -> str | None:
    """The publication furthest in, in the chain of the earliest article that names one that is not held."""
    for item in evidence.members:
        for hop in reversed(chains[item.attribution_id].hops):
            if hop.kind in ("publication", "agency") and hop.resolution == "named":
                return hop.name
    return None


def _most_about(members: Sequence[AttributionEvidence]) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    for item in members:
        counts.update({name for _, name in item.about})
    return tuple(name for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5])
