"""The day that a text gives a report."""

from __future__ import annotations

from datetime import date

import pytest

from graph.oldest import read_day

TUESDAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("behind", "on"),
    [
        (" on Monday.", date(2026, 3, 2)),
        (" late on Tuesday, citing", date(2026, 3, 3)),
        (" exclusively on Wednesday", date(2026, 2, 25)),
        (" last Tuesday", date(2026, 2, 24)),
        (" yesterday", date(2026, 3, 2)),
        (" on Feb. 27", date(2026, 2, 27)),
        (" on 5 December", date(2025, 12, 5)),
        (" on December 5, 2024", date(2024, 12, 5)),
        (" on February 31", None),
        (" that on Monday the plant leaked", None),
        (".", None),
    ],
)
def test_the_day_right_behind_the_words_is_the_report_s(behind: str, on: date | None) -> None:
    sentence = f"The plant leaked, the Herald reported{behind}"
    assert read_day(sentence, "the Herald reported", TUESDAY) == on
