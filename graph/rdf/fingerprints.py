"""Digests of the rows that units are made from: cheap to read, and different whenever what a unit says is.

Each yields (id, digest) by ascending id, in flat memory: every query is sorted by the id of its unit, and the rows of
all queries are merged. Versions never change, so their ids stand for their texts and dates.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby, permutations
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from graph.rdf.agents import Agents
from graph.related import is_beside
from graph.schema import (
    aliases,
    annotations_table,
    article_versions,
    articles,
    attribution_about,
    attributions,
    claim_links,
    claim_members,
    claims,
    derivations,
    entities,
    mentions,
    outlets,
)

Row = tuple[int, int, str]  # the unit, which query it comes from, what it says


def fingerprint_articles(connection: Connection, agents: Agents) -> Iterator[tuple[int, bytes]]:
    """Versions, readings, derivations, claims of attributions, merged entities, and which publications are held."""
    version = article_versions.c
    read = (
        select(version.article_id, version.id, annotations_table.c.pipeline_id, annotations_table.c.made_at,
               articles.c.outlet_id)
        .join(articles, articles.c.id == version.article_id)
        .outerjoin(annotations_table, annotations_table.c.version_id == version.id)
        .order_by(version.article_id, version.id)
    )  # fmt: skip
    made_from = (
        select(version.article_id, derivations.c.id, derivations.c.from_version_id, derivations.c.kind,
               derivations.c.score, derivations.c.evidence)
        .join(derivations, derivations.c.version_id == version.id)
        .order_by(version.article_id, derivations.c.id)
    )  # fmt: skip
    claimed = (
        select(version.article_id, attributions.c.id, attributions.c.source_entity_id, claims.c.canonical_id)
        .join(attributions, attributions.c.version_id == version.id)
        .outerjoin(claim_members, claim_members.c.attribution_id == attributions.c.id)
        .outerjoin(claims, claims.c.id == claim_members.c.claim_id)
        .order_by(version.article_id, attributions.c.id)
    )
    named = (
        select(version.article_id, attributions.c.id, attributions.c.source_name)
        .join(attributions, attributions.c.version_id == version.id)
        .where(attributions.c.source_entity_id.is_(None), attributions.c.source_type.in_(("publication", "author")))
        .order_by(version.article_id, attributions.c.id)
    )
    copied = (
        select(version.article_id, derivations.c.id, derivations.c.from_name)
        .join(derivations, derivations.c.version_id == version.id)
        .where(derivations.c.from_name.is_not(None))
        .order_by(version.article_id, derivations.c.id)
    )
    publications = (
        (row[0], 100, f"{row[1]} {agents.publication(row[2] or '')}") for query in (named, copied)
        for row in _run(connection, query)
    )  # fmt: skip
    rows = _merged(connection, read, made_from, claimed, _merged_mentions(), _merged_sources())
    yield from _digests(heapq.merge(rows, _sorted_by_unit(publications)))


def fingerprint_claims(connection: Connection) -> Iterator[tuple[int, bytes]]:
    """Texts, members with their readings, derivations of their versions, merged entities, and claims beside them."""
    canonical = claims.c.canonical_id
    texts = select(canonical, claims.c.id, claims.c.text).order_by(canonical, claims.c.id)
    members = (
        select(canonical, attributions.c.id, annotations_table.c.pipeline_id, annotations_table.c.made_at,
               outlets.c.name, derivations.c.id.label("derivation_id"), derivations.c.from_name)
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .outerjoin(annotations_table, annotations_table.c.version_id == article_versions.c.id)
        .outerjoin(derivations, derivations.c.version_id == article_versions.c.id)
        .order_by(canonical, attributions.c.id, derivations.c.id)
    )  # fmt: skip
    about = (
        select(canonical, attribution_about.c.attribution_id, entities.c.canonical_id.label("entity_id"))
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attribution_about, attribution_about.c.attribution_id == claim_members.c.attribution_id)
        .join(entities, entities.c.id == attribution_about.c.entity_id)
        .where(entities.c.id != entities.c.canonical_id)
        .order_by(canonical, attribution_about.c.attribution_id, attribution_about.c.rank)
    )
    sources = (
        select(canonical, attributions.c.id, entities.c.canonical_id.label("entity_id"))
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .join(entities, entities.c.id == attributions.c.source_entity_id)
        .where(entities.c.id != entities.c.canonical_id)
        .order_by(canonical, attributions.c.id)
    )
    beside = (_claims_beside(*sides) for sides in permutations((claim_links.c.left_id, claim_links.c.right_id)))
    yield from _digests(_merged(connection, texts, members, about, sources, *beside))


def _claims_beside(ours: ColumnElement[int], theirs: ColumnElement[int]) -> Select[Any]:
    """What links a claim to another, and who says the other one and when, which tells an update from a rival."""
    other, group = claims.alias("other"), claims.alias("group")
    return (
        select(claims.c.canonical_id, claims.c.id, other.c.id.label("other_id"), group.c.id.label("member_id"),
               attributions.c.id.label("attribution_id"), claim_links.c.relation, claim_links.c.score,
               claim_links.c.reasons, other.c.canonical_id.label("group_id"),
               entities.c.canonical_id.label("source_id"), annotations_table.c.made_at)
        .join(claim_links, ours == claims.c.id)
        .join(other, other.c.id == theirs)
        .join(group, group.c.canonical_id == other.c.canonical_id)
        .join(claim_members, claim_members.c.claim_id == group.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .join(annotations_table, annotations_table.c.version_id == attributions.c.version_id)
        .outerjoin(entities, entities.c.id == attributions.c.source_entity_id)
        .where(is_beside())
        .order_by(claims.c.canonical_id, claims.c.id, other.c.id, group.c.id, attributions.c.id)
    )  # fmt: skip


def fingerprint_entities(connection: Connection) -> Iterator[tuple[int, bytes]]:
    """Names of all that an entity stands for, and whether any of them is a source."""
    canonical = entities.c.canonical_id
    rows = select(canonical, entities.c.id, entities.c.type, entities.c.name).order_by(canonical, entities.c.id)
    names = (
        select(canonical, aliases.c.entity_id, aliases.c.name)
        .join(aliases, aliases.c.entity_id == entities.c.id)
        .order_by(canonical, aliases.c.entity_id, aliases.c.name)
    )
    acting = (
        select(canonical)
        .join(attributions, attributions.c.source_entity_id == entities.c.id)
        .distinct()
        .order_by(canonical)
    )
    yield from _digests(_merged(connection, rows, names, acting))


def _merged_mentions() -> Select[Any]:
    return (
        select(article_versions.c.article_id, mentions.c.start, mentions.c.end, entities.c.canonical_id)
        .join(mentions, mentions.c.version_id == article_versions.c.id)
        .join(entities, entities.c.id == mentions.c.entity_id)
        .where(entities.c.id != entities.c.canonical_id)
        .order_by(article_versions.c.article_id, mentions.c.version_id, mentions.c.start, mentions.c.end)
    )


def _merged_sources() -> Select[Any]:
    return (
        select(article_versions.c.article_id, attributions.c.id, entities.c.canonical_id)
        .join(attributions, attributions.c.version_id == article_versions.c.id)
        .join(entities, entities.c.id == attributions.c.source_entity_id)
        .where(entities.c.id != entities.c.canonical_id)
        .order_by(article_versions.c.article_id, attributions.c.id)
    )


def _merged(connection: Connection, *queries: Select[Any]) -> Iterator[Row]:
    return heapq.merge(*(_tagged(connection, number, query) for number, query in enumerate(queries)))


def _tagged(connection: Connection, number: int, query: Select[Any]) -> Iterator[Row]:
    for row in _run(connection, query):
        yield row[0], number, repr(tuple(row[1:]))


def _run(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    yield from connection.execute(query, execution_options={"yield_per": 1000})


def _sorted_by_unit(rows: Iterator[Row]) -> Iterator[Row]:
    """Few: only what is cited by name."""
    yield from sorted(rows)


def _digests(rows: Iterator[Row]) -> Iterator[tuple[int, bytes]]:
    for key, group in groupby(rows, key=itemgetter(0)):
        digest = blake2b(digest_size=12)
        for _, number, said in group:
            digest.update(f"{number}{said}\n".encode("utf-8", "surrogatepass"))
        yield key, digest.digest()
