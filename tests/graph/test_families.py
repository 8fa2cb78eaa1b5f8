"""Families of outlets: set by people, kept in a log, and believed by tracing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.errors import NotFound
from graph.families import list_family_changes, list_outlets, set_family
from graph.store import Store
from nlp.annotation import SourceType
from tests.graph.test_trace import counts, page, trace_of
from tests.graph.world import NOW


def put(store: Store, outlet: str, family: str | None) -> bool:
    return set_family(store, outlet, family, who="ada", why="one publisher", now=NOW)


def test_two_of_one_family_without_an_identified_source_are_one_origin(store: Store) -> None:
    someone = page("A News", "an official", type=SourceType.UNNAMED_PERSON)
    other = replace(page("B News", "a miner", type=SourceType.UNNAMED_PERSON), text="Yes, a miner said " + someone.text)
    assert counts(trace_of(store, someone, other)) == (1, 2, 0)
    put(store, "a news", "Mountain Media")
    put(store, "B  News", "Mountain Media")
    trace = trace_of(store)
    assert counts(trace) == (1, 1, 0)
    assert "the same outlet or family, Mountain Media, and no identified source" in trace.origins.classes[0].reasons
    put(store, "A News", None)
    assert counts(trace_of(store)) == (1, 2, 0)


def test_each_change_is_kept_with_who_and_why(store: Store) -> None:
    trace_of(store, page("A News", "Ada Brandt"))
    assert put(store, "A News", " Mountain  Media ")
    assert not put(store, "A News", "Mountain Media")
    assert put(store, "A News", None)
    log = [(change.outlet, change.family, change.who, change.why) for change in list_family_changes(store)]
    assert log == [("A News", None, "ada", "one publisher"), ("A News", "Mountain Media", "ada", "one publisher")]
    assert [(outlet.name, outlet.family, outlet.articles) for outlet in list_outlets(store)] == [("A News", None, 1)]


def test_an_outlet_that_is_not_held_is_named_in_the_error(store: Store) -> None:
    with pytest.raises(NotFound, match="Z News"):
        put(store, "Z News", "Mountain Media")
