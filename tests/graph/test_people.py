"""Who there is, whom they speak to and with, and how they are named; and the figures of outlets."""

from __future__ import annotations

from graph.ids import Kind, show_id
from graph.outlet_figures import list_citations, list_outlets
from graph.people import list_entities, load_profile
from graph.store import Store
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import at, page, relayed
from tests.graph.world import add_page


def fill(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt", hour=8))
    add_page(store, page("Coast Daily", "Ada Brandt", hour=9, credit="VELDEN (NPA) -"))
    add_page(store, page("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION))
    add_page(store, relayed())


def test_the_most_quoted_come_first_and_a_name_is_found_by_its_beginning(store: Store) -> None:
    fill(store)
    assert [(each.name, each.said) for each in list_entities(store)][:2] == [("Ada Brandt", 2), ("Kestrel Power", 1)]
    for beginning in ("ada", "Ada Br", "brandt"):
        assert [each.name for each in list_entities(store, beginning)] == ["Ada Brandt"]
    assert list_entities(store, "%") == []


def test_a_profile_has_what_was_said_and_how_it_is_named(store: Store) -> None:
    fill(store)
    (found,) = list_entities(store, "Ada")
    profile = load_profile(store, show_id(Kind.ENTITY, found.entity_id))
    assert (profile.said, profile.about, len(profile.latest_said)) == (2, 0, 2)
    assert profile.latest_said[0].version.outlet == "Coast Daily"  # the latest
    assert {(naming.words, naming.outlet) for naming in profile.namings} == {
        ("Ada Brandt", "Herald"),
        ("Ada Brandt", "Coast Daily"),
    }


def test_an_outlet_s_articles_are_own_relayed_or_wire(store: Store) -> None:
    fill(store)
    figures = {each.name: (each.own, each.relayed, each.wire) for each in list_outlets(store, since=at(1), until=at(9))}
    assert figures == {"Herald": (1, 0, 0), "B News": (1, 0, 0), "Coast Daily": (0, 0, 1), "Gadgets 360": (0, 0, 1)}
    assert list_outlets(store, since=at(8), until=at(9)) == ()


def test_who_cites_whom(store: Store) -> None:
    fill(store)
    found = {(each.citing, each.cited): each.times for each in list_citations(store, since=at(1), until=at(9))}
    assert found == {
        ("Gadgets 360", "Bloomberg News"): 1,
        ("Gadgets 360", "Reuters"): 1,
        ("Coast Daily", "NPA"): 1,
    }
