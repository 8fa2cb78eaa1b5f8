"""Windows of annotated articles with the labels that a model is taught: what it reads and what it is to say."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tokenizers import Tokenizer

from nlp.annotation import Span
from nlp.decoding import Role, Tag
from nlp.windows import WINDOW_PIECES, Case, Marks, Window, Words, cut_windows, find_words, make_window
from training.corpus import Annotated, Article

SHORTEST_FIRST = 0.3  # of a window: how short the first of an article may be cut
CASE_LOST = 0.04  # of windows are read as if in capitals, and as many as if without any


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtCue:
    """One attribution of a window, in words counted from the window's first."""

    start: int
    end: int
    roles: tuple[int, ...] | None  # a `Role` a word; none if part of it lies outside the window, or it is no cue
    is_cue: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    window: Window
    tags: tuple[int, ...]  # a `Tag` a word
    cues: tuple[TaughtCue, ...]


@dataclass(frozen=True, slots=True)
class TokenizedArticle:
    article: Article
    words: Words


def tokenize(articles: Sequence[Article], tokenizer: Tokenizer) -> list[TokenizedArticle]:
    return [TokenizedArticle(article, find_words(article.text, tokenizer)) for article in articles]


def make_examples(articles: Sequence[TokenizedArticle], rng: random.Random, marks: Marks) -> Iterator[Example]:
    """One epoch: each word once, window edges anew, of each article one annotator's version, drawn at random."""
    for tokenized in articles:
        article, words = tokenized.article, tokenized.words
        annotated = rng.choice(article.versions)
        first_limit = int(WINDOW_PIECES * rng.uniform(SHORTEST_FIRST, 1.0))
        for start, end in cut_windows(article.text, words, context=0, first_limit=first_limit):
            window = make_window(words, start, end, marks)
            yield label_window(_vary_case(window, rng), words, annotated)


def _vary_case(window: Window, rng: random.Random) -> Window:
    drawn = rng.random()
    if drawn < CASE_LOST:
        return replace(window, types=(int(Case.UPPER),) * len(window.types))
    if drawn < 2 * CASE_LOST:
        return replace(window, types=(int(Case.LOWER),) * len(window.types))
    return window


def label_window(window: Window, words: Words, annotated: Sequence[Annotated]) -> Example:
    """The tags of a window's words, and the roles of each attribution whose cue lies in it whole."""
    tags = [int(Tag.OUTSIDE)] * (window.end - window.start)
    cues = []
    for one in annotated:
        cue = find_touched(words, one.cue)
        if not cue or cue[0] < window.start or cue[-1] >= window.end:
            continue
        for start, end in find_runs(cue):
            tags[start - window.start] = Tag.BEGIN
            tags[start - window.start + 1 : end - window.start] = [Tag.INSIDE] * (end - start - 1)
        start, end = find_runs(cue)[0]
        cues.append(
            TaughtCue(start=start - window.start, end=end - window.start, roles=_label_roles(window, words, one))
        )
    return Example(window=window, tags=tuple(tags), cues=tuple(sorted(cues, key=lambda cue: cue.start)))


def _label_roles(window: Window, words: Words, one: Annotated) -> tuple[int, ...] | None:
    roles = [int(Role.NONE)] * (window.end - window.start)
    for spans, begin, inside in (
        (one.source, Role.BEGIN_SOURCE, Role.INSIDE_SOURCE),
        (one.content, Role.BEGIN_CONTENT, Role.INSIDE_CONTENT),
    ):
        for start, end in find_runs(find_touched(words, spans)):
            if start < window.start or end > window.end:
                return None
            roles[start - window.start] = begin
            roles[start - window.start + 1 : end - window.start] = [inside] * (end - start - 1)
    return tuple(roles)


def find_touched(words: Words, spans: Sequence[Span]) -> list[int]:
    """The numbers of the words that share a character with a span, rising."""
    touched: set[int] = set()
    for start, end in spans:
        first = bisect_right(words.spans, start, key=_get_end)
        touched.update(range(first, bisect_left(words.spans, end, key=_get_start)))
    return sorted(touched)


def _get_start(span: Span) -> int:
    return span.start


def _get_end(span: Span) -> int:
    return span.end


def find_runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as ranges `[start, end)` without holes."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs
