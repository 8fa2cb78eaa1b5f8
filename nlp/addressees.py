"""To whom something was said: the object of a cue that takes one ("told the hearing"), or the noun after "said to"."""

from __future__ import annotations

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import find_child, phrase_of
from nlp.cues import load_cues
from nlp.frames import Frame, order_spans, subtract_spans
from nlp.passages import Passage

OBJECTS = frozenset({"dobj", "dative"})
ADDRESSED_BY = "to"


def find_addressee(passage: Passage, frame: Frame) -> tuple[Span, ...]:
    """The words that name who was told; nothing where the text does not say.

    `frame` lies in the passage. What is a part of its source, cue or content is no addressee.
    """
    for span in frame.cue:
        for token in passage.tokens_between(span.start, span.end):
            noun = _find_told(token)
            if noun is not None:
                words = passage.split_lines(phrase_of(noun))
                left = subtract_spans(words, [*frame.source, *frame.cue, *frame.content])
                return order_spans(span for span in map(passage.trim, left) if passage.has_words(span))
    return ()


def _find_told(verb: Token) -> Token | None:
    cue = load_cues().get(verb.lower_)
    if cue is None or not verb.tag_.startswith("V"):
        return None
    for child in verb.rights:
        if cue.has_addressee and child.dep_ in OBJECTS and child.lower_ != ADDRESSED_BY:
            return child
        if child.dep_ in ("prep", "dative") and child.lower_ == ADDRESSED_BY:
            return find_child(child, "pobj")
    return None
