"""Feeds and their entries in the store, and what failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from graph.failures import list_failures, record_failure, retry_all_now, retry_now
from graph.following import (
    add_feeds,
    count_due,
    count_pending,
    due_feeds,
    list_feeds,
    make_all_due,
    pending_entries,
    remove_feed,
    save_entry_articles,
)
from graph.polls import list_polls, save_polls
from graph.schema import entry_versions
from graph.store import Store
from ingest.article import Article, Link
from ingest.errors import NoText, RefusedByServer, Unreachable
from ingest.feed import Entry, Feed, FeedHealth, FeedState
from ingest.polling import Poll
from tests.graph.world import NOW

FEED = FeedState(
    url="https://herald.example/feed", outlet="Herald", interval_seconds=1800.0, next_due_at=NOW, added_at=NOW
)
ENTRIES = (
    Entry(id="1", url="https://herald.example/1", title="One", published_at=NOW),
    Entry(id="2", url=None, title="Two", content="All of it.", links=(Link(url="/3", text="it"),)),
)


def test_a_feed_comes_back_as_it_went_in(store: Store) -> None:
    full = replace(FEED, etag='W/"x"', last_modified="yesterday", last_success_at=NOW, error_streak=2, last_error="no")
    assert add_feeds(store, [full]) == 1
    assert list_feeds(store) == [full]
    assert add_feeds(store, [FEED]) == 0
    assert list_feeds(store) == [full]


def test_only_feeds_that_are_due_and_active_are_polled(store: Store) -> None:
    later = replace(FEED, url="https://b.example/", next_due_at=NOW + timedelta(hours=1))
    paused = replace(FEED, url="https://c.example/", health=FeedHealth.PAUSED)
    add_feeds(store, [FEED, later, paused])
    assert (list(due_feeds(store, now=NOW)), count_due(store, now=NOW)) == ([FEED], 1)
    make_all_due(store, now=NOW)
    assert [state.url for state in due_feeds(store, now=NOW)] == sorted(
        [FEED.url, later.url], key=lambda url: _key(url)
    )


def _key(url: str) -> int:
    from graph.ids import stable_id

    return stable_id("feed", url)


def test_a_poll_keeps_state_and_entries_together_and_known_entries_as_they_are(store: Store) -> None:
    add_feeds(store, [FEED])
    assert show(store, replace(FEED, etag="1"), ENTRIES) == (2, 2, 0)
    assert show(store, replace(FEED, etag="2"), ENTRIES, later=1) == (2, 0, 2)
    assert list_feeds(store)[0].etag == "2"
    assert {pending.entry for pending in pending_entries(store, now=NOW)} == set(ENTRIES)
    assert [(poll.entries, poll.new) for poll in list_polls(store, FEED.url)] == [(2, 0), (2, 2)]


def test_a_changed_entry_is_a_version_and_its_page_is_fetched_again(store: Store) -> None:
    add_feeds(store, [FEED])
    show(store, FEED, ENTRIES)
    first, _ = sorted(pending_entries(store, now=NOW), key=lambda pending: pending.entry.id)
    article = Article(url="https://herald.example/1", outlet="Herald", title="One", text="Text.")
    save_entry_articles(store, [(first, article)], now=NOW)
    spaced = replace(ENTRIES[0], title="  One ", published_at=None)
    assert show(store, FEED, (spaced,), later=1) == (1, 0, 1)
    assert versions(store) == 2
    show(store, FEED, (replace(ENTRIES[0], title="One, corrected"),), later=2)
    assert versions(store) == 3
    assert "One, corrected" in {pending.entry.title for pending in pending_entries(store, now=NOW)}


def test_an_entry_that_never_stops_changing_does_not_fill_the_store(store: Store) -> None:
    add_feeds(store, [FEED])
    for number in range(40):
        show(store, FEED, (replace(ENTRIES[0], summary=f"{number} readers"),), later=number)
    assert versions(store) == 24


def test_an_item_that_went_and_came_back_is_not_new(store: Store) -> None:
    add_feeds(store, [FEED])
    show(store, FEED, ENTRIES)
    show(store, FEED, ENTRIES[1:], later=1)
    assert show(store, FEED, ENTRIES, later=2)[1] == 0


def test_the_history_of_a_feed_has_an_end(store: Store) -> None:
    add_feeds(store, [FEED])
    for number in range(70):
        show(store, FEED, ENTRIES, later=number)
    assert 50 <= len(list_polls(store, FEED.url)) <= 60


def show(store: Store, state: FeedState, entries: tuple[Entry, ...], *, later: int = 0) -> tuple[int, int, int]:
    """Have a feed show `entries` at a later minute; return how many there were, were new, and were known."""
    now = NOW + timedelta(minutes=later)
    held = next(held for held in list_feeds(store) if held.url == state.url)
    etag = {} if state.etag is None else {"etag": state.etag}
    outcome = Poll(status=200, headers=etag, feed=Feed(title=None, site_url=None, language=None, entries=entries))
    (saved,) = save_polls(store, [(held, outcome)], now=now)
    return saved.record.entries, saved.record.new, sum(item.known is not None for item in saved.seen)


def versions(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(entry_versions)).scalar_one()


def test_an_entry_is_done_when_its_article_is_stored_and_not_before(store: Store) -> None:
    add_feeds(store, [FEED])
    show(store, FEED, ENTRIES)
    first, *_ = [p for p in pending_entries(store, now=NOW) if p.entry.id == "1"]
    article = Article(url="https://herald.example/1", outlet="Herald", title="One", text="Text.")
    assert save_entry_articles(store, [(first, article)], now=NOW)[0].is_new
    assert [pending.entry.id for pending in pending_entries(store, now=NOW)] == ["2"]


def test_a_page_that_failed_waits_and_comes_back_and_one_that_cannot_succeed_does_not(store: Store) -> None:
    add_feeds(store, [FEED])
    show(store, FEED, ENTRIES)
    one, two = sorted(pending_entries(store, now=NOW), key=lambda pending: pending.entry.id)
    error = Unreachable(one.item, "timed out")
    record_failure(store, stage="fetch", item=one.item, error=error, now=NOW, is_final=False)
    record_failure(store, stage="fetch", item=two.item, error=NoText(two.item, "no text"), now=NOW, is_final=True)
    assert (list(pending_entries(store, now=NOW)), count_pending(store, now=NOW)) == ([], 0)
    assert [p.entry.id for p in pending_entries(store, now=NOW + timedelta(minutes=15))] == ["1"]
    retry_all_now(store, now=NOW)
    assert len(list(pending_entries(store, now=NOW))) == 2


def test_what_is_chosen_is_tried_again_and_nothing_else(store: Store) -> None:
    add_feeds(store, [FEED])
    show(store, FEED, ENTRIES)
    state = list_feeds(store)[0]
    save_polls(store, [(state, Poll(error=Unreachable(FEED.url, "timed out")))], now=NOW)
    one, two = sorted(pending_entries(store, now=NOW), key=lambda pending: pending.entry.id)
    for item in (one.item, two.item, "https://herald.example/by-name"):
        record_failure(store, stage="fetch", item=item, error=NoText(item, "no text"), now=NOW, is_final=True)
    failures = {failure.item: failure for failure in list_failures(store)}
    assert retry_now(store, [failures[two.item]], now=NOW) == []
    assert [p.entry.id for p in pending_entries(store, now=NOW)] == ["2"]
    assert count_due(store, now=NOW) == 0
    chosen = [failures[FEED.url], failures["https://herald.example/by-name"]]
    assert retry_now(store, chosen, now=NOW) == ["https://herald.example/by-name"]
    assert count_due(store, now=NOW) == 1


def test_a_failure_that_repeats_is_one_row_that_waits_longer_each_time(store: Store) -> None:
    waits = []
    for _ in range(3):
        record_failure(store, stage="poll", item="x", error=Unreachable("x", "no"), now=NOW, is_final=False)
        (failure,) = list_failures(store)
        assert failure.next_try_at is not None
        waits.append((failure.next_try_at - NOW).total_seconds() / 60)
    assert (failure.attempts, failure.error, waits) == (3, "Unreachable", [15, 30, 60])


def test_removing_a_feed_keeps_its_articles(store: Store) -> None:
    add_feeds(store, [FEED])
    show(store, FEED, ENTRIES)
    (first, *_) = pending_entries(store, now=NOW)
    article = Article(url="https://herald.example/1", outlet="Herald", title="One", text="Text.")
    save_entry_articles(store, [(first, article)], now=NOW)
    assert remove_feed(store, FEED.url)
    assert not remove_feed(store, FEED.url)
    from graph.browsing import view_article

    assert view_article(store, "https://herald.example/1").title == "One"


def test_a_pause_that_a_host_asked_for_holds_for_all_its_feeds_and_outlives_the_run(store: Store) -> None:
    """Also for feeds that were not due, and so were not told by the run that heard of it."""
    soon = NOW + timedelta(minutes=30)
    other = replace(FEED, url="https://herald.example/sport", next_due_at=soon)
    moved = replace(FEED, url="https://old.example/feed", moved_to="https://herald.example/new", next_due_at=soon)
    later = replace(FEED, url="https://herald.example/late", next_due_at=NOW + timedelta(days=2))
    strange = replace(FEED, url="https://herald.example.net/feed", next_due_at=soon)
    add_feeds(store, [FEED, other, moved, later, strange])
    refused = RefusedByServer(FEED.url, 429, retry_after_seconds=7200)
    save_polls(store, [(FEED, Poll(error=refused))], now=NOW, chance=lambda: 0.5)
    due = {state.url: state.next_due_at - NOW for state in list_feeds(store)}
    assert (due[other.url], due[moved.url]) == (timedelta(hours=2), timedelta(hours=2))
    assert (due[later.url], due[strange.url]) == (timedelta(days=2), timedelta(minutes=30))
    reasons = {state.url: state.due_reason for state in list_feeds(store)}
    assert reasons[other.url] == "its host asked for a pause"
    save_polls(store, [(strange, Poll(error=RefusedByServer(strange.url, 404)))], now=NOW, chance=lambda: 0.5)
    assert due[other.url] == timedelta(hours=2)
