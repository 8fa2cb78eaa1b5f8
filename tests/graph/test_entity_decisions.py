"""What a person decides about entities by ids and names: merges, splits, the log, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from graph import schema
from graph.browsing import view_entity
from graph.decision_log import list_decisions
from graph.decisions import undo
from graph.entity_decisions import merge_entities, split_entity
from graph.errors import NotFound
from graph.identity_groups import MACHINE
from graph.ids import Kind, show_id
from graph.store import Store
from tests.graph.world import NOW, Page, Said, add_page

PAGE = Page(
    url="https://herald.example/1",
    outlet="Herald",
    text="Kestrel Power said the plant leaked solvent into the Velde river. KP declined to comment.",
    organisations=("Kestrel Power", "KP", "Velde"),
    said=(Said(source="Kestrel Power", cue="said", content="the plant leaked solvent into the Velde river"),),
)


def id_of(store: Store, name: str) -> str:
    with store.reading() as connection:
        key = connection.execute(select(schema.entities.c.id).where(schema.entities.c.name == name)).scalar_one()
    return show_id(Kind.ENTITY, key)


def names_of(store: Store, name: str) -> tuple[str, ...]:
    (view,) = view_entity(store, name)
    return view.names


def test_two_that_are_merged_are_one_by_either_name_until_it_is_undone(store: Store) -> None:
    add_page(store, PAGE)
    number = merge_entities(store, "kestrel power", id_of(store, "KP"), who="ada", why="its short form", now=NOW)
    assert names_of(store, "KP") == names_of(store, "Kestrel Power") == ("KP", "Kestrel Power")
    assert len(view_entity(store, "KP")[0].said) == 1
    undo(store, number, who="ben", now=NOW)
    assert names_of(store, "KP") == ("KP",)


def test_a_member_is_split_off_by_its_id_or_by_the_article_that_names_it(store: Store) -> None:
    add_page(store, PAGE)
    merge_entities(store, "Kestrel Power", "KP", who="ada", why="", now=NOW)
    split = split_entity(store, "Kestrel Power", id_of(store, "KP"), who="ben", why="the airline", now=NOW)
    assert names_of(store, "KP") == ("KP",)
    undo(store, split, who="ben", now=NOW)
    with pytest.raises(NotFound, match="take one"):
        split_entity(store, "Kestrel Power", PAGE.url, who="ben", why="", now=NOW)
    with pytest.raises(NotFound, match="does not belong"):
        split_entity(store, "Kestrel Power", id_of(store, "Velde"), who="ben", why="", now=NOW)
    with pytest.raises(NotFound, match="nothing to split"):
        split_entity(store, "Velde", PAGE.url, who="ben", why="", now=NOW)


def test_the_log_lists_the_latest_first_with_who_when_and_why(store: Store) -> None:
    add_page(store, PAGE)
    first = merge_entities(store, "Kestrel Power", "KP", who="ada", why="its short form", now=NOW)
    undo(store, first, who="ben", now=NOW)
    second = merge_entities(store, "Velde", "KP", who="ada", why="", now=NOW)
    found = list_decisions(store)
    assert [each.number for each in found] == [second, first]
    assert (found[1].who, found[1].why, found[1].undone_by, found[1].undone_at) == ("ada", "its short form", "ben", NOW)
    assert {found[1].left_name, found[1].right_name} == {"Kestrel Power", "KP"}
    assert [each.number for each in list_decisions(store, before=second)] == [first]


@pytest.mark.parametrize("name", ["Nobody", "e0", "", "e" + "f" * 40])
def test_who_is_not_there_cannot_be_merged(store: Store, name: str) -> None:
    add_page(store, PAGE)
    with pytest.raises(NotFound):
        merge_entities(store, "KP", name, who="ada", why="", now=NOW)
    with pytest.raises(NotFound):
        merge_entities(store, "KP", "kp", who="ada", why="", now=NOW)


def test_no_person_goes_by_the_name_of_the_machine(store: Store) -> None:
    add_page(store, PAGE)
    with pytest.raises(ValueError, match="by the name"):
        merge_entities(store, "KP", "Velde", who=MACHINE, why="", now=NOW)
