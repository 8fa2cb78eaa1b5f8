"""Ranges of words as spans of characters, with edges where an annotator would set them.

Source: the guidelines of PolNeAR and its train split. There 5,604 contents end with a closing quotation mark and 216
right before one; 25 begin right behind an opening one; outside quotations 2 in 100 end with a full stop, most of
them of an abbreviation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from nlp.annotation import Span
from nlp.frames import order_spans
from nlp.pieces import PARAGRAPH_ENDS
from nlp.quotations import CLOSING, OPENING, PARAGRAPH

LOOSE = " \t\xa0,;:–—―-"
ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:Jr|Sr|Inc|Corp|Co|Ltd|No|etc|[ap]\.m))\.$")
LONGEST_ABBREVIATION = 6  # characters
# "NAIROBI: ", "ABUJA, Nigeria — ", "NEW DELHI (PTI) - ": where and by whom an article was written, nobody's words.
DATELINE = re.compile(
    r"[ \t]*[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){0,3}(?:, [A-Z][\w. ]{1,20}?)?(?: ?\([A-Z][\w. /]{1,20}\))?"
    r"(?::| ?[—–]| -) "
)
# "It was widely reported that", which nobody says; not "It was told that", where somebody was told.
# In PolNeAR's train split 21 of 21 such "it" are drawn as part of the cue, without a source.
SAID_BY_NOBODY = re.compile(
    r"(?:is|was|has been|had been|is being|was being)(?: (?:not|also|later|\w+ly))*"
    r" (?!told|informed|warned|asked|advised|assured|notified|charged|sued|fined|sentenced|ordered)\w+(?:ed|n|t)",
    re.IGNORECASE,
)
MARKS = frozenset(OPENING + CLOSING + "\"'")


def fit_content(text: str, spans: Iterable[Span], quotations: Sequence[Span]) -> tuple[Span, ...]:
    """Contents by paragraph, widened by the marks of quotations whose words they hold, without loose punctuation.

    `quotations` are those of the text (`nlp.quotations.find_quotations`), in order and disjoint.
    """
    fitted = (
        trim_content(text, widen(text, skip_dateline(text, part), quotations), quotations)
        for span in spans
        for part in split_paragraphs(text, span)
    )
    return order_spans(part for part in fitted if _has_word(text, part))


def fit_name(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sources by paragraph, without loose punctuation at the edges."""
    parts = (trim_loose(text, part) for span in spans for part in split_paragraphs(text, span))
    return order_spans(part for part in parts if _has_word(text, part))


def fit_cue(text: str, span: Span) -> tuple[Span, ...]:
    """The cue without loose punctuation, unless it is nothing else, as the colon of "Clinton: Not me" is."""
    trimmed = trim_loose(text, span)
    return (trimmed if _has_word(text, trimmed) else span,)


def join_empty_subject(text: str, source: tuple[Span, ...], cue: tuple[Span, ...]) -> tuple[Span, ...]:
    """The cue with the "it" of "it was reported" if that is the source, else the cue as it is."""
    if len(source) != 1 or len(cue) != 1 or text[slice(*source[0])].lower() != "it":
        return cue
    if text[source[0].end : cue[0].start].isspace() and SAID_BY_NOBODY.fullmatch(text, *cue[0]):
        return (Span(source[0].start, cue[0].end),)
    return cue


def split_paragraphs(text: str, span: Span) -> list[Span]:
    """The parts of a span in each paragraph, so that none holds a line end."""
    return [Span(*match.span()) for match in PARAGRAPH.finditer(text, span.start, span.end)]


def skip_dateline(text: str, span: Span) -> Span:
    """Cut off a dateline that a span begins with, if the paragraph begins with it too."""
    start = find_paragraph_start(text, span.start)
    dateline = DATELINE.match(text, start, span.end)
    if dateline is None or text[start : span.start].strip():
        return span
    return Span(min(dateline.end(), span.end), span.end)


def find_paragraph_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in PARAGRAPH_ENDS) + 1


def widen(text: str, span: Span, quotations: Sequence[Span]) -> Span:
    """Take in a mark, and the stop or comma before it, that stands between an edge and a quotation's own."""
    start, end = span
    number = bisect_right(quotations, start, key=_get_start) - 1
    if number >= 0 and start < quotations[number].end <= end + 2 and _is_marks(text, quotations[number].start, start):
        start = quotations[number].start
    number = bisect_right(quotations, end - 1, key=_get_start) - 1
    if number >= 0 and end <= quotations[number].end and quotations[number].start >= start - 1:
        behind = text[end : quotations[number].end]
        if len(behind) <= 3 and not any(char.isalnum() or char.isspace() for char in behind):
            end = quotations[number].end
    return Span(start, end)


def _is_marks(text: str, start: int, end: int) -> bool:
    return end - start <= 2 and all(char in MARKS for char in text[start:end])


def trim_content(text: str, span: Span, quotations: Sequence[Span]) -> Span:
    """Cut loose punctuation off both edges, and a full stop that is neither quoted nor an abbreviation's."""
    start, end = trim_loose(text, span)
    while start < end and (text[start] in "”»" or text[start] in ".?!") and text[start : start + 2] != "..":
        start += 1
        start, end = trim_loose(text, Span(start, end))
    while start < end and (text[end - 1] in "“„«" or _is_loose_stop(text, start, end, quotations)):
        start, end = trim_loose(text, Span(start, end - 1))
    return Span(start, end)


def _is_loose_stop(text: str, start: int, end: int, quotations: Sequence[Span]) -> bool:
    if text[end - 1] != "." or ABBREVIATION.search(text, max(start, end - LONGEST_ABBREVIATION), end) is not None:
        return False
    number = bisect_right(quotations, end - 1, key=_get_start) - 1
    return number < 0 or quotations[number].end < end


def trim_loose(text: str, span: Span) -> Span:
    """Cut white space, commas, dashes and the like off both edges; what is left may be empty."""
    start, end = span
    while start < end and (text[start] in LOOSE or text[start].isspace()):
        start += 1
    while start < end and (text[end - 1] in LOOSE or text[end - 1].isspace()):
        end -= 1
    return Span(start, end)


def _has_word(text: str, span: Span) -> bool:
    return any(char.isalnum() for char in text[span.start : span.end])


def _get_start(span: Span) -> int:
    return span.start
