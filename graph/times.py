"""Which time of a version to go by."""

from __future__ import annotations

from datetime import datetime, timedelta

# A publication time further ahead of when it was seen is a mistake of the publisher (clocks and zones differ by less).
CREDIBLE_AHEAD = timedelta(days=1)


def credible_time(published_at: datetime | None, first_seen_at: datetime) -> datetime:
    """The publication time if it is known and can be true, else the time when the version was first seen."""
    if published_at is None or published_at > first_seen_at + CREDIBLE_AHEAD:
        return first_seen_at
    return published_at
