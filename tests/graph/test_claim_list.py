"""Searching claims: each filter finds what it names and leaves out the rest, in each order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from graph.claim_list import ClaimFilter, ClaimOrder, list_matching_claims
from graph.figures import refresh_figures
from graph.store import Store
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import LEAK, at, page
from tests.graph.world import Page, Said, add_page

FINE = "Kestrel Power pays a fine of nine million"


def fill(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt", hour=8))
    add_page(store, page("Coast Daily", "Bo Ek", hour=9))
    add_page(store, page("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION))
    add_page(
        store,
        Page(
            url="https://herald.example/fine",
            outlet="Herald",
            text=f"A spokesman said {FINE}.",
            said=(
                Said(
                    source="A spokesman",
                    cue="said",
                    content=FINE,
                    type=SourceType.UNNAMED_PERSON,
                    about=("Kestrel Power",),
                ),
            ),
            organisations=("Kestrel Power",),
            published_at=at(4),
        ),
    )
    for _ in refresh_figures(store):
        pass


def find(store: Store, order: ClaimOrder = ClaimOrder.MATCH, /, **asked: object) -> list[str]:
    found = list_matching_claims(store, ClaimFilter(**asked), order=order)  # type: ignore[arg-type]
    return ["leak" if "leaked" in claim.text else "fine" for claim in found.claims]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["fine", "leak"]),
        ({"words": "solvent river"}, ["leak"]),
        ({"words": "solvent fine"}, []),
        ({"about": "kestrel power"}, ["fine"]),
        ({"about": "nobody"}, []),
        ({"source": "Ada Brandt"}, ["leak"]),
        ({"outlet": "coast daily"}, ["leak"]),
        ({"outlet": "no such"}, []),
        ({"outlet": "Herald", "source_types": ("unnamed_person",)}, ["fine"]),
        ({"outlet": "Coast Daily", "stances": ("denies",)}, []),  # one attribution has to meet all
        ({"stances": ("denies",)}, ["leak"]),
        ({"source_types": ("unnamed_person",)}, ["fine"]),
        ({"quotation_types": ("direct",)}, []),
        ({"since": at(4, 0)}, ["fine"]),
        ({"until": at(4, 0)}, ["leak"]),
        ({"least_origins": 2}, ["leak"]),
        ({"is_contested": True}, ["leak"]),
        ({"words": "solvent", "stances": ("asks",)}, []),
    ],
)
def test_a_filter_finds_what_it_names(store: Store, asked: dict[str, object], expected: list[str]) -> None:
    fill(store)
    assert find(store, **asked) == expected


def test_each_order_has_its_first(store: Store) -> None:
    fill(store)
    assert find(store, ClaimOrder.RECENCY) == ["fine", "leak"]
    assert find(store, ClaimOrder.SPREAD) == ["leak", "fine"]
    assert find(store, ClaimOrder.ORIGINS) == ["leak", "fine"]
    assert find(store, ClaimOrder.RECENCY, words="the river Velde leaked") == ["leak"]


def test_a_list_that_is_cut_says_so(store: Store) -> None:
    fill(store)
    assert list_matching_claims(store, ClaimFilter(), limit=1).is_cut
    assert not list_matching_claims(store, ClaimFilter(), limit=2).is_cut


def test_a_claim_in_more_words_than_one_is_found_by_either(store: Store) -> None:
    fill(store)
    (claim,) = list_matching_claims(store, ClaimFilter(words=LEAK)).claims
    assert claim.articles == 3
    assert claim.latest_at - claim.earliest_at == timedelta(hours=1)
