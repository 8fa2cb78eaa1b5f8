"""What stands beside a claim: rivals and updates; who says the opposite denies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph.browsing import trace_by_id
from graph.decisions import merge_claims, split_claim, undo
from graph.errors import NotFound
from graph.ids import Kind, show_id
from graph.linking import Linker
from graph.store import Store
from graph.trace import Trace
from nlp.annotation import Stance
from nlp.sentences import SentenceEncoder
from tests.graph.test_linking import DENIED, IN_OTHER_WORDS, LEAKED, RIVAL, STRANGER, groups, id_of
from tests.graph.world import NOW, Page, Said, add_page


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def said(source: str, text: str, *, day: int) -> Page:
    return Page(
        url=f"https://a.example/{source[:3]}/{day}",
        outlet=f"Outlet {day}",
        text=f"{source} said {text}",
        said=(Said(source=source, cue="said", content=text),),
        people=(source,),
        organisations=tuple(name for name in ("Orsk", "Velde") if name in text),
        published_at=datetime(2026, 3, day, 9, tzinfo=UTC),
    )


def trace_of(store: Store, encoder: SentenceEncoder, text: str, *pages: Page) -> Trace:
    for page in pages:
        add_page(store, page)
    for _ in Linker(store, encoder).link_new():
        pass
    return trace_by_id(store, show_id(Kind.CLAIM, id_of(store, text)))


def test_another_source_with_another_number_is_a_rival(store: Store, encoder: SentenceEncoder) -> None:
    pages = said("Ada Brandt", LEAKED, day=3), said("Ben Okafor", RIVAL, day=4)
    (related,) = trace_of(store, encoder, LEAKED, *pages).related
    assert (related.kind, related.text, related.reason) == ("rival", RIVAL, "400 against 4,000")


def test_the_same_source_with_a_later_number_updates_it(store: Store, encoder: SentenceEncoder) -> None:
    pages = said("Ada Brandt", LEAKED, day=3), said("Ada Brandt", RIVAL, day=4)
    (related,) = trace_of(store, encoder, LEAKED, *pages).related
    assert related.kind == "update"


def test_who_asserts_the_negation_denies(store: Store, encoder: SentenceEncoder) -> None:
    pages = (
        said("Ada Brandt", LEAKED, day=3),
        said("Kestrel Vahl", DENIED, day=4),
        said("Ben Okafor", IN_OTHER_WORDS, day=5),
    )
    trace = trace_of(store, encoder, LEAKED, *pages)
    assert [(item.source_name, item.stance) for item in trace.denials] == [("Kestrel Vahl", Stance.DENIES)]
    assert (trace.origins.at_least, trace.denial_origins.at_least) == (2, 1)


def test_what_is_split_off_comes_back_by_an_undo(store: Store, encoder: SentenceEncoder) -> None:
    trace = trace_of(
        store, encoder, LEAKED, said("Ada Brandt", LEAKED, day=3), said("Ben Okafor", IN_OTHER_WORDS, day=4)
    )
    before = groups(store)
    claim = show_id(Kind.CLAIM, trace.evidence.claim_id)
    other = next(item for item in trace.evidence.members if trace.evidence.text not in item.words)
    number = split_claim(store, claim, show_id(Kind.ATTRIBUTION, other.attribution_id), who="ada", why="", now=NOW)
    assert len(groups(store)) == 2
    undo(store, number, who="ada", now=NOW)
    assert groups(store) == before


def test_a_claim_cannot_be_merged_with_itself_nor_split_from_its_own_words(
    store: Store, encoder: SentenceEncoder
) -> None:
    trace = trace_of(store, encoder, LEAKED, said("Ada Brandt", LEAKED, day=3), said("Ben Okafor", STRANGER, day=4))
    claim = show_id(Kind.CLAIM, trace.evidence.claim_id)
    own = show_id(Kind.ATTRIBUTION, trace.evidence.members[0].attribution_id)
    with pytest.raises(NotFound, match="one claim already"):
        merge_claims(store, claim, claim[:8], who="ada", why="", now=NOW)
    with pytest.raises(NotFound, match="just these words"):
        split_claim(store, claim, own, who="ada", why="", now=NOW)
    merge_claims(store, claim, show_id(Kind.CLAIM, id_of(store, STRANGER)), who="ada", why="", now=NOW)
    assert len(groups(store)) == 1
