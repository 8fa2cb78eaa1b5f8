"""Long texts cut into pieces that are parsed one at a time, so that memory does not grow with the text."""

from __future__ import annotations

from collections.abc import Iterator

PIECE_CHARACTERS = 50_000  # spaCy holds some 4 MB for each 1,000 characters while it parses
PARAGRAPH_ENDS = "\n\r\u2028\u2029"


def cut_text(text: str, limit: int = PIECE_CHARACTERS) -> Iterator[tuple[int, str]]:
    """Yield `(offset, piece)` of at most `limit` characters that together are the text.

    Cut after the last paragraph end that fits, else after the last sentence end or space, else anywhere.
    """
    start = 0
    while len(text) - start > limit:
        end = _find_cut(text, start, start + limit)
        yield start, text[start:end]
        start = end
    if start < len(text):
        yield start, text[start:]


def _find_cut(text: str, start: int, latest: int) -> int:
    at = max(text.rfind(mark, start, latest) for mark in PARAGRAPH_ENDS)
    for mark in (". ", " "):
        if at < 0:
            at = text.rfind(mark, start, latest)
    return latest if at < 0 else at + 1
