"""Spans that a finder ended in the middle of a noun phrase: "exfiltrating a large | amount of data", "an OpenAI |
spokesperson". No reader would; the parse tells where the phrase ends."""

from __future__ import annotations

from dataclasses import replace

from nlp.annotation import Span
from nlp.clauses import end_of
from nlp.frames import Frame, order_spans, subtract_spans
from nlp.passages import Passage

# What stands before its noun.
MODIFIERS = frozenset({"det", "amod", "compound", "nummod", "poss", "case", "quantmod", "nmod"})
CLIMB_LIMIT = 6  # links


def end_phrases(passage: Passage, frame: Frame) -> Frame:
    """The frame with the last noun phrase of its source, and of its content with all that hangs on the noun, whole."""
    source = tuple(_end_phrase(passage, span, is_deep=False) for span in frame.source)
    content = tuple(_end_phrase(passage, span, is_deep=True) for span in frame.content)
    if (source, content) == (frame.source, frame.content):
        return frame
    source = subtract_spans(order_spans(source), [*frame.cue, *frame.content])
    content = subtract_spans(order_spans(content), [*frame.cue, *source])
    return replace(frame, source=source, content=content) if content else frame


def _end_phrase(passage: Passage, span: Span, *, is_deep: bool) -> Span:
    tokens = passage.tokens_between(span.start, span.end)
    if not tokens:
        return span
    last = top = tokens[-1]
    for _ in range(CLIMB_LIMIT):
        if top.dep_ not in MODIFIERS or top.head.i <= top.i:
            break
        top = top.head
    if top.i == last.i or top.tag_[:1] != "N":
        return span
    whole = passage.trim(Span(span.start, end_of(top.right_edge if is_deep else top)))
    return Span(span.start, max(span.end, min(whole.end, passage.sentence_at(last.idx).end)))
