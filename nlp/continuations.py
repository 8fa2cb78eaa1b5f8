"""Quotations that go on without a cue: a paragraph, or the rest of one, that is nothing but a quotation, after words of
somebody. By the convention of news writing the same speaker goes on.

The continuation is an attribution of its own, with the source's words and no cue: what is said there is not denied,
even if the sentence before was a denial. Where the finder gave such a paragraph to an attribution that asserts, it
stays there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp.annotation import Span, Stance
from nlp.frames import Frame, hull, order_spans, subtract_spans
from nlp.passages import Passage
from nlp.publications import is_publication
from nlp.stances import read_meaning

CONFIDENCE = 0.8  # of what it continues
FEWEST_WORDS = 3  # of a quotation that says something
MOST_PARAGRAPHS = 20  # that go on one after another
PLAIN = frozenset({Stance.ASSERTS, Stance.RELAYS})


def continue_quotations(passage: Passage, frames: Sequence[Frame]) -> list[Frame]:
    """The frames with those that they go on in."""
    frames = [one for frame in frames for one in _split_off(passage, frame)]
    covered = order_spans(span for frame in frames for span in frame.content)
    return [*frames, *_find_continuations(passage, frames, covered)]


def _split_off(passage: Passage, frame: Frame) -> Iterator[Frame]:
    """A frame, and apart from it paragraphs of quotation that it only goes on in, if they do not share its stance."""
    if not frame.cue or not frame.source or read_meaning(passage.text, frame.cue).stance in PLAIN:
        yield frame
        return
    own = passage.paragraph_number(frame.cue[0].start)
    apart = [span for span in frame.content if passage.paragraph_number(span.start) > own and _is_quoted(passage, span)]
    if not apart or len(apart) == len(frame.content):
        yield frame
        return
    yield replace(frame, content=subtract_spans(frame.content, apart))
    yield _continue(frame, tuple(apart))


def _is_quoted(passage: Passage, span: Span) -> bool:
    quotation = passage.quotation_at(span.start + 1)
    return quotation is not None and quotation.start <= span.start and span.end <= quotation.end + 1


def _continue(frame: Frame, content: tuple[Span, ...]) -> Frame:
    return Frame(
        source=frame.source, cue=(), content=content, within=frame.within, confidence=frame.confidence * CONFIDENCE
    )


def _find_continuations(passage: Passage, frames: Sequence[Frame], covered: Sequence[Span]) -> Iterator[Frame]:
    last: Frame | None = None  # the one whose words a paragraph ended with
    gone_on = 0
    by_paragraph: dict[int, list[Frame]] = {}
    for frame in frames:
        if frame.cue and frame.source:
            by_paragraph.setdefault(passage.paragraph_number(frame.cue[0].start), []).append(frame)
    covering = _index_paragraphs(passage, covered)
    for number, paragraph in enumerate(passage.paragraphs):
        own = by_paragraph.get(number, [])
        quotation = None if own or number in covering else _find_whole_quotation(passage, paragraph)
        if quotation is not None and last is not None and gone_on < MOST_PARAGRAPHS:
            gone_on += 1
            yield _continue(last, tuple(passage.split_lines(quotation)))
            continue
        if not own:
            # A quotation that the finder gave to the one before: he may go on after it.
            is_his = last is not None and number in covering and _find_whole_quotation(passage, paragraph) is not None
            last = last if is_his else None
            continue
        gone_on = 0
        rest = _find_rest(passage, own, paragraph)
        last = _find_last(passage, own, passage.trim(paragraph).end if rest is None else rest.start)
        if rest is not None and last is not None and _quotes(passage, last):
            yield _continue(last, tuple(passage.split_lines(rest)))


def _index_paragraphs(passage: Passage, spans: Sequence[Span]) -> frozenset[int]:
    """The numbers of the paragraphs that the spans lie in, which hold no line end."""
    return frozenset(passage.paragraph_number(span.start) for span in spans)


def _find_whole_quotation(passage: Passage, paragraph: Span) -> Span | None:
    """The quotation that a paragraph is, or `None`."""
    words = passage.trim(paragraph)
    quotation = passage.quotation_at(words.start + 1) if words.end - words.start > 1 else None
    if quotation is None or quotation.start > words.start or quotation.end < words.end:
        return None
    inside = Span(quotation.start, min(quotation.end, paragraph.end))
    return inside if _says_something(passage, inside) else None


def _find_last(passage: Passage, frames: Sequence[Frame], end: int) -> Frame | None:
    """The attribution in the sentence before `end`: of several the last one that stands in no other; no outlet's."""
    sentence = passage.sentence_at(max(0, _skip_space(passage.text, end)))
    at_end = [frame for frame in frames if hull((*frame.source, *frame.cue, *frame.content)).end > sentence.start]
    at_end = [frame for frame in at_end if not _stands_in_another(frame, frames)]
    frame = max(at_end, key=lambda frame: frame.cue[0].start, default=None)
    if frame is None or any(is_publication(passage.text[span.start : span.end]) for span in frame.source):
        return None
    return frame


def _skip_space(text: str, end: int) -> int:
    """The place of the last character before `end` that is no space."""
    at = end - 1
    while at > 0 and text[at].isspace():
        at -= 1
    return at


def _stands_in_another(frame: Frame, frames: Sequence[Frame]) -> bool:
    cue = frame.cue[0]
    return any(
        span.start <= cue.start and cue.end <= span.end
        for other in frames
        if other is not frame
        for span in other.content
    )


def _find_rest(passage: Passage, frames: Sequence[Frame], paragraph: Span) -> Span | None:
    """The quotation that a paragraph ends with, in sentences of its own and in nobody's content."""
    end = passage.trim(paragraph).end
    taken = hull([span for frame in frames for span in (*frame.source, *frame.cue, *frame.content)]).end
    quotation = passage.quotation_at(end - 1)
    if quotation is None or quotation.start < taken or quotation.end < end - 1:
        return None
    if passage.text[quotation.start] in "'‘":
        return None  # a heading, or a quotation in one
    if passage.text[taken : quotation.start].strip(' .!?,”"’\xa0') or not _says_something(passage, quotation):
        return None
    return quotation


def _quotes(passage: Passage, frame: Frame) -> bool:
    return any(passage.quotation_at(span.start + 1) is not None for span in frame.content)


def _says_something(passage: Passage, quotation: Span) -> bool:
    return len(passage.tokens_between(*quotation)) >= FEWEST_WORDS
