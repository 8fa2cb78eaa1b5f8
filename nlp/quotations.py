"""Quotations of a text, from its quotation marks alone, and what they make of a content.

A quotation does not leave its paragraph. By convention one that goes on in the next paragraph is not closed
in the first and opened again in the second; both are then quotations. A mark without its partner is no
quotation: a stray one must not turn the rest of the text inside out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from nlp.annotation import QuotationType, Span

OPENING = "“„«‘"
CLOSING = "”»’"
PARAGRAPH = re.compile(r"[^\r\n\u2028\u2029]+")
# Doubled single marks are how some agencies write double ones.
DOUBLE = re.compile(r"[“”„«»\"]|''|``|‘‘|’’")
# An apostrophe also ends a plural possessive or starts a clipped word, so a single mark opens only before a
# word that follows a gap, and closes only before a gap.
SINGLE = re.compile(
    r"(?:(?<=[\s(\[—–-])|^)[‘'](?=\w)[^‘\r\n]{0,300}?(?<=[\w.,!?…])[’'](?=[\s.,;:!?)\]—–-]|$)", re.MULTILINE
)
MARKS = re.compile(r"[“”„«»\"‘’'`]+")


def find_quotations(text: str) -> list[Span]:
    """The quotations with their marks, in text order, disjoint; one within another is part of it."""
    quotations: list[Span] = []
    open_ended: list[Span] = []
    for paragraph in PARAGRAPH.finditer(text):
        closed, unclosed = _read_paragraph(text, *paragraph.span())
        if open_ended and _starts_quoted(text, paragraph.start()):
            quotations += open_ended
        open_ended = [] if unclosed is None else [unclosed]
        quotations += closed
    doubles = sorted(quotations)
    return sorted([*doubles, *_find_singles(text, doubles)])


def classify_quotation(text: str, content: Iterable[Span], quotations: Sequence[Span]) -> QuotationType:
    """Say whether all, some or none of the words of a content stand in quotation marks.

    `quotations` are those of the text, in order and disjoint.
    """
    quoted = words = 0
    for span in content:
        first = bisect_right(quotations, span.start, key=_get_end)
        last = bisect_left(quotations, span.end, key=_get_start)
        for word in re.finditer(r"\w+", text[span.start : span.end]):
            words += 1
            at = span.start + word.start()
            quoted += any(start <= at < end for start, end in quotations[first:last])
    if not quoted:
        return QuotationType.INDIRECT
    return QuotationType.DIRECT if quoted == words else QuotationType.MIXED


def _get_start(span: Span) -> int:
    return span.start


def _get_end(span: Span) -> int:
    return span.end


def _read_paragraph(text: str, start: int, end: int) -> tuple[list[Span], Span | None]:
    """The closed quotations of one paragraph, and the one that runs to its end if it does."""
    closed: list[Span] = []
    opened: int | None = None
    for mark in DOUBLE.finditer(text, start, end):
        opens = _can_open(text, mark, end)
        if opened is None or (opens and not _can_close(text, mark, start)):
            opened = mark.start() if opens else None
        elif _can_close(text, mark, start):
            closed.append(Span(opened, mark.end()))
            opened = None
    return closed, None if opened is None else Span(opened, end)


def _can_open(text: str, mark: re.Match[str], end: int) -> bool:
    if mark[0][0] in CLOSING or mark.end() >= end or text[mark.end()].isspace():
        return False
    return mark[0][0] in OPENING or mark.start() == 0 or not text[mark.start() - 1].isalnum()


def _can_close(text: str, mark: re.Match[str], start: int) -> bool:
    return mark[0][0] not in OPENING and mark.start() > start and not text[mark.start() - 1].isspace()


def _starts_quoted(text: str, start: int) -> bool:
    return DOUBLE.match(text, start) is not None


def _find_singles(text: str, doubles: list[Span]) -> Iterator[Span]:
    position = 0
    for match in SINGLE.finditer(text):
        while position < len(doubles) and doubles[position].end <= match.start():
            position += 1
        if position == len(doubles) or match.end() <= doubles[position].start:
            yield Span(*match.span())
