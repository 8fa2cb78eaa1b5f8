"""Copies, whole and in part: found whichever came first, with a direction only where something says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from graph import schema
from graph.browsing import list_claims, trace_by_id
from graph.copies import Overlap, judge, longest_shared, measure, sample, shingle
from graph.ids import Kind, show_id
from graph.store import Store
from graph.trace import Trace
from nlp.annotation import SourceType
from tests.graph.world import Page, Said, add_page

LEAK = "the Orsk plant leaked solvent into the Velde river"
STORY = (
    f"An official said {LEAK}. Crews in yellow suits pumped out the basin through the night while trucks brought sand "
    "from the quarry at Hollen. The mayor asked people along both banks to keep their animals off the water until "
    "samples have been read. Fishing is off for two weeks, and the school by the weir will stay shut on Thursday. "
)
OWN = (
    "Our reporter walked the bank from the old mill to the lock and met nobody but a heron and two boys with a kite. "
    "The smell was faint, like nail varnish, and the ferry went as on any other day of the year with its bell ringing. "
    "In the market hall the talk was of the price of plums and of who would buy the cinema after the long winter. "
)


def page(outlet: str, text: str, *, day: int = 3, links: tuple[tuple[str, str], ...] = (), path: str = "1") -> Page:
    said = Said(source="An official", cue="said", content=LEAK, type=SourceType.UNNAMED_PERSON)
    return Page(
        url=f"https://{outlet.lower().replace(' ', '-')}.example/{path}",
        outlet=outlet,
        text=text,
        said=(said,),
        published_at=datetime(2026, 3, day, tzinfo=UTC),
        links=links,
    )


def derived(store: Store) -> list[tuple[str, str | None]]:
    with store.reading() as connection:
        rows = connection.execute(select(schema.derivations)).all()
    return [(row.kind, row.from_name) for row in rows]


def trace_of(store: Store, *pages: Page) -> Trace:
    for each in pages:
        add_page(store, each)
    (claim,) = list_claims(store)
    return trace_by_id(store, show_id(Kind.CLAIM, claim.claim_id))


def test_a_paragraph_is_found_inside_a_longer_text() -> None:
    part, whole = shingle(STORY), shingle(OWN * 3 + STORY)
    shares = measure(part, whole)
    assert shares.left == 1.0
    assert shares.right < 0.5
    assert len(set(sample(part)) & set(sample(whole))) >= 2


@pytest.mark.parametrize(
    ("shared", "share", "overlap"),
    [
        (400, 1.0, Overlap.WHOLE),
        (400, 0.6, Overlap.MOST),
        (60, 0.2, Overlap.PART),
        (60, 0.1, Overlap.NONE),
        (10, 1.0, Overlap.NONE),
    ],
)
def test_how_much_is_anothers_text_says_what_kind_of_copy(shared: int, share: float, overlap: Overlap) -> None:
    assert judge(shared, share) is overlap


def test_the_longest_shared_passage_is_exact_words_of_the_text() -> None:
    text = f"{OWN}Then it happened. {STORY}"
    passage = longest_shared(text, shingle(STORY.upper()))
    assert passage
    assert passage in text
    assert passage.startswith("An official said")


@pytest.mark.parametrize("text", ["", "one two", "a " * 50_000, "\x00\ud800", "x" * 300_000])
def test_any_text_can_be_measured(text: str) -> None:
    measure(shingle(text), shingle(STORY))
    longest_shared(text, shingle(text))


def test_two_copies_without_a_credit_are_one_origin_and_neither_is_said_to_be_the_other_s(store: Store) -> None:
    trace = trace_of(store, page("Herald", STORY), page("Ledger", STORY + OWN[:120], day=4))
    assert derived(store) == []
    assert (trace.origins.at_least, trace.origins.at_most) == (1, 1)
    assert trace.origins.classes[0].reasons == ("the same passage in articles that share text",)


def test_two_texts_with_one_sentence_in_common_are_two(store: Store) -> None:
    one, other = page("Herald", STORY), page("Ledger", f"An official said {LEAK}. {OWN}", day=4)
    trace = trace_of(store, one, other)
    assert (trace.origins.at_least, trace.origins.at_most) == (1, 2)


@pytest.mark.parametrize("turned", [False, True])
def test_an_agencys_own_article_is_what_a_copy_without_a_credit_comes_from(store: Store, *, turned: bool) -> None:
    pages = [page("Norland Press Agency", STORY), page("Herald", STORY + OWN[:200], day=4)]
    trace = trace_of(store, *(reversed(pages) if turned else pages))
    assert derived(store) == [("edited_copy", None)]
    (copy,) = [item for item in trace.evidence.members if item.version.outlet == "Herald"]
    hops = [(hop.name, hop.resolution) for hop in trace.chains[copy.attribution_id].hops]
    assert hops == [("Herald", "held"), ("Norland Press Agency", "held"), ("An official", "unnamed")]
    assert (trace.origins.at_least, trace.origins.at_most) == (1, 1)


def test_the_same_outlets_later_article_of_the_same_text_is_an_edition(store: Store) -> None:
    trace_of(store, page("Herald", STORY), page("Herald", STORY + "More soon.", day=4, path="2"))
    assert derived(store) == [("edition", None)]


def test_reading_again_leaves_the_same_rows(store: Store) -> None:
    pages = [page("Norland Press Agency", STORY), page("Herald", STORY + OWN[:200], day=4)]
    for each in [*pages, *pages, replace(pages[0])]:
        add_page(store, each)
    assert derived(store) == [("edited_copy", None)]
    with store.reading() as connection:
        assert len(connection.execute(select(schema.text_overlaps)).all()) == 1


def kinds(store: Store) -> dict[str, tuple[str, str | None]]:
    """Of each copy, by its outlet, the kind and what it was made from."""
    (claim,) = list_claims(store)
    trace = trace_by_id(store, show_id(Kind.CLAIM, claim.claim_id))
    outlets = {item.version.version_id: item.version.outlet or "" for item in trace.evidence.members}
    return {outlets[row.version_id]: (row.kind, row.from_name or row.from_url) for row in trace.derivations}


def test_a_release_is_whose_it_is_about_whoever_was_first(store: Store) -> None:
    text = f"Kestrel Foods opens a museum. {STORY}"
    add_page(store, page("Herald", text, day=2))
    add_page(store, page("Kestrel Foods", text, day=3))
    add_page(store, page("Ledger", text + OWN[:200], day=4))
    release = "https://kestrel-foods.example/1"
    assert kinds(store) == {"Herald": ("press_release", release), "Ledger": ("press_release", release)}


def test_what_a_service_for_releases_carries_is_one_by_its_mark(store: Store) -> None:
    add_page(store, page("Herald", f"VELDEN, May 3 /PRNewswire/ -- {STORY}"))
    assert kinds(store) == {"Herald": ("press_release", "PRNewswire")}


def test_a_credited_copy_points_at_the_agency_s_article_once_that_is_held(store: Store) -> None:
    text = f"VELDEN (NPA) - {STORY}"
    add_page(store, page("Herald", text))
    add_page(store, page("Ledger", text))
    assert kinds(store) == {"Herald": ("wire_copy", "NPA"), "Ledger": ("wire_copy", "NPA")}
    add_page(store, page("Norland Press Agency", text, day=2))
    held = "https://norland-press-agency.example/1"
    assert kinds(store) == {"Herald": ("wire_copy", held), "Ledger": ("wire_copy", held)}


def test_an_outlet_that_writes_of_itself_issues_no_release(store: Store) -> None:
    text = f"Gadgets Daily has learned of it. {STORY}"
    add_page(store, page("Gadgets Daily", text))
    add_page(store, page("Herald", text, day=4))
    assert kinds(store) == {}
