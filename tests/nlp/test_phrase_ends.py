"""Spans that end in the middle of a noun phrase are ended where it ends, and none is ever cut short."""

from __future__ import annotations

import pytest
from spacy.language import Language

from nlp.annotation import Span
from nlp.frames import Frame
from nlp.passages import Passage
from nlp.phrase_ends import end_phrases

LEAK = "Brandt said the plant lost a large amount of solvent."


@pytest.mark.parametrize(
    ("text", "content", "whole"),
    [
        (LEAK, "the plant lost a large", "the plant lost a large amount of solvent"),
        (LEAK, "the plant lost", "the plant lost"),
        # Of two sentences the first must not be all that is left.
        (f"Brandt said it was late. She left. {LEAK}", "it was late. She left. Brandt said the plant lost a large",
         "it was late. She left. Brandt said the plant lost a large amount of solvent"),
    ],
)  # fmt: skip
def test_a_content_ends_with_its_last_phrase(pipeline: Language, text: str, content: str, whole: str) -> None:
    start = text.index(content)
    frame = Frame(source=(Span(0, 6),), cue=(Span(7, 11),), content=(Span(start, start + len(content)),), confidence=1)
    (span,) = end_phrases(Passage(pipeline(text)), frame).content
    assert text[slice(*span)] == whole


def test_a_source_ends_with_its_noun(pipeline: Language) -> None:
    text = "The leak was small, an OpenAI spokesperson in Paris said."
    frame = Frame(source=(Span(20, 29),), cue=(Span(52, 56),), content=(Span(0, 18),), confidence=1)
    (span,) = end_phrases(Passage(pipeline(text)), frame).source
    assert text[slice(*span)] == "an OpenAI spokesperson"
