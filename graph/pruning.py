"""Letting old articles go: `sayso prune`.

An article is old when all that is held of it was published, and first seen, before a day. It stays all the same where
a younger one needs it: if a claim that a younger article makes is made in it too, or if a chain of an article that
stays leads through it. So the chains, origins and denials of a claim that is still made are the same as before, with
every word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Join, delete, select, update

from graph.annotating import forget_annotation, named_in
from graph.chains import Chains
from graph.evidence import ClaimEvidence, load_claims
from graph.failures import clear_failures
from graph.identities import forget_signs, forget_unnamed, lock_identities
from graph.schema import (
    article_versions,
    articles,
    attributions,
    claim_members,
    claims,
    derivations,
    entry_versions,
    feed_entries,
    polls,
    raw_pages,
)
from graph.store import Store
from graph.times import credible_time

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a prune would let go, the youngest first, and how many old articles it would keep since others need them."""

    before: datetime
    droppable: tuple[int, ...]
    needed: int


def plan_prune(store: Store, *, before: datetime) -> Plan:
    """Find what may go. `needed` old articles stay."""
    with store.reading() as connection:
        at = _load_times(connection)
        kept = {article_id for article_id, moment in at.items() if moment >= before}
        old = at.keys() - kept
        kept |= _sharing_claims(connection, kept)
        frontier = set(kept)
        while frontier:
            frontier = _resting_on(connection, frontier) - kept
            kept |= frontier
    droppable = sorted(at.keys() - kept, key=lambda article_id: (at[article_id], article_id), reverse=True)
    return Plan(before=before, droppable=tuple(droppable), needed=len(old & kept))


def prune(store: Store, plan: Plan, *, advance: Callable[[int], None]) -> None:
    """Let go what `plan` says. Stopped in the middle, another plan and prune go on. `advance` is told of articles.

    What feeds have shown stays known, so that it is not fetched again.
    """
    for article_ids in _chunks(plan.droppable):
        with store.writing() as connection:
            _drop_articles(connection, article_ids)
        advance(len(article_ids))
    with store.writing() as connection:
        connection.execute(delete(polls).where(polls.c.at < plan.before))
        connection.execute(delete(entry_versions).where(entry_versions.c.seen_at < plan.before))


def _load_times(connection: Connection) -> dict[int, datetime]:
    """When each article was last news: the latest of its versions, by publication or by when it was first seen."""
    at: dict[int, datetime] = {}
    query = select(article_versions.c.article_id, article_versions.c.published_at, article_versions.c.first_seen_at)
    for row in connection.execution_options(yield_per=1000).execute(query):
        moment = max(row.first_seen_at, credible_time(row.published_at, row.first_seen_at))
        at[row.article_id] = max(moment, at.get(row.article_id, moment))
    return at


def _sharing_claims(connection: Connection, article_ids: set[int]) -> set[int]:
    """The articles in which a claim is made that one of these makes."""
    claim_ids = _claims_of(connection, article_ids)
    return _matching(connection, _MEMBERS, article_versions.c.article_id, claims.c.canonical_id, claim_ids)


def _claims_of(connection: Connection, article_ids: set[int]) -> set[int]:
    return _matching(connection, _MEMBERS, claims.c.canonical_id, article_versions.c.article_id, article_ids)


def _resting_on(connection: Connection, article_ids: set[int]) -> set[int]:
    """The articles that these were made from, and those that the chains of their attributions lead through."""
    origin = article_versions.alias("origin")
    made_from = (
        article_versions.join(derivations, derivations.c.version_id == article_versions.c.id)
        .join(origin, origin.c.id == derivations.c.from_version_id)
    )  # fmt: skip
    found = _matching(connection, made_from, origin.c.article_id, article_versions.c.article_id, article_ids)
    for claim_ids in _chunks(_claims_of(connection, article_ids)):
        for evidence in load_claims(connection, claim_ids):
            found |= _on_chains(evidence, article_ids)
    return found


def _on_chains(evidence: ClaimEvidence, article_ids: set[int]) -> set[int]:
    """The articles that the chains of a claim lead through, of the attributions in these articles."""
    chains, by_url = Chains(evidence), {item.version.url: item.version.article_id for item in evidence.members}
    found: set[int] = set()
    for item in evidence.members:
        if item.version.article_id in article_ids:
            chain = chains.find(item)
            found.add(chain.innermost.version.article_id)
            found |= {by_url[hop.article] for hop in chain.hops if hop.article in by_url}
    return found


_MEMBERS = (
    article_versions.join(attributions, attributions.c.version_id == article_versions.c.id)
    .join(claim_members, claim_members.c.attribution_id == attributions.c.id)
    .join(claims, claims.c.id == claim_members.c.claim_id)
)


def _matching(
    connection: Connection, among: Join, wanted: ColumnElement[int], given: ColumnElement[int], ids: Iterable[int]
) -> set[int]:
    """All values of `wanted` in the rows whose `given` is one of `ids`."""
    found: set[int] = set()
    for chunk in _chunks(ids):
        query = select(wanted).select_from(among).where(given.in_(chunk)).distinct()
        found |= set(connection.execute(query).scalars())
    return found


def _drop_articles(connection: Connection, article_ids: Sequence[int]) -> None:
    versions = select(article_versions.c.id).where(article_versions.c.article_id.in_(article_ids))
    version_ids = list(connection.execute(versions).scalars())
    urls = list(connection.execute(select(articles.c.url).where(articles.c.id.in_(article_ids))).scalars())
    connection.execute(
        update(feed_entries)
        .where(feed_entries.c.article_id.in_(article_ids))
        .values(article_id=None, summary=None, content=None, links=None)
    )
    # Of texts that go as well, in another batch.
    connection.execute(delete(derivations).where(derivations.c.from_version_id.in_(version_ids)))
    lock_identities(connection)
    named = {entity_id for version_id in version_ids for entity_id in named_in(connection, version_id)}
    for version_id in version_ids:
        forget_annotation(connection, version_id)
        forget_signs(connection, version_id)
    forget_unnamed(connection, named)
    connection.execute(delete(raw_pages).where(raw_pages.c.version_id.in_(version_ids)))
    connection.execute(delete(article_versions).where(article_versions.c.id.in_(version_ids)))
    connection.execute(delete(articles).where(articles.c.id.in_(article_ids)))
    clear_failures(connection, stage="read", items=urls)


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = list(ids)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
