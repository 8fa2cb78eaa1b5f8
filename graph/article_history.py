"""The versions of an article and what each dropped and added; what it was made from, and what was made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, select

from graph.schema import article_versions, articles, derivations, outlets, text_overlaps
from graph.store import Store
from graph.times import credible_time

_MOST = 50  # copies that are shown of one article
_MOST_CHARACTERS = 60_000  # longer texts are compared by paragraph
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_PARAGRAPHS = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version, without its text."""

    version_id: int
    title: str
    published_at: datetime | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationView:
    """Another article, or an agency by `name`, that this one shares text with, and the words that show it.

    `kind` is `None` and `share` known where which is made from which is not; `at` is the other's credible time.
    """

    article_id: int | None
    outlet: str | None
    name: str | None
    at: datetime | None
    kind: str | None
    share: float | None  # of this article's words, 0..1
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHistory:
    """`versions` are the latest first."""

    versions: tuple[VersionView, ...]
    made_from: tuple[DerivationView, ...]
    made_into: tuple[DerivationView, ...]
    sharing: tuple[DerivationView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPiece:
    kind: Literal["same", "gone", "new"]
    text: str


def load_history(store: Store, article_id: int) -> ArticleHistory:
    """Return the versions of an article, and the derivations and shared passages of its latest one."""
    query = (
        select(*(article_versions.c[name] for name in ("id", "title", "published_at", "first_seen_at")))
        .where(article_versions.c.article_id == article_id)
        .order_by(article_versions.c.first_seen_at.desc(), article_versions.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
        if not rows:
            return ArticleHistory(versions=(), made_from=(), made_into=(), sharing=())
        latest = rows[0].id
        made_from = tuple(_derived(row) for row in connection.execute(_made_from(latest)))
        made_into = tuple(_derived(row) for row in connection.execute(_made_into(latest)))
        known = {each.article_id for each in made_from + made_into}
        sharing = tuple(each for each in _sharing(connection, latest) if each.article_id not in known)
    versions = tuple(
        VersionView(version_id=row.id, title=row.title, published_at=row.published_at, first_seen_at=row.first_seen_at)
        for row in rows
    )
    return ArticleHistory(versions=versions, made_from=made_from, made_into=made_into, sharing=sharing)


def compare_versions(store: Store, older_id: int, newer_id: int) -> tuple[DiffPiece, ...]:
    """Return the text of the newer version in pieces, with what is gone from the older one where it stood."""
    query = select(article_versions.c.id, article_versions.c.text).where(
        article_versions.c.id.in_((older_id, newer_id))
    )
    with store.reading() as connection:
        texts = {row.id: row.text for row in connection.execute(query)}
    return diff(texts[older_id], texts[newer_id])


def diff(older: str, newer: str) -> tuple[DiffPiece, ...]:
    """Compare two texts word by word; paragraph by paragraph where they are very long."""
    is_long = max(len(older), len(newer)) > _MOST_CHARACTERS
    cut = _PARAGRAPHS if is_long else _WORDS
    old, new = cut.findall(older), cut.findall(newer)
    pieces: list[DiffPiece] = []
    for what, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        gone, added = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if what == "equal":
            pieces.append(DiffPiece(kind="same", text=added))
            continue
        pieces += [DiffPiece(kind="gone", text=gone)] if gone else []
        pieces += [DiffPiece(kind="new", text=added)] if added else []
    return tuple(pieces)


def _other(on: Any, *columns: Any) -> Select[Any]:
    """The other article of a derivation or overlap whose version is `on`."""
    return (
        select(
            *columns,
            articles.c.id.label("article_id"),
            outlets.c.name.label("outlet"),
            article_versions.c.published_at,
            article_versions.c.first_seen_at,
        )
        .outerjoin(article_versions, article_versions.c.id == on)
        .outerjoin(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .limit(_MOST)
    )


def _made_from(version_id: int) -> Select[Any]:
    columns = derivations.c
    query = _other(columns.from_version_id, columns.from_name, columns.kind, columns.evidence)
    return query.where(columns.version_id == version_id).order_by(columns.id)


def _made_into(version_id: int) -> Select[Any]:
    columns = derivations.c
    query = _other(columns.version_id, columns.from_name, columns.kind, columns.evidence)
    return query.where(columns.from_version_id == version_id).order_by(columns.id)


def _sharing(connection: Connection, version_id: int) -> list[DerivationView]:
    found = []
    columns = text_overlaps.c
    for own, other, share in (
        (columns.left_id, columns.right_id, columns.left_share),
        (columns.right_id, columns.left_id, columns.right_share),
    ):
        query = (
            _other(other, share.label("share"), columns.words).where(own == version_id).order_by(share.desc(), other)
        )
        found += [
            DerivationView(
                article_id=row.article_id,
                outlet=row.outlet,
                name=None,
                at=credible_time(row.published_at, row.first_seen_at),
                kind=None,
                share=row.share,
                words=row.words,
            )
            for row in connection.execute(query)
        ]
    return sorted(found, key=lambda each: -(each.share or 0.0))


def _derived(row: Row[Any]) -> DerivationView:
    return DerivationView(
        article_id=row.article_id,
        outlet=row.outlet,
        name=row.from_name,
        at=None if row.first_seen_at is None else credible_time(row.published_at, row.first_seen_at),
        kind=row.kind,
        share=None,
        words=row.evidence,
    )
