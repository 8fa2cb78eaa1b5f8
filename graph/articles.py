"""Articles and their versions in the store: saving one, and the queue of versions that no one has read.

A version never changes. The same text seen again is the same version; a changed text or title is a new one.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, func, select

from graph.ids import stable_id
from graph.rows import insert_new, storable
from graph.schema import annotations_table, article_versions, articles, failures, outlets, raw_pages
from graph.store import Store
from ingest.article import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedArticle:
    """Where an article went. `is_new` is false where this very text was held already."""

    article_id: int
    version_id: int
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadVersion:
    version_id: int
    url: str
    text: str


def save_article(store: Store, article: Article, *, now: datetime) -> SavedArticle:
    """Store `article` durably. A second run with the same article changes nothing."""
    with store.writing() as connection:
        return insert_article(connection, article, now=now)


def insert_article(connection: Connection, article: Article, *, now: datetime) -> SavedArticle:
    """The same inside a transaction that does more."""
    outlet_id = insert_outlet(connection, article.outlet)
    url = storable(article.url)
    article_id = stable_id("article", url)
    title, text = storable(article.title), storable(article.text)
    version_id = stable_id("version", article_id, title, text)
    insert_new(
        connection,
        articles,
        [{"id": article_id, "url": url, "outlet_id": outlet_id, "first_seen_at": now}],
    )
    is_new = (
        connection.execute(select(article_versions.c.id).where(article_versions.c.id == version_id)).first() is None
    )
    if is_new:
        insert_new(connection, article_versions, [_version_row(article, version_id, article_id, title, text, now)])
        if article.html is not None:
            packed = gzip.compress(article.html, mtime=0)
            insert_new(connection, raw_pages, [{"version_id": version_id, "html_gzip": packed}])
    return SavedArticle(article_id=article_id, version_id=version_id, is_new=is_new)


def load_page(store: Store, version_id: int) -> bytes | None:
    """Return the page that a version was extracted from, as it was fetched; `None` where it was no page."""
    query = select(raw_pages.c.html_gzip).where(raw_pages.c.version_id == version_id)
    with store.reading() as connection:
        packed = connection.execute(query).scalar()
    return None if packed is None else gzip.decompress(packed)


def insert_outlet(connection: Connection, name: str | None) -> int | None:
    """Return the outlet's id, or `None` for an unknown outlet. Outlets of one name in any case are one."""
    if name is None or not name.strip():
        return None
    name = storable(" ".join(name.split()))
    outlet_id = stable_id("outlet", name.casefold())
    insert_new(connection, outlets, [{"id": outlet_id, "name": name, "family": None}])
    return outlet_id


def unread_versions(store: Store, *, now: datetime, batch: int = 64) -> Iterator[list[UnreadVersion]]:
    """Yield batches of the versions that have no annotation and no failure that still has to wait.

    No transaction stays open between batches, so the caller may write what it made of one before it takes the
    next. Each version is yielded once: one that fails is not offered again in the same pass.
    """
    last = -1
    while True:
        with store.reading() as connection:
            rows = connection.execute(_unread(now).where(article_versions.c.id > last).limit(batch)).all()
        if not rows:
            return
        last = rows[-1].id
        yield [UnreadVersion(version_id=row.id, url=row.url, text=row.text) for row in rows]


def count_unread(store: Store, *, now: datetime) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(_unread(now).subquery())).scalar_one()


def _unread(now: datetime) -> Select[*tuple[Any, ...]]:
    waiting = (
        select(failures.c.item)
        .join(articles, failures.c.item == articles.c.url)
        .where(failures.c.stage == "read", articles.c.id == article_versions.c.article_id)
        .where(failures.c.next_try_at.is_(None) | (failures.c.next_try_at > now))
    )
    return (
        select(article_versions.c.id, articles.c.url, article_versions.c.text)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(annotations_table, annotations_table.c.version_id == article_versions.c.id)
        .where(annotations_table.c.version_id.is_(None), ~waiting.exists())
        .order_by(article_versions.c.id)
    )


def _version_row(
    article: Article, version_id: int, article_id: int, title: str, text: str, now: datetime
) -> dict[str, object]:
    return {
        "id": version_id,
        "article_id": article_id,
        "sha256": sha256(text.encode()).hexdigest(),
        "title": title,
        "text": text,
        "byline": article.byline and storable(article.byline),
        "credit": article.credit and storable(article.credit),
        "language": article.language,
        "published_at": article.published_at,
        "published_from": article.published_from,
        "first_seen_at": now,
        "links": [{"url": storable(link.url), "text": storable(link.text)} for link in article.links],
        "flags": list(article.flags),
    }
