"""Which agency an article comes from, by its own words only."""

from __future__ import annotations

import pytest

from graph.browsing import list_claims, trace_by_id
from graph.derivations import agency_of
from graph.ids import Kind, show_id
from graph.outlet_names import is_same_outlet
from graph.store import Store
from tests.graph.world import Page, Said, add_page

REUTERS_STYLE = "(Reporting by Gursimran Kaur in Bengaluru; Editing by Mrigank Dhaniwala and Savio D'Souza)"


@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        (REUTERS_STYLE, "Reuters"),
        ("SAN FRANCISCO (Reuters) -", "Reuters"),
        ("VELDEN, Norland (NPA) –", "NPA"),
        ("WASHINGTON (AP) —", "Associated Press"),
        ("Agence France-Presse contributed to this report", "Agence France-Presse"),
        ("(Photograph by Ann Lee)", None),
        ("By our own correspondent", None),
    ],
)
def test_an_agency_is_named_by_a_credit_line_or_not_at_all(credit: str, agency: str | None) -> None:
    assert agency_of(credit) == agency


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Reuters", "reuters", True),
        ("the Norland Herald", "Norland Herald", True),
        ("NPA", "Norland Press Agency", True),
        ("N.P.A.", "Norland Press Agency", True),
        ("NH", "Norland Herald", False),
        ("Herald", "Norland Herald", False),
        ("Reuters", None, False),
    ],
)
def test_outlets_are_matched_by_name_or_by_initials(name: str, other: str | None, same: bool) -> None:
    assert is_same_outlet(name, other) is same


def derivations_of(store: Store, *, outlet: str, start: str = "", credit: str | None = None) -> list[tuple[str, str]]:
    claim = "the Orsk plant leaked solvent into the Velde river"
    page = Page(
        url="https://a.example/1",
        outlet=outlet,
        text=f"{start}Ada Brandt said {claim}.",
        credit=credit,
        said=(Said(source="Ada Brandt", cue="said", content=claim),),
    )
    add_page(store, page)
    (found,) = list_claims(store)
    trace = trace_by_id(store, show_id(Kind.CLAIM, found.claim_id))
    return [(row.from_name or "", row.evidence) for row in trace.evidence.derivations]


def test_a_dateline_says_more_than_the_style_of_a_credit_line(store: Store) -> None:
    found = derivations_of(store, outlet="Coast Daily", start="VELDEN (NPA) - ", credit=REUTERS_STYLE)
    assert found == [("NPA", "VELDEN (NPA) -")]


def test_an_agency_is_no_copy_of_itself_nor_of_another_by_its_style(store: Store) -> None:
    assert derivations_of(store, outlet="Norland Press Agency", start="VELDEN (NPA) - ", credit=REUTERS_STYLE) == []
    assert derivations_of(store, outlet="Norland Press Agency", credit=REUTERS_STYLE) == []


def test_the_wire_is_known_from_the_credit_line_alone(store: Store) -> None:
    assert derivations_of(store, outlet="Gadgets 360", credit=REUTERS_STYLE) == [("Reuters", REUTERS_STYLE)]


def test_a_ticker_in_brackets_is_no_agency(store: Store) -> None:
    assert derivations_of(store, outlet="Coast Daily", start="Apple (AAPL) - ") == []
