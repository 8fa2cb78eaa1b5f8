"""On hand-built parses, where the parser's own mistakes are to be put right."""

from __future__ import annotations

from typing import Any

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from nlp.annotation import Span
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


def test_a_line_end_begins_a_sentence(pipeline: Language) -> None:
    text = "The mayor of\nPort Ellis\u2028closed it"
    doc = mark_paragraphs(pipeline.make_doc(text))
    assert [token.text for token in doc if token.is_sent_start and token.i] == ["Port", "closed"]
