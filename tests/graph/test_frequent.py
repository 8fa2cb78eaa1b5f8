"""Who is in everything is answered about as everybody else is, whichever way the answer was found."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from graph import claim_list, frequent, people, search
from graph.browsing import view_entity
from graph.claim_list import ClaimFilter, ClaimOrder, list_matching_claims
from graph.days import refresh_days
from graph.figures import refresh_figures
from graph.frequent import Side, find_latest, load_groups
from graph.ids import Kind, show_id
from graph.people import load_profile
from graph.schema import entities
from graph.store import Store
from graph.views import view_surroundings
from nlp.annotation import SourceType
from tests.graph.test_trace import LEAK, at, page
from tests.graph.world import Page, Said, add_page

ADA, ORSK = "Ada Brandt", "Orsk Power"
# More than either database takes as values of a statement: 32,766 in SQLite, 65,535 in PostgreSQL.
MANY = 70_000

# What counts as frequent, and how many of the newest attributions, versions and claims are looked through: nobody is;
# everybody is, and is among the newest; is, and is not.
RARE = {"FREQUENT": 5_000, "NEWEST": 50_000, "_NEWEST_VERSIONS": 2_000, "_LOOKED_AT_FIRST": 5_000, "CHUNK": 1_000}
AMONG_THE_NEWEST = {**RARE, "FREQUENT": 0, "CHUNK": 0}
NOT_AMONG_THEM = {**AMONG_THE_NEWEST, "NEWEST": 0, "_NEWEST_VERSIONS": 1, "_LOOKED_AT_FIRST": 1}
_PLACES = {
    "FREQUENT": frequent,
    "NEWEST": frequent,
    "_NEWEST_VERSIONS": people,
    "_LOOKED_AT_FIRST": claim_list,
    "CHUNK": search,
}


def fill(store: Store) -> None:
    """One Ada says two things in five articles, some of them at the same time, and others say them too."""
    for outlet, hour in (("Herald", 8), ("Coast Daily", 9), ("B News", 9)):
        add_page(store, page(outlet, ADA, hour=hour))
    for number, source in enumerate((ADA, "Bo Ek", ADA, "Cy Dahl")):
        add_page(store, about_orsk(number, source))
    add_page(store, page("Late News", "Di Falk", hour=23))
    ada = entities.c.name == ADA
    with store.writing() as connection:
        one = connection.execute(select(func.min(entities.c.id)).where(ada)).scalar_one()
        connection.execute(update(entities).where(ada).values(canonical_id=one))
    for _ in refresh_figures(store):
        pass


def about_orsk(number: int, source: str) -> Page:
    content = f"{ORSK} pays a fine of {'nine' if number % 2 else 'ten'} million"
    return Page(
        url=f"https://fines.example/{number}",
        outlet="Fines",
        text=f"{source} said {content}.",
        said=(Said(source=source, cue="said", content=content, type=SourceType.NAMED_PERSON, about=(ORSK,)),),
        people=(source,),
        organisations=(ORSK,),
        published_at=at(4, 8 + number // 2),
    )


def look(patched: pytest.MonkeyPatch, limits: dict[str, int]) -> None:
    for name, number in limits.items():
        patched.setattr(_PLACES[name], name, number)


def id_of(store: Store, name: str) -> int:
    with store.reading() as connection:
        query = select(entities.c.canonical_id).where(entities.c.name == name).distinct()
        return int(connection.execute(query).scalar_one())


def ask_all(store: Store, limit: int) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name in (ADA, ORSK):
        shown = show_id(Kind.ENTITY, id_of(store, name))
        answers[f"who {name}"] = view_entity(store, name, limit=limit)
        answers[f"profile {name}"] = load_profile(store, shown)
        picture = view_surroundings(store, shown, limit=limit)
        answers[f"picture {name}"] = (dict(picture.nodes(data=True)), list(picture.edges(data=True)))
    for order in ClaimOrder:
        for asked in (
            ClaimFilter(source=ADA),
            ClaimFilter(about=ORSK),
            ClaimFilter(source=ADA, about=ORSK),
            ClaimFilter(source=ADA, stances=("denies",)),
            ClaimFilter(source="Bo Ek", about=ORSK, outlet="fines"),
            ClaimFilter(outlet="Herald"),
            ClaimFilter(words="fine", source=ADA),
            ClaimFilter(words="plant", about=ORSK),
        ):
            answers[f"{order} {asked}"] = list_matching_claims(store, asked, order=order, limit=limit)
    return answers


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("is_counted", [True, False], ids=["counted", "not counted"])
@pytest.mark.parametrize("limits", [AMONG_THE_NEWEST, NOT_AMONG_THEM], ids=["among the newest", "not among them"])
def test_an_answer_is_the_same_whichever_way_it_was_found(
    store: Store, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], is_counted: bool, limit: int
) -> None:
    fill(store)
    if is_counted:
        assert list(refresh_days(store))
    monkeypatch.setattr(people, "_LATEST", limit)
    monkeypatch.setattr(people, "_PLACES", limit)
    look(monkeypatch, RARE)
    expected = ask_all(store, limit)
    look(monkeypatch, limits)
    assert ask_all(store, limit) == expected


@pytest.mark.parametrize("limits", [RARE, AMONG_THE_NEWEST, NOT_AMONG_THEM])
def test_the_latest_come_first_and_of_one_time_by_id(
    store: Store, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    fill(store)
    look(monkeypatch, limits)
    with store.reading() as connection:
        said = find_latest(connection, id_of(store, ADA), Side.SAID, limit=4)
        about = find_latest(connection, id_of(store, ORSK), Side.ABOUT, limit=50)
    assert [when for when, _ in said] == [at(4, 9), at(4, 8), at(3, 9), at(3, 9)]
    assert said[2][1] < said[3][1]
    assert [when for when, _ in about] == [at(4, 9), at(4, 9), at(4, 8), at(4, 8)]


@pytest.mark.parametrize("limits", [RARE, AMONG_THE_NEWEST, NOT_AMONG_THEM])
def test_of_several_who_are_called_alike_each_has_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    fill(store)
    for number in (4, 5):
        add_page(store, about_orsk(number, "Cy Dahl"))
    with store.writing() as connection:
        dahl = entities.c.name == "Cy Dahl"
        connection.execute(update(entities).where(dahl).values(canonical_id=entities.c.id))
    look(monkeypatch, limits)
    views = view_entity(store, "cy dahl")
    said = {view.entity_id: [item.version.url for item in view.said] for view in views}
    assert sorted(said.values()) == [[f"https://fines.example/{number}"] for number in (3, 4, 5)]
    assert all(view.articles == 1 and view.about == () and view.aliases == ("Cy Dahl",) for view in views)


def test_the_articles_of_an_entity_are_those_that_name_it(store: Store) -> None:
    fill(store)
    (ada,), (orsk,) = view_entity(store, ADA), view_entity(store, ORSK)
    assert (ada.articles, orsk.articles) == (5, 4)
    with store.reading() as connection:
        groups = load_groups(connection, [ada.entity_id, orsk.entity_id])
    assert [(group.entity_id, group.members) for group in groups] == [(ada.entity_id, 5), (orsk.entity_id, 1)]


@pytest.mark.parametrize("limits", [RARE, AMONG_THE_NEWEST, NOT_AMONG_THEM])
def test_claims_of_a_name_are_those_that_it_makes(
    store: Store, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    fill(store)
    look(monkeypatch, limits)
    texts = {
        name: {claim.text for claim in list_matching_claims(store, ClaimFilter(source=name)).claims}
        for name in (ADA, "Cy Dahl", "Di Falk")
    }
    ten, nine = (f"{ORSK} pays a fine of {number} million" for number in ("ten", "nine"))
    leak = LEAK[0].upper() + LEAK[1:]
    assert texts == {ADA: {ten, leak}, "Cy Dahl": {nine}, "Di Falk": {leak}}
    assert list_matching_claims(store, ClaimFilter(source=ADA), limit=1).is_cut
    assert not list_matching_claims(store, ClaimFilter(source=ADA), limit=2).is_cut


def test_a_person_of_more_articles_than_a_statement_takes_values(store: Store) -> None:
    fill(store)
    ada = id_of(store, ADA)
    with store.writing() as connection:
        rows = [
            {"id": number, "type": "PERSON", "name": ADA, "canonical_id": ada, "variant": ""}
            for number in range(1, MANY + 1)
        ]
        connection.execute(insert(entities), rows)
    (view,) = view_entity(store, ADA)
    profile = load_profile(store, show_id(Kind.ENTITY, ada))
    assert len(view.said) == profile.said == len(profile.latest_said) == 5
    assert profile.member_count == MANY + 5
    assert len(profile.members) == 50
    assert {each.name for each in profile.companions} == set()
    assert [each.name for each in profile.spoke_about] == [ORSK]
    assert len(list_matching_claims(store, ClaimFilter(source=ADA)).claims) == 2
    assert list_matching_claims(store, ClaimFilter(about=ADA)).claims == ()
    assert view_surroundings(store, show_id(Kind.ENTITY, ada)).nodes
