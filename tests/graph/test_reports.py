"""That "the report" is the one publication that its article has named before, or stays unnamed."""

from __future__ import annotations

import pytest

from graph.browsing import list_claims, trace_by_id
from graph.ids import Kind, show_id
from graph.store import Store
from nlp.annotation import SourceType, Stance
from tests.graph.world import Page, Said, add_page

PROBE = "Velde Works and Orsk are probing a leak of solvent"
LEAK = "the Orsk plant leaked solvent into the Velde river"


def page(*papers: str, source: str = "the report") -> Page:
    first: list[str] = [f"{PROBE} near {paper[:3]}, {paper} reported" for paper in papers]
    said: list[Said] = [
        Said(
            source=paper,
            cue=f"{paper} reported"[len(paper) + 1 :],
            content=f"{PROBE} near {paper[:3]}",
            type=SourceType.PUBLICATION,
            stance=Stance.RELAYS,
        )
        for paper in papers
    ]
    return Page(
        url="https://a.example/1",
        outlet="Gadgets",
        text=". ".join([*first, f"Later {source} said {LEAK}"]) + ".",
        said=(*said, Said(source=source, cue="said", content=LEAK, type=SourceType.DOCUMENT)),
        organisations=papers,
    )


def chain_of(store: Store, built: Page) -> list[tuple[str, str, str]]:
    add_page(store, built)
    claim = next(claim for claim in list_claims(store) if claim.text.casefold() == LEAK.casefold())
    trace = trace_by_id(store, show_id(Kind.CLAIM, claim.claim_id))
    (member,) = trace.evidence.members
    hops = trace.chains[member.attribution_id].hops
    return [(hop.name or "", str(hop.resolution), hop.words or "") for hop in hops][1:]


def test_the_report_is_that_of_the_one_publication_named_before(store: Store) -> None:
    assert chain_of(store, page("Bloom News")) == [("Bloom News", "named", "the report said")]


@pytest.mark.parametrize("source", ["the Bloom report", "the newspaper"])
def test_other_words_for_it_mean_it_too(store: Store, source: str) -> None:
    assert chain_of(store, page("Bloom News", source=source)) == [("Bloom News", "named", f"{source} said")]


def test_with_two_publications_or_another_name_it_stays_unnamed(store: Store) -> None:
    assert chain_of(store, page("Bloom News", "Fjord Times")) == [("the report", "unnamed", "the report said")]


def test_a_report_of_another_name_stays_unnamed(store: Store) -> None:
    assert chain_of(store, page("Bloom News", source="the Fjord report")) == [
        ("the Fjord report", "unnamed", "the Fjord report said")
    ]


def test_with_no_publication_named_it_stays_unnamed(store: Store) -> None:
    assert chain_of(store, page()) == [("the report", "unnamed", "the report said")]
