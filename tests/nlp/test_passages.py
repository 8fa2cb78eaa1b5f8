"""On hand-built parses, where the parser's own mistakes are to be put right."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from nlp.annotation import Span
from nlp.attributions import bound_nested, find_attributions
from nlp.frames import Frame
from nlp.passages import Passage
from nlp.reader import mark_paragraphs


def build_doc(pipeline: Language, words: str, **annotation: Any) -> Doc:
    """A `Doc` of the words, with no space before a comma or full stop."""
    tokens = words.split(" ")
    spaces = [following not in (",", ".") for following in (*tokens[1:], ".")]
    return Doc(pipeline.vocab, words=tokens, spaces=spaces, **annotation)


def test_a_sentence_does_not_begin_behind_a_plain_word(pipeline: Language) -> None:
    starts = [True, False, False, True, False, False, False, False, True, False, False]
    words = "It went to Kestrel , Reuters said . It rained ."
    passage = Passage(build_doc(pipeline, words, sent_starts=starts))
    assert [passage.text[slice(*passage.sentence_at(at))] for at in (15, 35)] == [
        "It went to Kestrel, Reuters said.",
        "It rained.",
    ]


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("He said no.", " no.", "no"),
        ("He named the U.S.", "the U.S.", "the U.S."),
        ('He said, "No, go."', '"No, go', '"No, go."'),
        ('"One. Two," he said.', "Two", "Two"),
        ("He said — no —", " — no —", "no"),
    ],
)
def test_a_content_is_fitted_to_quotations_and_punctuation(
    pipeline: Language, text: str, part: str, expected: str
) -> None:
    start = text.index(part)
    span = Passage(pipeline(text)).fit(Span(start, start + len(part)))
    assert text[span.start : span.end] == expected


def test_a_noun_that_the_parser_drew_into_the_sentence_before_it_is_the_source(pipeline: Language) -> None:
    doc = build_doc(
        pipeline,
        "Engineers copied the drawings , the report said .",
        tags=["NNS", "VBD", "DT", "NNS", ",", "DT", "NN", "VBD", "."],
        heads=[7, 0, 3, 1, 3, 6, 3, 7, 7],
        deps=["nsubj", "acl", "det", "dobj", "punct", "det", "appos", "ROOT", "punct"],
    )
    (frame,) = find_attributions(Passage(doc))
    assert [doc.text[slice(*spans[0])] for spans in (frame.source, frame.cue, frame.content)] == [
        "the report",
        "said",
        "Engineers copied the drawings",
    ]


def test_a_content_ends_before_what_reports_it() -> None:
    text = "A said that X, B reported."
    inner = Frame(source=(Span(0, 1),), cue=(Span(2, 6),), content=(Span(7, 25),), confidence=0.5)
    outer = Frame(source=(Span(15, 16),), cue=(Span(17, 25),), content=(Span(0, 13),), confidence=0.5)
    bounded = bound_nested([inner, outer])
    assert [text[slice(*frame.content[0])] for frame in bounded] == ["that X", "A said that X"]


def test_a_line_end_begins_a_sentence(pipeline: Language) -> None:
    text = "The mayor of\nPort Ellis\u2028closed it"
    doc = mark_paragraphs(pipeline.make_doc(text))
    assert [token.text for token in doc if token.is_sent_start and token.i] == ["Port", "closed"]
