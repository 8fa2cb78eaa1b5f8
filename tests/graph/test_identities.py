"""Who is who across articles: joined on evidence alone, in any order, and as people decide."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from graph import schema
from graph.annotating import save_annotation
from graph.decision_log import list_decisions
from graph.decisions import undo
from graph.entity_decisions import merge_entities, split_entity
from graph.figures import refresh_figures
from graph.identity_groups import MACHINE
from graph.ids import Kind, show_id
from graph.store import Store
from tests.graph.test_annotating import dump, without_log
from tests.graph.world import NOW, Page, Said, add_page, annotate

LEAK = "the Orsk battery plant leaked 400 litres of solvent into the Velde river"


def page(number: int, text: str, *people: str, organisations: tuple[str, ...] = (), days: int = 0) -> Page:
    return Page(
        url=f"https://outlet{number}.example/{number}",
        outlet=f"Outlet {number}",
        text=text,
        people=people,
        organisations=organisations,
        said=(),
        published_at=NOW - timedelta(days=days),
    )


INSPECTOR = page(1, "Inspector Ada Brandt of Velde Water spoke.", "Ada Brandt", organisations=("Velde Water",))
AGAIN = page(
    2, "Ada Brandt, an inspector at Velde Water, left.", "Ada Brandt", organisations=("Velde Water",), days=400
)
PLAYER = page(3, "Ada Brandt, a footballer, joined Orsk Rovers.", "Ada Brandt", organisations=("Orsk Rovers",))
BARE = page(4, "Ada Brandt was there.", "Ada Brandt")
SENIOR = page(5, "George H. W. Bush, Kestrel Power, Velde Water.", "George H. W. Bush",
              organisations=("Kestrel Power", "Velde Water"))  # fmt: skip
JUNIOR = page(6, "George W. Bush, Kestrel Power, Velde Water.", "George W. Bush",
              organisations=("Kestrel Power", "Velde Water"))  # fmt: skip
EITHER = page(7, "George Bush, Kestrel Power, Velde Water.", "George Bush",
              organisations=("Kestrel Power", "Velde Water"))  # fmt: skip
ALL = (INSPECTOR, AGAIN, PLAYER, BARE, SENIOR, JUNIOR, EITHER)


def fill(store: Store, pages: Iterable[Page]) -> None:
    for each in pages:
        add_page(store, each)


def groups(store: Store) -> set[frozenset[str]]:
    """Each group of people as the pages that they are in."""
    person = schema.entities.c.article_id
    query = (
        select(schema.entities.c.canonical_id, schema.articles.c.url, schema.entities.c.name)
        .join(schema.articles, schema.articles.c.id == person)
    )  # fmt: skip
    found: dict[int, set[str]] = {}
    with store.reading() as connection:
        for row in connection.execute(query):
            found.setdefault(row.canonical_id, set()).add(f"{row.name} {row.url.rsplit('/', 1)[1]}")
    return {frozenset(group) for group in found.values()}


def names(store: Store) -> set[frozenset[str]]:
    """Each group of organisations by their names."""
    found: dict[int, set[str]] = {}
    with store.reading() as connection:
        for row in connection.execute(select(schema.entities).where(schema.entities.c.type == "ORG")):
            found.setdefault(row.canonical_id, set()).add(row.name)
    return {frozenset(group) for group in found.values()}


def id_of(store: Store, page: Page, name: str | None = None) -> str:
    query = (
        select(schema.entities.c.id)
        .join(schema.articles, schema.articles.c.id == schema.entities.c.article_id)
        .where(schema.articles.c.url == page.url, schema.entities.c.name == (name or page.people[0]))
    )
    with store.reading() as connection:
        return show_id(Kind.ENTITY, connection.execute(query).scalar_one())


def test_a_role_at_the_same_place_joins_and_a_namesake_stays_another(store: Store) -> None:
    fill(store, (INSPECTOR, AGAIN, PLAYER, BARE))
    assert groups(store) == {
        frozenset({"Ada Brandt 1", "Ada Brandt 2"}), frozenset({"Ada Brandt 3"}), frozenset({"Ada Brandt 4"})
    }  # fmt: skip
    (row,) = list_decisions(store)
    assert (row.who, row.action, row.decided_at) == (MACHINE, "merge", NOW)
    assert "inspector" in row.why
    assert row.score is not None


def test_one_organisation_beside_both_joins_within_weeks_and_not_after(store: Store) -> None:
    near = page(1, "Velde Water met Ada Brandt.", "Ada Brandt", organisations=("Velde Water",), days=10)
    soon = page(2, "Velde Water saw Ada Brandt.", "Ada Brandt", organisations=("Velde Water",), days=20)
    late = page(3, "Velde Water heard Ada Brandt.", "Ada Brandt", organisations=("Velde Water",), days=90)
    fill(store, (near, soon, late))
    assert groups(store) == {frozenset({"Ada Brandt 1", "Ada Brandt 2"}), frozenset({"Ada Brandt 3"})}


def test_what_is_in_all_the_news_joins_nobody(store: Store) -> None:
    for number in (1, 2):
        text = f"Ada Brandt left Congress for Reuters in week {number}."
        add_page(store, page(number, text, "Ada Brandt", organisations=("Congress", "Reuters")))
    assert len(groups(store)) == 2


def test_two_who_say_the_same_words_are_one_also_by_a_single_name(store: Store) -> None:
    for number in (1, 2):
        text = f"Brandt said {LEAK}. Number {number}."
        said = (Said(source="Brandt", cue="said", content=LEAK),)
        add_page(store, replace(page(number, text, "Brandt"), said=said))
    assert groups(store) == {frozenset({"Brandt 1", "Brandt 2"})}


def test_a_name_with_two_middle_names_is_two_people_and_the_bare_name_a_third(store: Store) -> None:
    fill(store, (JUNIOR, EITHER))
    assert groups(store) == {frozenset({"George W. Bush 6", "George Bush 7"})}
    add_page(store, SENIOR)
    assert groups(store) == {frozenset({f"{each.people[0]} {each.url[-1]}"}) for each in (SENIOR, JUNIOR, EITHER)}
    assert all(row.undone_by == MACHINE for row in list_decisions(store))


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_arrival_gives_the_same_people(store: Store, seed: int) -> None:
    order = list(ALL)
    random.Random(seed).shuffle(order)
    fill(store, order)
    alone = {frozenset({f"{each.people[0]} {each.url[-1]}"}) for each in (PLAYER, BARE, SENIOR, JUNIOR, EITHER)}
    assert groups(store) == alone | {frozenset({"Ada Brandt 1", "Ada Brandt 2"})}


def test_reading_again_changes_nothing_and_the_log_neither(store: Store) -> None:
    fill(store, ALL)
    before = dump(store)
    fill(store, reversed(ALL))
    assert dump(store) == before


def test_what_an_article_no_longer_says_joins_nobody(store: Store) -> None:
    fill(store, (INSPECTOR, AGAIN))
    version = add_page(store, AGAIN)
    save_annotation(store, version, annotate(replace(AGAIN, organisations=())), pipeline_version="2", now=NOW)
    assert len(groups(store)) == 2
    assert [row.undone_by for row in list_decisions(store)] == [MACHINE]
    save_annotation(store, version, annotate(replace(AGAIN, people=())), pipeline_version="3", now=NOW)
    assert groups(store) == {frozenset({"Ada Brandt 1"})}
    save_annotation(store, version, annotate(AGAIN), pipeline_version="4", now=NOW)
    assert groups(store) == {frozenset({"Ada Brandt 1", "Ada Brandt 2"})}


DECISIONS: dict[str, Callable[[Store], int]] = {
    "merge": lambda store: merge_entities(
        store, id_of(store, PLAYER), id_of(store, INSPECTOR), who="ada", why="", now=NOW
    ),
    "split": lambda store: split_entity(
        store, id_of(store, INSPECTOR), id_of(store, AGAIN), who="ada", why="", now=NOW
    ),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_holds_when_all_is_read_again_and_undone_it_is_as_if_it_had_never_been(
    store: Store, decision: str
) -> None:
    fill(store, ALL)
    count_figures(store)
    before, people = without_log(dump(store)), groups(store)
    number = DECISIONS[decision](store)
    decided = groups(store)
    assert decided != people
    fill(store, reversed(ALL))
    assert groups(store) == decided
    count_figures(store)
    undo(store, number, who="ben", now=NOW)
    assert without_log(dump(store)) == before


def count_figures(store: Store) -> None:
    for _ in refresh_figures(store):
        pass


def test_a_join_of_the_machine_that_is_taken_back_stays_taken_back(store: Store) -> None:
    fill(store, (INSPECTOR, AGAIN))
    (row,) = list_decisions(store)
    undo(store, row.number, who="ben", now=NOW)
    assert len(groups(store)) == 2
    fill(store, (AGAIN, INSPECTOR))
    assert len(groups(store)) == 2
    merge_entities(store, id_of(store, INSPECTOR), id_of(store, AGAIN), who="ada", why="I asked her", now=NOW)
    assert len(groups(store)) == 1


@pytest.mark.parametrize("seed", range(4))
def test_who_is_split_off_leaves_the_others_together_whoever_comes_later(store: Store, seed: int) -> None:
    """Six articles on one, of which a person takes one out; those that come after go to the five."""
    pages = [
        page(number, f"Inspector Ada Brandt left Velde Water, {number}.", "Ada Brandt", organisations=("Velde Water",))
        for number in range(6)
    ]
    fill(store, pages[:2])
    split_entity(store, id_of(store, pages[0]), id_of(store, pages[1]), who="ada", why="", now=NOW)
    rest = pages[2:]
    random.Random(seed).shuffle(rest)
    fill(store, rest)
    assert groups(store) == {
        frozenset({"Ada Brandt 1"}), frozenset(f"Ada Brandt {number}" for number in (0, 2, 3, 4, 5))
    }  # fmt: skip


def test_people_whose_names_are_turned_are_two_where_one_article_has_both(store: Store) -> None:
    text = "Coach James Thomas beat coach Thomas James at Orsk Rovers."
    both = page(1, text, "James Thomas", "Thomas James", organisations=("Orsk Rovers",))
    add_page(store, both)
    assert len(groups(store)) == 2
    (row,) = list_decisions(store)
    assert (row.action, row.who) == ("split", MACHINE)
    undo(store, row.number, who="ada", now=NOW)
    assert len(groups(store)) == 1


def test_organisations_are_one_with_and_without_their_legal_form_and_by_an_acronym_that_is_spelt_out(
    store: Store,
) -> None:
    add_page(store, page(1, "Kestrel Power Inc. grew.", organisations=("Kestrel Power Inc.",)))
    add_page(store, page(2, "The FBI saw Kestrel Power.", organisations=("FBI", "Kestrel Power")))
    long = "Federal Bureau of Investigation"
    spelt = page(3, f"The {long} (FBI) came.", organisations=(long,))
    version = add_page(store, spelt)
    introduce(store, version, spelt, "FBI")
    assert names(store) == {frozenset({"Kestrel Power Inc.", "Kestrel Power"}), frozenset({long, "FBI"})}
    other = page(4, "The Fine Bread Institute (FBI) bakes.", organisations=("Fine Bread Institute",))
    introduce(store, add_page(store, other), other, "FBI")
    assert frozenset({"FBI"}) in names(store)
    nothing = replace(annotate(other), entities=())
    save_annotation(store, add_page(store, other), nothing, pipeline_version="3", now=NOW)
    assert frozenset({long, "FBI"}) in names(store)


def introduce(store: Store, version: int, page: Page, short: str) -> None:
    """Read a page again, with a short form among the mentions of its organisation."""
    found = annotate(page)
    start = page.text.index(short)
    (entity,) = found.entities
    span = type(entity.mentions[0])(start, start + len(short))
    entity = replace(entity, mentions=(*entity.mentions, span))
    save_annotation(store, version, replace(found, entities=(entity,)), pipeline_version="2", now=NOW)


@pytest.mark.parametrize(
    "name",
    [
        "x" * 20_000,
        "Ada " + "Brandt " * 3000,
        "\u202eAda Brandt\u202c",
        "\u200b\u200bA \u200bB",
        "محمد بن سلمان",
        "A\x00 B",
    ],
)
def test_hostile_names_are_kept_and_found(store: Store, name: str) -> None:
    text = f"{name} met Velde Water."
    add_page(store, page(1, text, name, organisations=("Velde Water",)))
    add_page(store, page(2, text + " Again.", name, organisations=("Velde Water",)))
    assert len(groups(store)) in (1, 2)
