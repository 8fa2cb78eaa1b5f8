"""Search takes what people type as words, whatever characters are in it."""

from __future__ import annotations

import pytest

from graph.browsing import list_claims, view_entity
from graph.errors import NotFound
from graph.search import Searched, search_text
from graph.store import Store
from tests.graph.test_annotating import PAGE
from tests.graph.world import add_page


@pytest.mark.parametrize("query", ["solvent", "SOLVENT river", "leaking", "leaked the plants"])
def test_claims_are_found_by_their_words_in_any_form(store: Store, query: str) -> None:
    add_page(store, PAGE)
    assert len(list_claims(store, query)) == 1


@pytest.mark.parametrize("query", ["mercury", "solvent mercury", '"', "solvent AND mercury", "NEAR(", "*"])
def test_what_is_not_there_is_not_found(store: Store, query: str) -> None:
    add_page(store, PAGE)
    found = list_claims(store, query)
    assert found == []


@pytest.mark.parametrize(
    "query", ['"solvent', "solvent*", "text:solvent", "-solvent", "(solvent", "'; DROP TABLE claims; --"]
)
def test_query_syntax_is_plain_text(store: Store, query: str) -> None:
    add_page(store, PAGE)
    list_claims(store, query)
    assert len(list_claims(store, "solvent")) == 1


def test_articles_are_found_by_title_and_text(store: Store) -> None:
    version_id = add_page(store, PAGE)
    with store.reading() as connection:
        for query in ("inspector", "title"):
            assert list(search_text(connection, Searched.ARTICLES, query, limit=5)) == [version_id]


def test_claims_that_are_gone_are_not_found(store: Store) -> None:
    from graph.annotating import save_annotation
    from nlp.annotation import Annotation
    from tests.graph.world import NOW

    version_id = add_page(store, PAGE)
    save_annotation(store, version_id, Annotation(language="en"), pipeline_version="x", now=NOW)
    assert list_claims(store, "solvent") == []


def test_who_knows_what_an_entity_said_in_any_case(store: Store) -> None:
    add_page(store, PAGE)
    (view,) = view_entity(store, "ada  BRANDT")
    assert (view.name, view.articles, len(view.said), len(view.about)) == ("Ada Brandt", 1, 1, 0)
    with pytest.raises(NotFound, match="Nobody"):
        view_entity(store, "Nobody")
