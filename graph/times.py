"""Which time of a version to go by."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_

from graph.schema import article_versions, attribution_times

# A publication time further ahead of when it was seen is a mistake of the publisher (clocks and zones differ by less).
CREDIBLE_AHEAD = timedelta(days=1)
# What sayso itself has dated further ahead of now was dated by a clock that was wrong. Less mends itself; and what a
# long round has just done is a little ahead of when the round began.
CLOCK_ERROR = timedelta(days=1)


def credible_time(published_at: datetime | None, first_seen_at: datetime) -> datetime:
    """The publication time if it is known and can be true, else the time when the version was first seen."""
    if published_at is None or published_at > first_seen_at + CREDIBLE_AHEAD:
        return first_seen_at
    return published_at


def sql_time() -> ColumnElement[datetime]:
    """The same of a row of `article_versions`, for ordering and choosing; there a time that cannot be true counts."""
    return func.coalesce(article_versions.c.published_at, article_versions.c.first_seen_at)


def within_time(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of versions, by the index on either of their times."""
    published, seen = article_versions.c.published_at, article_versions.c.first_seen_at
    return or_(and_(published >= since, published < until), and_(published.is_(None), seen >= since, seen < until))


def attributed_within(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of `attribution_times`, which is in the order of time."""
    return (attribution_times.c.at >= since) & (attribution_times.c.at < until)
