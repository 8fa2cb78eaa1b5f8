"""The JSON that commands print: one function a shape; docs/schemas has the schema of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graph.browsing import EntityView, Status
from graph.chains import Chain, Hop
from graph.decision_log import LoggedDecision
from graph.evidence import AttributionEvidence, DerivationEvidence
from graph.failures import Failure
from graph.ids import Kind, show_id
from graph.oldest import OldestNamed
from graph.origins import OriginClass, Origins
from graph.polls import PollRecord
from graph.trace import ClaimSummary, Trace
from ingest.article import Article
from ingest.feed import Entry, FeedState


def article_to_dict(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "byline": article.byline,
        "published": time_to_text(article.published_at),
        "outlet": article.outlet,
        "language": article.language,
        "credit": article.credit,
        "links": [{"url": link.url, "text": link.text} for link in article.links],
        "flags": [str(flag) for flag in article.flags],
    }


def entry_to_dict(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "published": time_to_text(entry.published_at),
        "summary": entry.summary,
    }


def feed_to_dict(state: FeedState) -> dict[str, Any]:
    return {
        "url": state.url,
        "outlet": state.outlet,
        "title": state.title,
        "health": str(state.health),
        "last_polled": time_to_text(state.last_polled_at),
        "last_success": time_to_text(state.last_success_at),
        "last_new": time_to_text(state.last_new_at),
        "next_due": time_to_text(state.next_due_at),
        "due_reason": state.due_reason,
        "gaps": state.gaps,
        "last_gap": time_to_text(state.last_gap_at),
        "has_lying_validator": state.has_lying_validator,
        "moved_to": state.moved_to,
        "error_streak": state.error_streak,
        "last_error": state.last_error,
    }


def poll_to_dict(poll: PollRecord) -> dict[str, Any]:
    return {
        "at": time_to_text(poll.at),
        "status": poll.status,
        "outcome": poll.outcome,
        "entries": poll.entries,
        "new": poll.new,
        "is_gap": poll.is_gap,
    }


def claim_to_dict(claim: ClaimSummary) -> dict[str, Any]:
    return {
        "id": show_id(Kind.CLAIM, claim.claim_id),
        "text": claim.text,
        "about": list(claim.about),
        "articles": claim.articles,
        "outlets": claim.outlets,
        "origins": list(claim.origins),
        "earliest_held": claim.earliest_held,
        "stances": claim.stances,
    }


def trace_to_dict(trace: Trace) -> dict[str, Any]:
    evidence = trace.evidence
    earliest = trace.earliest_held.version
    urls = {item.version.version_id: item.version.url for item in evidence.members}
    return {
        "claim": {"id": show_id(Kind.CLAIM, evidence.claim_id), "text": evidence.text},
        "attributions": [
            {**attribution_to_dict(item), **_chain_to_dict(trace.chains[item.attribution_id])}
            for item in (*evidence.members, *evidence.declines)
        ],
        "earliest_held": {
            "article": earliest.url,
            "outlet": earliest.outlet,
            "at": time_to_text(earliest.at),
        },
        "oldest_named": _oldest_to_dict(trace.oldest_named),
        "origins": _origins_to_dict(trace.origins),
        "denials": [show_id(Kind.ATTRIBUTION, item.attribution_id) for item in trace.denials],
        "denial_origins": _origins_to_dict(trace.denial_origins),
        "declines": [show_id(Kind.ATTRIBUTION, item.attribution_id) for item in trace.declines],
        "related": [
            {"claim": show_id(Kind.CLAIM, claim.claim_id), "kind": claim.kind, "reason": claim.reason}
            for claim in trace.related
        ],
        "derivations": [_derivation_to_dict(row, urls[row.version_id]) for row in trace.derivations],
    }


def attribution_to_dict(item: AttributionEvidence) -> dict[str, Any]:
    version = item.version
    return {
        "id": show_id(Kind.ATTRIBUTION, item.attribution_id),
        "article": version.url,
        "outlet": version.outlet,
        "published": time_to_text(version.published_at),
        "stance": str(item.stance),
        "source_name": item.source_name,
        "source_type": item.source_type,
        "words": item.words,
    }


def entity_to_dict(view: EntityView) -> dict[str, Any]:
    return {
        "id": show_id(Kind.ENTITY, view.entity_id),
        "name": view.name,
        "type": str(view.type),
        "names": list(view.names),
        "aliases": list(view.aliases),
        "articles": view.articles,
        "said": [attribution_to_dict(item) for item in view.said],
        "about": [attribution_to_dict(item) for item in view.about],
    }


def decision_to_dict(decision: LoggedDecision) -> dict[str, Any]:
    kind = Kind[decision.kind.name]
    right = decision.right_id
    return {
        "number": decision.number,
        "kind": str(decision.kind),
        "action": str(decision.action),
        "left": {"id": show_id(kind, decision.left_id), "name": decision.left_name},
        "right": None if right is None else {"id": show_id(kind, right), "name": decision.right_name},
        "who": decision.who,
        "why": decision.why,
        "score": decision.score,
        "decided": time_to_text(decision.decided_at),
        "undone": time_to_text(decision.undone_at),
        "undone_by": decision.undone_by,
    }


def status_to_dict(status: Status, failures: list[Failure]) -> dict[str, Any]:
    return {
        "counts": status.counts,
        "unread_versions": status.unread_versions,
        "pending_entries": status.pending_entries,
        "feeds_in_error": status.feeds_in_error,
        "next_due": time_to_text(status.next_due_at),
        "failures": [
            {
                "stage": failure.stage,
                "item": failure.item,
                "error": failure.error,
                "message": failure.message,
                "attempts": failure.attempts,
                "last": time_to_text(failure.last_at),
                "next_try": time_to_text(failure.next_try_at),
            }
            for failure in failures
        ],
    }


def time_to_text(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second, with a Z."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _oldest_to_dict(oldest: OldestNamed | None) -> dict[str, Any] | None:
    if oldest is None:
        return None
    return {"name": oldest.name, "on": None if oldest.on is None else oldest.on.isoformat()}


def _chain_to_dict(chain: Chain) -> dict[str, Any]:
    return {"chain": [_hop_to_dict(hop) for hop in chain.hops], "circular": chain.is_circular}


def _hop_to_dict(hop: Hop) -> dict[str, Any]:
    return {
        "name": hop.name,
        "kind": hop.kind,
        "resolution": str(hop.resolution),
        "article": hop.article,
        "words": hop.words,
    }


def _origins_to_dict(origins: Origins) -> dict[str, Any]:
    return {
        "at_least": origins.at_least,
        "at_most": origins.at_most,
        "no_lineage": origins.no_lineage,
        "classes": [_class_to_dict(found) for found in origins.classes],
    }


def _class_to_dict(found: OriginClass) -> dict[str, Any]:
    return {
        "origin": found.origin,
        "kind": str(found.kind),
        "attributions": [show_id(Kind.ATTRIBUTION, key) for key in found.attribution_ids],
        "reasons": list(found.reasons),
    }


def _derivation_to_dict(row: DerivationEvidence, url: str) -> dict[str, Any]:
    return {
        "article": url,
        "derived_from": row.from_url or row.from_name,
        "kind": row.kind,
        "score": row.score,
        "evidence": row.evidence,
    }
