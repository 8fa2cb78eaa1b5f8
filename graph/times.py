"""Which time of a version to go by."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func

from graph.schema import article_versions

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
