"""Attributions that a person rejects: out of every answer, and back by an undo as if nothing had been."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from graph import schema
from graph.annotating import save_annotation
from graph.attribution_decisions import reject_attribution
from graph.browsing import list_claims, trace_by_id, view_article, view_entity
from graph.decision_log import list_decisions
from graph.decisions import undo
from graph.errors import NotFound
from graph.figures import refresh_figures
from graph.ids import Kind, show_id
from graph.store import Store
from tests.graph.test_annotating import dump, without_log
from tests.graph.world import NOW, Page, Said, add_page, annotate

LEAK = "the Orsk battery plant leaked 400 litres of solvent into the Velde river"
OUTER = f"Kestrel Power confirmed {LEAK}"
PAGES = tuple(
    Page(
        url=f"https://outlet{number}.example/{number}",
        outlet=f"Outlet {number}",
        text=f"Ada Brandt said {OUTER}.",
        people=("Ada Brandt",),
        organisations=("Kestrel Power", "Velde"),
        said=(
            Said(source="Ada Brandt", cue="said", content=OUTER, about=("Kestrel Power",)),
            Said(source="Kestrel Power", cue="confirmed", content=LEAK, inside=0, about=("Velde",)),
        ),
    )
    for number in (1, 2)
)


def fill(store: Store) -> None:
    for page in PAGES:
        add_page(store, page)


def id_of(store: Store, page: Page, place: int) -> str:
    return show_id(Kind.ATTRIBUTION, view_article(store, page.url).attributions[place].attribution_id)


def reject(store: Store, attribution: str) -> int:
    return reject_attribution(store, attribution, who="ada", why="nobody said so", now=NOW)


def test_a_rejected_attribution_is_in_no_answer_but_in_the_log(store: Store) -> None:
    fill(store)
    number = reject(store, id_of(store, PAGES[0], 0))
    (claim,) = [each for each in list_claims(store) if each.text == OUTER]
    assert claim.articles == 1
    (kept,) = trace_by_id(store, show_id(Kind.CLAIM, claim.claim_id)).evidence.members
    assert kept.version.url == PAGES[1].url
    (inner,) = view_article(store, PAGES[0].url).attributions
    assert inner.parent_id is None
    assert sum(len(view.said) for view in view_entity(store, "Ada Brandt")) == 1
    (row,) = list_decisions(store, by_people=True)
    assert (row.number, row.kind, row.action, row.left_name, row.right_id) == (
        number, "attribution", "reject", f"Ada Brandt said {OUTER}", None
    )  # fmt: skip


def test_a_claim_that_only_it_made_is_gone_with_it(store: Store) -> None:
    add_page(store, PAGES[0])
    reject(store, id_of(store, PAGES[0], 0))
    assert [claim.text for claim in list_claims(store)] == [LEAK[:1].upper() + LEAK[1:]]
    assert not list_claims(store, "confirmed")
    with pytest.raises(NotFound):
        reject(store, "a0000000000000000")


def fill_and_count(store: Store) -> None:
    fill(store)
    for _ in refresh_figures(store):
        pass


@pytest.mark.parametrize("place", [0, 1])
def test_undone_it_is_as_if_it_had_never_been_also_after_reading_again(store: Store, place: int) -> None:
    fill_and_count(store)
    before = without_log(dump(store))
    number = reject(store, id_of(store, PAGES[0], place))
    rejected = without_log(dump(store))
    assert rejected != before
    fill_and_count(store)
    again = without_log(dump(store))
    assert {name: rows for name, rows in again.items() if name != "rejected_attributions"} == {
        name: rows for name, rows in rejected.items() if name != "rejected_attributions"
    }
    undo(store, number, who="ben", now=NOW)
    assert without_log(dump(store)) == before


def test_its_source_is_joined_with_nobody_for_what_it_did_not_say(store: Store) -> None:
    pages = [
        replace(page, organisations=(), text=page.text.replace("Ada ", ""), people=("Brandt",),
                said=(replace(page.said[0], source="Brandt", about=()),))
        for page in PAGES
    ]  # fmt: skip
    for page in pages:
        add_page(store, page)
    assert len(view_entity(store, "Brandt")) == 1
    number = reject(store, id_of(store, pages[0], 0))
    assert len(view_entity(store, "Brandt")) == 2
    undo(store, number, who="ben", now=NOW)
    assert len(view_entity(store, "Brandt")) == 1


def test_a_rejection_of_what_is_no_longer_read_does_no_harm(store: Store) -> None:
    fill(store)
    number = reject(store, id_of(store, PAGES[0], 0))
    version = add_page(store, PAGES[0])
    nothing = replace(annotate(PAGES[0]), attributions=())
    save_annotation(store, version, nothing, pipeline_version="2", now=NOW)
    undo(store, number, who="ben", now=NOW)
    with store.reading() as connection:
        assert len(connection.execute(select(schema.attributions)).all()) == 2
