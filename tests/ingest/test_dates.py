"""Times as they are written: aware UTC, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.dates import parse_iso_time


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-03-03T09:00:00+01:00", datetime(2026, 3, 3, 8, tzinfo=UTC)),
        ("2026-03-03T09:00:00Z", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        (" 2026-03-03 09:00 ", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ("2026-03-03", datetime(2026, 3, 3, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-01-01T00:00:00+25:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_is_utc_or_none(value: str, at: datetime | None) -> None:
    assert parse_iso_time(value) == at
