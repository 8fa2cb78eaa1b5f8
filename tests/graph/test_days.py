"""What is counted by days is what counting everything anew gives, also when something has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from bench.generator import START, fill_store
from graph.annotating import forget_annotation
from graph.days import count_changed_days, refresh_days
from graph.entity_decisions import merge_entities
from graph.figures import refresh_figures
from graph.ids import Kind, show_id
from graph.outlet_figures import list_citations, list_outlets
from graph.people import list_entities
from graph.schema import (
    attribution_about,
    attribution_times,
    attributions,
    claim_figures,
    claim_members,
    claims,
    day_changes,
    day_figures,
    entities,
    entity_figures,
)
from graph.store import Store
from graph.timeline import load_timeline
from graph.today import load_today
from graph.views import view_citations
from tests.graph.test_trace import page
from tests.graph.world import add_page

NOW = datetime(2026, 6, 1, tzinfo=UTC)
# From the middle of a day to the middle of another; a whole number of days; less than a day; all.
STRETCHES = (
    (START + timedelta(days=20, hours=7), START + timedelta(days=55, hours=3)),
    (START + timedelta(days=30), START + timedelta(days=40)),
    (START + timedelta(days=30, hours=2), START + timedelta(days=30, hours=20)),
    (START - timedelta(days=1), NOW),
)
QUESTIONS: tuple[Callable[[Store, datetime, datetime], Any], ...] = (
    lambda store, since, until: load_today(store, since=since, until=until),
    lambda store, since, until: load_timeline(store, since=since, until=until),
    lambda store, since, until: list_outlets(store, since=since, until=until),
    lambda store, since, until: list_citations(store, since=since, until=until),
    lambda store, since, _: sorted(view_citations(store, since=since).edges(data="count")),
    lambda store, _, __: list_entities(store, limit=30),
    lambda store, _, __: list_entities(store, "b", limit=30),
)


def ask_all(store: Store) -> list[Any]:
    return [question(store, *stretch) for question in QUESTIONS for stretch in STRETCHES]


def refresh(store: Store) -> int:
    return sum(refresh_days(store))


@pytest.fixture
def world(store: Store) -> Store:
    fill_store(store, 400)
    for _ in refresh_figures(store):
        pass
    return store


def test_counted_days_say_what_the_attributions_say(world: Store) -> None:
    before = ask_all(world)
    assert sum(map(bool, before)) > 20
    days = count_changed_days(world)
    assert refresh(world) == days > 30
    assert (count_changed_days(world), refresh(world)) == (0, 0)
    assert ask_all(world) == before


def test_a_stretch_in_another_zone_is_the_same(world: Store) -> None:
    """From just after what was said first on some day, where it is the day before still."""
    refresh(world)
    with world.reading() as connection:
        times = list(
            connection.execute(select(attribution_times.c.at).distinct().order_by(attribution_times.c.at)).scalars()
        )
    first = next(one for one, other in pairwise(times[20:]) if one.date() == other.date() and one.hour < 20)
    since, until = first + timedelta(microseconds=1), first + timedelta(days=9)
    there = since.astimezone(timezone(timedelta(hours=-23)))
    assert [question(world, there, until) for question in QUESTIONS] == [
        question(world, since, until) for question in QUESTIONS
    ]


def test_what_changes_is_in_the_figures_at_once_and_counted_with_the_next_refresh(world: Store) -> None:
    refresh(world)
    for outlet in ("Herald", "Coast Daily"):
        add_page(world, page(outlet, "Ada Brandt"))
    assert count_changed_days(world) == 1
    with world.reading() as connection:
        said = func.count()
        query = (
            select(entities.c.canonical_id)
            .join(attributions, attributions.c.source_entity_id == entities.c.id)
            .group_by(entities.c.canonical_id)
            .order_by(said.desc(), entities.c.canonical_id)
            .limit(2)
        )
        most = [show_id(Kind.ENTITY, key) for key in connection.execute(query).scalars()]
    merge_entities(world, *most, who="ada", why="a test", now=NOW)
    assert count_changed_days(world) > 1
    before = ask_all(world)
    refresh(world)
    assert ask_all(world) == before
    with world.reading() as connection:
        assert _totals(world) == {
            row.entity_id: (row.said, row.about) for row in connection.execute(select(entity_figures))
        }


def test_a_day_of_which_everything_is_gone_is_gone(store: Store) -> None:
    version_id = add_page(store, page("Herald", "Ada Brandt"))
    refresh(store)
    with store.writing() as connection:
        forget_annotation(connection, version_id)
    assert refresh(store) == 1
    with store.reading() as connection:
        for table in (day_figures, entity_figures, day_changes):
            assert connection.execute(select(table)).all() == []


def test_what_comes_while_a_day_is_counted_is_counted_later(postgres_url: str) -> None:
    with Store.open(postgres_url) as store, Store.open(postgres_url) as other:
        add_page(store, page("Herald", "Ada Brandt"))
        refresh(store)
        with other.writing() as connection:  # open while the days are counted
            connection.execute(day_changes.insert().values(day="2026-03-03"))
            assert refresh(store) == 0
        assert count_changed_days(store) == 1


def test_growing_and_contested_are_those_that_looking_at_all_of_them_gives(world: Store) -> None:
    times = attribution_times.c
    for since, until in STRETCHES:
        found = load_today(world, since=since, until=until, limit=5)
        with world.reading() as connection:
            query = (
                select(claims.c.canonical_id, times.article_id, times.stance, claim_figures)
                .select_from(attribution_times)
                .join(claim_members, claim_members.c.attribution_id == times.attribution_id)
                .join(claims, claims.c.id == claim_members.c.claim_id)
                .join(claim_figures, claim_figures.c.claim_id == claims.c.canonical_id)
                .where(times.at >= since, times.at < until)
            )
            rows = connection.execute(query).all()
        grown = Counter(
            {row.canonical_id: 0 for row in rows if row.earliest_at < since}
            | Counter(key for key, _ in {(row.canonical_id, row.article_id) for row in rows if row.earliest_at < since})
        )
        expected = sorted(grown.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
        assert [(each.claim.claim_id, each.since) for each in found.growing] == expected
        denied = {(row.articles, row.claim_id) for row in rows if row.stance == "denies" and row.is_contested}
        ordered = [key for _, key in sorted(denied, key=lambda pair: (-pair[0], pair[1]))[:5]]
        assert [claim.claim_id for claim in found.contested] == ordered


def _totals(store: Store) -> dict[int, tuple[int, int]]:
    with store.reading() as connection:
        canonical = {row.id: row.canonical_id for row in connection.execute(select(entities))}
        said = Counter(
            canonical[key] for key in connection.execute(select(attributions.c.source_entity_id)).scalars() if key
        )
        about = Counter(canonical[key] for key in connection.execute(select(attribution_about.c.entity_id)).scalars())
    return {key: (said[key], about[key]) for key in said.keys() | about.keys()}
