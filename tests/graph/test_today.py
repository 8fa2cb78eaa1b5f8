"""What is new in a stretch of time, and the attributions of it by hour and day."""

from __future__ import annotations

from graph.figures import refresh_figures
from graph.store import Store
from graph.timeline import count_ticks, load_timeline
from graph.today import find_latest_time, load_today
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import at, page, trace_of
from tests.graph.world import add_page


def fill(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt", hour=8))
    add_page(store, page("Coast Daily", "Ada Brandt", hour=9, published_at=at(5)))
    denial = page("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION)
    add_page(store, denial)
    for _ in refresh_figures(store):
        pass


def test_a_claim_is_new_on_its_first_day_and_grows_later(store: Store) -> None:
    fill(store)
    first = load_today(store, since=at(3, 0), until=at(4, 0))
    assert [claim.articles for claim in first.new_claims] == [3]
    assert first.growing == ()
    later = load_today(store, since=at(4, 0), until=at(6, 0))
    assert later.new_claims == ()
    assert [(each.before, each.since) for each in later.growing] == [(2, 1)]


def test_a_denial_is_news_in_its_time_only(store: Store) -> None:
    fill(store)
    assert len(load_today(store, since=at(3, 0), until=at(4, 0)).contested) == 1
    assert load_today(store, since=at(4, 0), until=at(6, 0)).contested == ()


def test_who_is_quoted_and_where(store: Store) -> None:
    fill(store)
    today = load_today(store, since=at(3, 0), until=at(6, 0))
    assert [(each.name, each.attributions, each.outlets) for each in today.quoted] == [
        ("Ada Brandt", 2, 2),
        ("Kestrel Power", 1, 1),
    ]
    assert {each.name for each in today.outlets} == {"Herald", "Coast Daily", "B News"}


def test_the_timeline_counts_by_hour_and_by_day(store: Store) -> None:
    fill(store)
    hours = load_timeline(store, since=at(3, 0), until=at(4, 0))
    assert [(tick.at, tick.stance, tick.attributions) for tick in hours] == [
        (at(3, 8), Stance.ASSERTS, 1),
        (at(3, 9), Stance.DENIES, 1),
    ]
    days = load_timeline(store, since=at(1, 0), until=at(9, 0))
    assert [(tick.at, tick.stance) for tick in days] == [
        (at(3, 0), Stance.ASSERTS),
        (at(3, 0), Stance.DENIES),
        (at(5, 0), Stance.ASSERTS),
    ]
    assert find_latest_time(store) == at(5)


def test_attributions_at_hand_are_counted_alike(store: Store) -> None:
    trace = trace_of(store, page("Herald", "Ada Brandt", hour=8), page("Coast Daily", "Bo Ek", hour=8))
    assert [(tick.at, tick.attributions) for tick in count_ticks(trace.evidence.members)] == [(at(3, 8), 2)]
    assert count_ticks(()) == ()
