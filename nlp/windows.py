"""Texts cut into words, and words into windows that an encoder reads at one go.

Shared by the run time and by `training/`, so that a model reads as it was taught. Knows words, word pieces and
paragraphs; what is looked for in them is known elsewhere. Offsets count code points, half-open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from tokenizers import Tokenizer

from nlp.annotation import Span

WORD = re.compile(r"\w+|[^\w\s]")
PARAGRAPH_END = re.compile(r"[\r\n\u2028\u2029]")
SENTENCE_END = re.compile(r"[.!?…]")
WINDOW_PIECES = 320  # with the marks at both ends and between paragraphs
# 40 cost a seventh less, and 0.4 of cue F1 on dev.
CONTEXT_PIECES = 80  # of the window before that a window may read again
WORD_PIECES = 12  # of one word that are read; the vector of a word is that of its first
MARKS_AT_ENDS = 2


class Case(IntEnum):
    """How a word is written: the encoder's vocabulary has lower case only, so this goes beside it."""

    LOWER = 0
    TITLE = 1
    UPPER = 2
    MIXED = 3


class Marks(NamedTuple):
    """Pieces of the vocabulary that stand for no word."""

    begin: int  # of a window
    end: int  # of a window and of a paragraph
    unknown: int  # a word that the vocabulary cannot spell


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one text with what the encoder needs of each; the tuples run parallel."""

    spans: tuple[Span, ...]
    pieces: tuple[tuple[int, ...], ...]  # ids in the encoder's vocabulary, at least one
    cases: tuple[Case, ...]
    paragraphs: tuple[int, ...]  # number of the paragraph, never falling


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Words `[start, end)` as the encoder reads them."""

    start: int
    end: int
    ids: tuple[int, ...]
    types: tuple[int, ...]  # a `Case` for each id
    first: tuple[int, ...]  # for each word the index of its first piece in `ids`


@lru_cache(maxsize=20_000)
def find_case(word: str) -> Case:
    if not any(char.isupper() for char in word):
        return Case.LOWER
    if word[0].isupper() and not any(char.isupper() for char in word[1:]):
        return Case.TITLE
    return Case.UPPER if not any(char.islower() for char in word) else Case.MIXED


def find_marks(tokenizer: Tokenizer) -> Marks:
    ids = [tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[UNK]")]
    if None in ids:
        raise ValueError("the tokenizer is not one of BERT's: it lacks [CLS], [SEP] or [UNK]")
    return Marks(*(number for number in ids if number is not None))


def find_words(text: str, tokenizer: Tokenizer) -> Words:
    """Split a text into words and these into pieces. `tokenizer` neither cuts off nor pads."""
    spans = [Span(*match.span()) for match in WORD.finditer(text)]
    forms = [text[start:end] for start, end in spans]
    pieces: list[list[int]] = [[] for _ in forms]
    if forms:
        encoding = tokenizer.encode(forms, is_pretokenized=True, add_special_tokens=False)
        for number, piece in zip(encoding.word_ids, encoding.ids, strict=True):
            if number is not None:
                pieces[number].append(piece)
    unknown = find_marks(tokenizer).unknown
    return Words(
        spans=tuple(spans),
        pieces=tuple(tuple(ids[:WORD_PIECES]) or (unknown,) for ids in pieces),
        cases=tuple(map(find_case, forms)),
        paragraphs=_number_paragraphs(text, spans),
    )


def _number_paragraphs(text: str, spans: Sequence[Span]) -> tuple[int, ...]:
    numbers: list[int] = []
    number, end = 0, 0
    for span in spans:
        if span.start - end > 1 or text[end : span.start] != " ":
            number += bool(numbers and PARAGRAPH_END.search(text, end, span.start))
        numbers.append(number)
        end = span.end
    return tuple(numbers)


def cut_windows(
    text: str,
    words: Words,
    *,
    limit: int = WINDOW_PIECES,
    context: int = CONTEXT_PIECES,
    first_limit: int | None = None,
) -> list[tuple[int, int]]:
    """Ranges of words of at most `limit` pieces that together hold all words, in order.

    A window ends at a paragraph's end if it holds one, else at a sentence's, and begins with up to `context` pieces
    of whole paragraphs (else words) of the one before. `first_limit` is the first window's own limit: training
    varies it, so that edges fall elsewhere in each epoch.
    """
    sizes = [len(pieces) for pieces in words.pieces]
    for number in range(1, len(sizes)):
        sizes[number] += words.paragraphs[number] != words.paragraphs[number - 1]
    ranges: list[tuple[int, int]] = []
    start = fresh = 0  # `fresh`: the first word that no window has yet
    room = (limit if first_limit is None else first_limit) - MARKS_AT_ENDS
    while fresh < len(sizes):
        end = _fill(sizes, start, room)
        if end < len(sizes):
            end = _step_back(text, words, fresh, end)
        ranges.append((start, end))
        start, fresh = _find_context(words, sizes, start, end, context), end
        room = limit - MARKS_AT_ENDS
    return ranges


def _fill(sizes: Sequence[int], start: int, room: int) -> int:
    end = start
    while end < len(sizes) and (room := room - sizes[end]) >= 0:
        end += 1
    return max(end, start + 1)


def _step_back(text: str, words: Words, fresh: int, end: int) -> int:
    """The last end of a paragraph, or in the second half of a sentence, in `(fresh, end]`; else `end`."""
    for at in range(end, fresh, -1):
        if words.paragraphs[at] != words.paragraphs[at - 1]:
            return at
    for at in range(end, (fresh + end) // 2, -1):
        span = words.spans[at - 1]
        if SENTENCE_END.match(text, span.start):
            return at
    return end


def _find_context(words: Words, sizes: Sequence[int], start: int, end: int, context: int) -> int:
    """Where the next window begins: at a paragraph of which it reads at most `context` pieces again."""
    at, room = end, context
    while at - 1 > start and (room := room - sizes[at - 1]) >= 0:
        at -= 1
    if end < len(words.spans) and words.paragraphs[end] == words.paragraphs[end - 1]:
        return at  # in the middle of a paragraph: what is near counts, not where it begins
    while at < end and words.paragraphs[at] == words.paragraphs[at - 1]:
        at += 1
    return at


def make_window(words: Words, start: int, end: int, marks: Marks) -> Window:
    """The encoder's input for words `[start, end)`: marks at both ends and between paragraphs."""
    ids, types, first = [marks.begin], [int(Case.LOWER)], []
    for number in range(start, end):
        if number > start and words.paragraphs[number] != words.paragraphs[number - 1]:
            ids.append(marks.end)
            types.append(Case.LOWER)
        first.append(len(ids))
        ids += words.pieces[number]
        types += [words.cases[number]] * len(words.pieces[number])
    ids.append(marks.end)
    types.append(Case.LOWER)
    return Window(start=start, end=end, ids=tuple(ids), types=tuple(types), first=tuple(first))
