"""Outlets that take a report back: it stays visible and holds no origin up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.retractions import find_notices
from graph.store import Store
from nlp.annotation import SourceType
from tests.graph.test_trace import LEAK, at, counts, page, trace_of
from tests.graph.world import Page, add_page


@pytest.mark.parametrize(
    "text",
    [
        "The Herald retracts its report of 6 April that the plant leaked.",
        "This article has been withdrawn.",
        "Correction: the plant in Orsk did not leak.",
        "An earlier version of this story said that the plant leaked.",
        "We have taken back our story of Monday on the plant.",
    ],
)
def test_a_notice_of_the_outlet_itself_is_found(text: str) -> None:
    (notice,) = find_notices(f"Rain is expected.\n{text}\nMore rain.", "Herald")
    assert f"Rain is expected.\n{text}\nMore rain."[notice.start : notice.end] == text


@pytest.mark.parametrize(
    "text",
    [
        "The ministry withdrew its report on the leak.",
        "Troops withdrew from the town, this paper's story of the day.",
        "A correction of the market is expected.",
        "",
    ],
)
def test_what_others_take_back_is_no_notice(text: str) -> None:
    assert find_notices(text, "Herald") == []


def notice(day: int = 5, outlet: str = "A News", leak: str = LEAK) -> Page:
    text = f"{outlet} retracts its report that {leak}."
    return Page(url=f"https://{day}.example/", outlet=outlet, text=text, said=(), published_at=at(day))


def test_a_retracted_report_counts_only_in_at_most(store: Store) -> None:
    pages = (page("A News", "Ada Brandt"), page("B News", "Ben Okafor"))
    assert counts(trace_of(store, *pages)) == (2, 2, 0)
    trace = trace_of(store, notice())
    assert counts(trace) == (1, 2, 0)
    assert len(trace.evidence.members) == 2
    assert list(trace.retracted.values()) == [f"A News retracts its report that {LEAK}."]


def test_who_relayed_what_was_taken_back_has_nothing_of_their_own(store: Store) -> None:
    relay = page("C News", "A News", "reported", type=SourceType.PUBLICATION, hour=11)
    assert counts(trace_of(store, page("A News", "Ada Brandt"), relay, notice())) == (0, 1, 0)


def test_a_notice_on_other_things_or_of_another_outlet_or_from_before_takes_nothing_back(store: Store) -> None:
    other = notice(leak="the Orsk mill burned down in the night")
    trace = trace_of(store, page("A News", "Ada Brandt"), other, notice(outlet="B News", day=6), notice(day=1))
    assert counts(trace) == (1, 1, 0)
    assert not trace.retracted


def test_an_article_that_was_corrected_in_place_is_no_longer_counted_as_it_was(store: Store) -> None:
    first = page("A News", "Ada Brandt")
    text = f"Correction: an earlier version of this story said that {LEAK}. It did not."
    corrected = replace(first, text=text, said=(), people=(), published_at=at(4))
    trace = trace_of(store, first, corrected)
    assert list(trace.retracted.values()) == [text]
    (change,) = trace.version_changes
    assert (change.url, change.is_added) == (first.url, False)


def test_reading_a_notice_again_keeps_one(store: Store) -> None:
    add_page(store, notice())
    assert counts(trace_of(store, page("A News", "Ada Brandt"), notice())) == (0, 1, 0)
