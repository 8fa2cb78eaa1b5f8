"""Who reads what: what one coordinator has in hand, another on the same PostgreSQL passes over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph.alone import Work, try_alone
from graph.annotating import save_annotation
from graph.articles import count_unread, save_article
from graph.store import Store
from graph.taking import BATCH, Taking
from ingest.article import Article
from nlp.annotation import Annotation
from tests.graph.test_trace import page
from tests.graph.world import add_page

NOW = datetime(2026, 3, 6, tzinfo=UTC)


def fill(store: Store, articles: int) -> None:
    for number in range(articles):
        article = Article(url=f"https://a.example/{number}", outlet=None, title="t", text=f"Text {number}.")
        save_article(store, article, now=NOW)


def take(taking: Taking, number: int) -> list[int]:
    found = iter(taking)
    return [next(found).version_id for _ in range(number)]


def test_two_coordinators_take_different_versions_and_write_what_they_took(postgres_url: str) -> None:
    with Store.open(postgres_url) as store, Store.open(postgres_url) as other:
        fill(store, BATCH + 6)
        with Taking(store, now=NOW) as mine, Taking(other, now=NOW) as theirs:
            ours = take(mine, 1)
            rest = [version.version_id for version in theirs]
            assert len(rest) == 6
            for version_id in (*ours, *rest):
                save_annotation(store, version_id, Annotation(language="en"), pipeline_version="1", now=NOW)
            for version_id in rest:
                theirs.done(version_id)
        with Taking(other, now=NOW) as later:  # what the first had taken and not read is free again
            assert len(list(later)) == BATCH - 1
    assert len({*ours, *rest}) == 7


@pytest.mark.parametrize("work", Work)
def test_what_was_read_is_saved_while_another_is_at_any_other_work(postgres_url: str, work: Work) -> None:
    """People of whom something is said are joined with others then, under a lock of its own."""
    with (
        Store.open(postgres_url) as store,
        Store.open(f"{postgres_url}?options=-c%20lock_timeout%3D1s") as other,
        try_alone(store, work) as is_ours,
    ):
        assert is_ours
        add_page(other, page("Herald", "Ada Brandt"))


def test_what_is_done_is_let_go_before_the_end(postgres_url: str) -> None:
    with Store.open(postgres_url) as store, Store.open(postgres_url) as other:
        fill(store, BATCH)
        with Taking(store, now=NOW) as mine:
            for version_id in take(mine, BATCH):
                mine.done(version_id)
            assert len(list(Taking(other, now=NOW))) == BATCH


def test_reading_far_ahead_takes_few_connections(database_url: str) -> None:
    with Store.open(database_url) as store:
        fill(store, 12 * BATCH)
        with Taking(store, now=NOW) as taking:
            assert len({version.version_id for version in taking}) == 12 * BATCH
        assert count_unread(store, now=NOW) == 12 * BATCH


@pytest.mark.parametrize("work", list(Work))
def test_one_at_a_time_does_what_one_may_do(database_url: str, work: Work) -> None:
    with Store.open(database_url) as store, Store.open(database_url) as other:
        with try_alone(store, work) as is_ours, try_alone(other, work) as is_theirs:
            assert (is_ours, is_theirs) == (True, False)
        with try_alone(other, work) as is_theirs:
            assert is_theirs
