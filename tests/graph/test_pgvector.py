"""The index inside PostgreSQL, where the server has pgvector; elsewhere `graph.vectors` serves, as its tests hold."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from graph.linking import Linker
from graph.pgvector import PgVectorIndex, has_pgvector
from graph.store import Store
from graph.vectors import DIMENSIONS
from nlp.sentences import SENTENCE_MODEL, SentenceEncoder
from tests.graph.test_trace import page
from tests.graph.world import add_page


@pytest.fixture
def vector_store(postgres_url: str) -> Store:
    store = Store.open(postgres_url)
    with store.writing() as connection:
        if not has_pgvector(connection):
            pytest.skip("this PostgreSQL has no pgvector (package postgresql-NN-pgvector)")
    return store


def test_sqlite_has_none(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store.writing() as connection:
        assert not has_pgvector(connection)


def test_a_vector_s_nearest_is_itself(vector_store: Store) -> None:
    vectors = np.random.default_rng(0).normal(size=(200, DIMENSIONS)).astype(np.float32)
    with vector_store.writing() as connection:
        index = PgVectorIndex(connection, model=SENTENCE_MODEL)
        index.add(connection, list(range(1, 201)), vectors)
        index.add(connection, [1], vectors[1:2])  # in place of what it was
        found = index.find(connection, vectors[:3], count=2)
    assert [row[0] for row in found[2:]] == [3]
    assert set(found[1]) == {1, 2}


def test_what_the_index_lost_it_gets_back_from_the_store(vector_store: Store) -> None:
    add_page(vector_store, page("A News", "Ada Brandt"))
    assert list(Linker(vector_store, SentenceEncoder()).link_new()) == [1]
    count = text("SELECT count(*) FROM claim_neighbours")
    with vector_store.writing() as connection:
        connection.execute(text("DELETE FROM claim_neighbours"))
        PgVectorIndex(connection, model=SENTENCE_MODEL)
        assert connection.execute(count).scalar_one() == 1
        connection.execute(text("DELETE FROM claim_vectors"))
        PgVectorIndex(connection, model=SENTENCE_MODEL)
        assert connection.execute(count).scalar_one() == 0
