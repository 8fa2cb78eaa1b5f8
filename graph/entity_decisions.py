"""What a person decides about entities: that two are one, or that one of a group is another.

Each is a row; `graph.decisions.undo` takes it back, and `graph.decision_log` lists all.

Whoever decides passes in who they are, why, and the time. A thing is meant by its id, the beginning of one, or a name
that means one alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from graph.browsing import find_id, resolve_id
from graph.decisions import Decision, DecisionAction, DecisionKind, decide
from graph.errors import BadId, NotFound
from graph.ids import Kind, show_id
from graph.schema import article_versions, articles, entities, mentions, outlets
from graph.search import find_entities
from graph.store import Store

_CHOICES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One that an entity stands for. A person has the article that it was read in; others are in any number."""

    entity_id: int
    name: str
    article_id: int | None
    url: str | None
    outlet: str | None


def list_members(store: Store, entity: str, *, limit: int = 200) -> list[Member]:
    """What an entity stands for, by name and URL: each can be split off.

    Raises:
        NotFound: `entity`, an id or a name, means none or several.
    """
    with store.reading() as connection:
        query = (
            select(
                entities.c.id, entities.c.name, entities.c.article_id, articles.c.url, outlets.c.name.label("outlet")
            )
            .outerjoin(articles, articles.c.id == entities.c.article_id)
            .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
            .where(entities.c.canonical_id == find_entity(connection, entity))
            .order_by(entities.c.name, articles.c.url, entities.c.id)
            .limit(limit)
        )
        return [
            Member(entity_id=row.id, name=row.name, article_id=row.article_id, url=row.url, outlet=row.outlet)
            for row in connection.execute(query)
        ]


def merge_entities(store: Store, left: str, right: str, *, who: str, why: str, now: datetime) -> int:
    """Make one of two entities; return the decision's number.

    Raises:
        NotFound: one of them means nothing or more than one, or they are one already.
    """
    with store.reading() as connection:
        left_id, right_id = (find_entity(connection, text) for text in (left, right))
    if left_id == right_id:
        raise NotFound(right, "the two are one already")
    return decide(store, _decision(DecisionAction.MERGE, left_id, right_id, who, why), now=now)


def split_entity(store: Store, entity: str, member: str, *, who: str, why: str, now: datetime) -> int:
    """Take a member out of an entity for good; return the decision's number.

    `member` is its own id (`list_members`), or the id or URL of an article that names it.

    Raises:
        NotFound: one means nothing, or the member is none of this entity's, or all that there is of it.
    """
    with store.reading() as connection:
        canonical = find_entity(connection, entity)
        group = set(connection.execute(select(entities.c.id).where(entities.c.canonical_id == canonical)).scalars())
        member_id = _find_member(connection, group, member)
    others = group - {member_id}
    if not others:
        raise NotFound(member, "it is all that there is of this one; there is nothing to split it from")
    left_id = canonical if canonical != member_id else min(others)
    return decide(store, _decision(DecisionAction.SPLIT, left_id, member_id, who, why), now=now)


def find_entity(connection: Connection, text: str) -> int:
    """Return the canonical id of the one entity that `text`, an id or a name, means.

    Raises:
        NotFound: it means none, or several, which the message lists.
    """
    found = find_entities(connection, text)
    if not found:
        try:
            return resolve_id(connection, Kind.ENTITY, text)
        except BadId as error:
            raise NotFound(text, "no article that is held names anyone so") from error
    if len(found) > 1:
        shown = ", ".join(show_id(Kind.ENTITY, key) for key in found[:_CHOICES_SHOWN])
        more = f" and {len(found) - _CHOICES_SHOWN} more" if len(found) > _CHOICES_SHOWN else ""
        raise NotFound(text, f"{len(found)} are called so ({shown}{more}); `sayso who` shows them, take an id")
    return found[0]


def _find_member(connection: Connection, group: set[int], text: str) -> int:
    if text[:1] == Kind.ENTITY and text[1:].isalnum():
        member_id = find_id(connection, Kind.ENTITY, text)
        if member_id in group:
            return member_id
        raise NotFound(text, "it does not belong to this entity")
    article_id = connection.execute(select(articles.c.id).where(articles.c.url == text)).scalar()
    if article_id is None:
        article_id = find_id(connection, Kind.ARTICLE, text)
    named = (
        select(mentions.c.entity_id)
        .join(article_versions, article_versions.c.id == mentions.c.version_id)
        .where(article_versions.c.article_id == article_id)
        .distinct()
    )
    found = sorted(group & set(connection.execute(named).scalars()))
    if not found:
        raise NotFound(text, "it does not name this entity")
    if len(found) > 1:
        several = ", ".join(show_id(Kind.ENTITY, key) for key in found)
        raise NotFound(text, f"it names this entity as {several}; take one")
    return found[0]


def _decision(action: DecisionAction, left_id: int, right_id: int, who: str, why: str) -> Decision:
    return Decision(kind=DecisionKind.ENTITY, action=action, left_id=left_id, right_id=right_id, who=who, why=why)
