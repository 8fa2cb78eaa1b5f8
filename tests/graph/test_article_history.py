"""The versions of an article, what changed between them, and what it shares with others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.article_history import compare_versions, diff, load_history
from graph.browsing import view_article
from graph.store import Store
from tests.graph.test_trace import page
from tests.graph.world import NOW, add_page

FIRST = page("Herald", "Ada Brandt")


def test_what_a_version_dropped_and_added_is_to_be_seen(store: Store) -> None:
    older = add_page(store, FIRST)
    changed = replace(FIRST, text=FIRST.text.replace("Orsk", "Velden"), said=())
    newer = add_page(store, changed, now=NOW.replace(hour=13))
    history = load_history(store, view_article(store, FIRST.url).article_id)
    assert [version.version_id for version in history.versions] == [newer, older]
    pieces = compare_versions(store, older, newer)
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [
        ("gone", "Orsk"),
        ("new", "Velden"),
    ]


@pytest.mark.parametrize(("older", "newer"), [("", "a b"), ("a b", ""), ("a\nb", "a\n\nb c"), ("x" * 70_000, "x\ny")])
def test_the_pieces_of_a_diff_are_both_texts(older: str, newer: str) -> None:
    pieces = diff(older, newer)
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == newer
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == older


def test_an_agency_is_what_an_article_was_made_from(store: Store) -> None:
    add_page(store, replace(FIRST, credit="VELDEN (NPA) -"))
    history = load_history(store, view_article(store, FIRST.url).article_id)
    assert [(each.name, each.kind, each.words) for each in history.made_from] == [
        ("NPA", "wire_copy", "VELDEN (NPA) -")
    ]
    assert history.made_into == history.sharing == ()


def test_articles_that_share_text_name_each_other(store: Store) -> None:
    text = " ".join(f"Sentence {number} of the report on the Orsk leak is this one." for number in range(30))
    for outlet in ("Herald", "Coast Daily"):
        each = page(outlet, "Ada Brandt")
        add_page(store, replace(each, text=f"{each.text} {text}"))
    history = load_history(store, view_article(store, FIRST.url).article_id)
    (shared,) = history.sharing
    assert (shared.outlet, shared.kind) == ("Coast Daily", None)
    assert shared.share == pytest.approx(1.0, abs=0.1)
