"""What people ask of a store is answered by indexes: no question reads a table whole, but for counts of everything."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select, select

from bench.generator import fill_store
from bench.plans import find_scans
from bench.queries import make_questions
from graph.schema import article_versions, attribution_times, metadata
from graph.store import Store

# They count, or sum up, all that is held.
WHOLE = {"status", "who cites whom"}
# A few rows for each feed or outlet, and no more with more articles.
SMALL_TABLES = {"outlets", "feeds", "pipelines", "decisions"}


@pytest.mark.timeout(600)
def test_no_question_reads_a_table_from_end_to_end(database_url: str) -> None:
    with Store.open(database_url) as store:
        fill_store(store, 600)
        for question in make_questions(store, things=3):
            if question.name in WHOLE:
                continue
            scans = find_scans(store, lambda question=question: question.ask(0))  # type: ignore[misc]
            large = {table: each for table, each in scans.items() if table in metadata.tables.keys() - SMALL_TABLES}
            assert large == {}, question.name


def test_a_statement_without_an_index_is_seen(database_url: str) -> None:
    def ask() -> None:
        with store.reading() as connection:
            connection.execute(select(article_versions.c.id).where(article_versions.c.title == "none")).all()

    with Store.open(database_url) as store:
        fill_store(store, 20)
        assert find_scans(store, ask).keys() == {"article_versions"}


def test_a_walk_along_a_table_to_its_first_rows_is_not_reading_it_whole(sqlite_url: str) -> None:
    def find(query: Select[Any]) -> set[str]:
        def ask() -> None:
            with store.reading() as connection:
                connection.execute(query).all()

        return set(find_scans(store, ask))

    times = attribution_times.c
    latest = select(times.at).order_by(times.at.desc())
    with Store.open(sqlite_url) as store:
        fill_store(store, 20)
        assert find(latest.offset(3).limit(1)) == set()
        assert find(latest) == {"attribution_times"}
        assert find(latest.where(times.stance == "denies").limit(1)) == {"attribution_times"}
        assert find(select(times.at).order_by(times.stance).limit(1)) == {"attribution_times"}
