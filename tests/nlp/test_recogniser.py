from __future__ import annotations

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from bench.gold import GOLD, read_gold_texts
from nlp.models import UNUSED_COMPONENTS, name_model
from nlp.reader import mark_paragraphs
from nlp.recogniser import NAME, list_moves, read_off

ODD_TEXTS = ["", " ", "\n\n", "Obama", "Barack\nObama", "In New York Times Square\u2028New York", "Mr. ", "$5"]
OTHER_MAKE = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": True,  # six words of the state in place of three
    "hidden_width": 8,
    "maxout_pieces": 2,
    "use_upper": True,
    "tok2vec": {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 8,
        "depth": 1,
        "embed_size": 100,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": False,
    },
}


@pytest.fixture(scope="module")
def texts() -> list[str]:
    whole = [gold.text for gold in read_gold_texts(GOLD)]
    in_lines = [text.replace(" ", "\n") for text in whole]  # sentences begin where names go on
    cut_off = [text[:at] for text in whole[:20] for at in range(20, 80, 5)]
    return [*ODD_TEXTS, *whole, *in_lines, *cut_off, *ODD_TEXTS]


def read(pipeline: Language, texts: list[str]) -> list[list[tuple[int, int, str]]]:
    docs = list(pipeline.pipe([mark_paragraphs(pipeline.make_doc(text)) for text in texts], batch_size=len(texts)))
    return [list_entities(doc) for doc in docs]


def list_entities(doc: Doc) -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label_) for entity in doc.ents]


def test_finds_what_spacys_own_finds(pipeline: Language, texts: list[str]) -> None:
    plain = spacy.load(name_model(), exclude=UNUSED_COMPONENTS)
    found = read(pipeline, texts)
    assert found == read(plain, texts)
    assert sum(map(len, found)) > 100


def test_words_outside_are_said_to_be(pipeline: Language) -> None:
    doc = pipeline("Obama spoke in New York.")
    assert [token.ent_iob_ for token in doc] == ["B", "O", "O", "B", "I", "O"]


def test_models_of_another_make_are_read_as_spacy_reads_them() -> None:
    found = []
    for factory in (NAME, "ner"):
        pipeline = spacy.blank("en")
        recogniser = pipeline.add_pipe(factory, name="ner", config={"model": OTHER_MAKE})
        recogniser.add_label("ORG")  # type: ignore[attr-defined]
        np.random.seed(1)
        pipeline.initialize()
        found.append(read(pipeline, ["Ann Lee of Kestrel spoke to Northwind.", "", "Yes."]))
    assert found[0] == found[1]


def test_moves_that_are_never_made_are_neither_begin_nor_unit() -> None:
    moves = list_moves(["M", "B-ORG", "B-GPE", "I-GPE", "I-ORG", "L-GPE", "L-ORG", "U-ORG", "U-", "O"])
    assert np.flatnonzero(moves.is_begin).tolist() == [1, 2]
    assert np.flatnonzero(moves.is_unit).tolist() == [7]
    assert np.flatnonzero(moves.is_outside).tolist() == [9]
    assert moves.inside[[1, 2]].tolist() == [4, 3]
    assert moves.last[[1, 2]].tolist() == [6, 5]


def test_what_begins_inside_another_is_none() -> None:
    ends = np.array([3, 9, 4, 4, 5, 6, 8, 8])
    found = read_off([0, 2, 3, 6], ends, ["ORG", "GPE", "GPE", "ORG"], [0, 5, 5, 8])
    assert found == [[(0, 3, "ORG"), (3, 4, "GPE")], [], [(1, 3, "ORG")]]
