"""Claims in other words: joined, kept apart, the same in any order of arrival, and after a person's decision."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from graph import schema
from graph.annotating import save_annotation
from graph.decisions import Decision, DecisionAction, DecisionKind, decide, undo
from graph.linking import Linker, count_unlinked
from graph.store import Store
from nlp.sentences import SentenceEncoder
from tests.graph.world import NOW, Page, Said, add_page, annotate

LEAKED = "The Orsk battery plant leaked 400 litres of solvent into the Velde river"
IN_OTHER_WORDS = "About 400 litres of solvent from the Orsk battery plant leaked into the river Velde"
RIVAL = "The Orsk battery plant leaked 4,000 litres of solvent into the Velde river"
ASKED = "Did the Orsk battery plant leak 400 litres of solvent into the Velde river?"
DENIED = "The Orsk battery plant did not leak 400 litres of solvent into the Velde river"
STRANGER = "Norland's central bank left its main interest rate unchanged at its meeting"
ALL = (LEAKED, IN_OTHER_WORDS, RIVAL, ASKED, DENIED, STRANGER)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def page_of(text: str) -> Page:
    return Page(
        url=f"https://a.example/{ALL.index(text) if text in ALL else abs(hash(text))}",
        outlet=f"Outlet {ALL.index(text) if text in ALL else text[:5]}",
        text=f"Ada Brandt said {text}",
        said=(Said(source="Ada Brandt", cue="said", content=text),),
        people=("Ada Brandt",),
    )


def link(store: Store, encoder: SentenceEncoder, *texts: str, path: Path | None = None) -> None:
    for text in texts:
        add_page(store, page_of(text))
    linker = Linker(store, encoder, index_path=path)
    for _ in linker.link_new():
        pass
    linker.save_index()


def judgement(action: DecisionAction, left: int, right: int) -> Decision:
    return Decision(kind=DecisionKind.CLAIM, action=action, left_id=left, right_id=right, who="ada", why="read both")


def groups(store: Store) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    with store.reading() as connection:
        for row in connection.execute(select(schema.claims)):
            found.setdefault(row.canonical_id, set()).add(row.text)
    return {frozenset(group) for group in found.values()}


def id_of(store: Store, text: str) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(schema.claims.c.id).where(schema.claims.c.text == text)).scalar_one())


def test_the_same_in_other_words_is_one_claim_and_a_stranger_is_none_of_it(
    store: Store, encoder: SentenceEncoder
) -> None:
    link(store, encoder, LEAKED, IN_OTHER_WORDS, STRANGER)
    assert groups(store) == {frozenset({LEAKED, IN_OTHER_WORDS}), frozenset({STRANGER})}


def test_another_number_is_a_rival_and_no_join(store: Store, encoder: SentenceEncoder) -> None:
    link(store, encoder, LEAKED, RIVAL)
    assert len(groups(store)) == 2
    with store.reading() as connection:
        (row,) = connection.execute(select(schema.claim_links)).all()
    assert (row.relation, row.reasons) == ("rival", ["400 against 4,000"])


def test_a_question_is_not_joined_with_its_answer(store: Store, encoder: SentenceEncoder) -> None:
    link(store, encoder, LEAKED, ASKED)
    assert len(groups(store)) == 2


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_arrival_gives_the_same_claims(store: Store, encoder: SentenceEncoder, seed: int) -> None:
    order = list(ALL)
    random.Random(seed).shuffle(order)
    half = seed % len(order)
    link(store, encoder, *order[:half])
    link(store, encoder, *order[half:])
    joined = frozenset({LEAKED, IN_OTHER_WORDS, DENIED})
    assert groups(store) == {joined, frozenset({RIVAL}), frozenset({ASKED}), frozenset({STRANGER})}


def test_linking_again_changes_nothing(store: Store, encoder: SentenceEncoder) -> None:
    link(store, encoder, *ALL)
    before = groups(store)
    assert count_unlinked(store) == 0
    link(store, encoder)
    assert groups(store) == before


def test_a_split_and_a_merge_hold_when_an_article_is_read_again_and_can_be_undone(
    store: Store, encoder: SentenceEncoder
) -> None:
    link(store, encoder, *ALL)
    before = groups(store)
    left, right, other = id_of(store, LEAKED), id_of(store, IN_OTHER_WORDS), id_of(store, STRANGER)
    numbers = [
        decide(store, judgement(action, left, side), now=NOW)
        for action, side in ((DecisionAction.SPLIT, right), (DecisionAction.MERGE, other))
    ]
    decided = groups(store)
    assert any({LEAKED, STRANGER} <= group and IN_OTHER_WORDS not in group for group in decided)
    for text in (LEAKED, IN_OTHER_WORDS, STRANGER):
        version = add_page(store, page_of(text))
        save_annotation(store, version, annotate(page_of(text)), pipeline_version="another", now=NOW)
    link(store, encoder)
    assert groups(store) == decided
    for number in numbers:
        undo(store, number, who="ben", now=NOW)
    assert groups(store) == before


def test_what_an_article_no_longer_says_leaves_the_others_joined(store: Store, encoder: SentenceEncoder) -> None:
    link(store, encoder, LEAKED, IN_OTHER_WORDS, STRANGER)
    version = add_page(store, page_of(LEAKED))
    nothing = annotate(Page(url="x", outlet=None, text="x", said=()))
    save_annotation(store, version, nothing, pipeline_version="another", now=NOW)
    assert groups(store) == {frozenset({IN_OTHER_WORDS}), frozenset({STRANGER})}


@pytest.mark.parametrize("damage", ["none", "lost", "broken", "old"])
def test_the_index_beside_the_store_may_be_lost_broken_or_old(
    store: Store, encoder: SentenceEncoder, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "claims.index"
    link(store, encoder, STRANGER, path=path)
    old = path.read_bytes()
    link(store, encoder, LEAKED, path=path)
    if damage == "lost":
        path.unlink()
    elif damage == "broken":
        path.write_bytes(b"no index at all")
    elif damage == "old":
        path.write_bytes(old)
    link(store, encoder, IN_OTHER_WORDS, path=path)
    assert frozenset({LEAKED, IN_OTHER_WORDS}) in groups(store)


def test_a_claim_that_left_the_store_is_not_found_in_the_index(
    store: Store, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "claims.index"
    link(store, encoder, LEAKED, path=path)
    with store.writing() as connection:
        connection.execute(delete(schema.claim_members))
        connection.execute(delete(schema.claims))
    link(store, encoder, IN_OTHER_WORDS, path=path)
    assert groups(store) == {frozenset({IN_OTHER_WORDS})}


@pytest.mark.parametrize(
    "text",
    [
        "He said the plant would close this year",
        "The company would appeal against the ruling",
        "No comment",
        "It was a mistake",
    ],
)
def test_what_needs_the_text_around_it_is_joined_with_nothing(
    store: Store, encoder: SentenceEncoder, text: str
) -> None:
    link(store, encoder, text)
    with store.reading() as connection:
        vectors = connection.execute(select(schema.claim_vectors.c.vector)).scalars().all()
    assert set(vectors) <= {None}
