"""Articles and their versions in the store: saving one, and the queue of versions that no one has read.

A version never changes. The same text seen again is the same version; a changed text or title is a new one.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, func, select

from graph.failures import must_wait
from graph.ids import stable_id
from graph.rows import insert_new, link_rows, storable
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
        (saved,) = insert_articles(connection, [article], now=now)
        return saved


def insert_articles(connection: Connection, found: Sequence[Article], *, now: datetime) -> list[SavedArticle]:
    """The same for several, inside a transaction that does more."""
    outlet_ids = _insert_outlets(connection, [article.outlet for article in found])
    rows = [_article_row(article, outlet_id, now) for article, outlet_id in zip(found, outlet_ids, strict=True)]
    insert_new(connection, articles, rows)
    versions = [_version_row(article, row["id"], now) for article, row in zip(found, rows, strict=True)]
    ids = [version["id"] for version in versions]
    held = set(connection.execute(select(article_versions.c.id).where(article_versions.c.id.in_(ids))).scalars())
    new = {version["id"]: version for version in versions if version["id"] not in held}
    insert_new(connection, article_versions, list(new.values()))
    pages = {
        version["id"]: article.html_gzip
        for article, version in zip(found, versions, strict=True)
        if version["id"] in new and article.html_gzip is not None
    }
    insert_new(connection, raw_pages, [{"version_id": key, "html_gzip": page} for key, page in pages.items()])
    saved = []
    for row, version in zip(rows, versions, strict=True):
        is_new = new.pop(version["id"], None) is not None  # the second of two the same is not
        saved.append(SavedArticle(article_id=row["id"], version_id=version["id"], is_new=is_new))
    return saved


def load_page(store: Store, version_id: int) -> bytes | None:
    """Return the page that a version was extracted from, as it was fetched; `None` where it was no page."""
    query = select(raw_pages.c.html_gzip).where(raw_pages.c.version_id == version_id)
    with store.reading() as connection:
        packed = connection.execute(query).scalar()
    return None if packed is None else gzip.decompress(packed)


def outdated_versions(
    store: Store, *, pipeline_version: str, since: datetime | None, urls: Sequence[str] = (), batch: int = 64
) -> Iterator[list[UnreadVersion]]:
    """Yield batches of the versions that something else than `pipeline_version` has read.

    Those of articles at `urls` all count. One that is read anew is not found again, so that a stop costs nothing.
    """
    last = -1
    while True:
        query = _outdated(pipeline_version, since, urls).where(article_versions.c.id > last)
        with store.reading() as connection:
            rows = connection.execute(query.order_by(article_versions.c.id).limit(batch)).all()
        if not rows:
            return
        last = rows[-1].id
        yield [UnreadVersion(version_id=row.id, url=row.url, text=row.text) for row in rows]


def count_outdated(store: Store, *, pipeline_version: str, since: datetime | None, urls: Sequence[str] = ()) -> int:
    query = _outdated(pipeline_version, since, urls)
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def find_unheld(store: Store, urls: Sequence[str]) -> list[str]:
    """Return those of these URLs at which no article is held."""
    with store.reading() as connection:
        held = set(connection.execute(select(articles.c.url).where(articles.c.url.in_(urls))).scalars())
    return [url for url in urls if url not in held]


def _outdated(pipeline_version: str, since: datetime | None, urls: Sequence[str]) -> Select[*tuple[Any, ...]]:
    query = (
        select(article_versions.c.id, articles.c.url, article_versions.c.text)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .join(annotations_table, annotations_table.c.version_id == article_versions.c.id)
    )
    if urls:
        return query.where(articles.c.url.in_(urls))
    if since is not None:
        at = func.coalesce(article_versions.c.published_at, article_versions.c.first_seen_at)
        query = query.where(at >= since)
    return query.where(annotations_table.c.pipeline_id != stable_id("pipeline", pipeline_version))


def count_unread(store: Store, *, now: datetime) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(unread_query(now).subquery())).scalar_one()


def unread_query(now: datetime) -> Select[*tuple[Any, ...]]:
    """The versions, by ascending id, that have no annotation and no failure that still has to wait."""
    waiting = (
        select(failures.c.item)
        .join(articles, failures.c.item == articles.c.url)
        .where(failures.c.stage == "read", articles.c.id == article_versions.c.article_id)
        .where(must_wait(now))
    )
    return (
        select(article_versions.c.id, articles.c.url, article_versions.c.text)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(annotations_table, annotations_table.c.version_id == article_versions.c.id)
        .where(annotations_table.c.version_id.is_(None), ~waiting.exists())
        .order_by(article_versions.c.id)
    )


def _insert_outlets(connection: Connection, names: Sequence[str | None]) -> list[int | None]:
    """Return the outlets' ids, `None` for an unknown outlet. Outlets of one name in any case are one."""
    words = [storable(" ".join((name or "").split())) for name in names]
    ids = [stable_id("outlet", name.casefold()) if name else None for name in words]
    rows = {key: {"id": key, "name": name, "family": None} for key, name in zip(ids, words, strict=True) if name}
    insert_new(connection, outlets, list(rows.values()))
    return ids


def _article_row(article: Article, outlet_id: int | None, now: datetime) -> dict[str, Any]:
    url = storable(article.url)
    return {"id": stable_id("article", url), "url": url, "outlet_id": outlet_id, "first_seen_at": now}


def _version_row(article: Article, article_id: int, now: datetime) -> dict[str, Any]:
    title, text = storable(article.title), storable(article.text)
    return {
        "id": stable_id("version", article_id, title, text),
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
        "links": link_rows(article.links),
        "flags": list(article.flags),
    }
