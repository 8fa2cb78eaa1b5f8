"""Dates as pages, JSON Feeds and JSON Lines write them → aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def parse_iso_time(value: str) -> datetime | None:
    """Read an ISO 8601 time; one without a zone is taken as UTC, a day as its midnight; `None` for no such time."""
    try:
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # overflow: the first or last hours of the calendar, moved to UTC
        return None
