"""The geometry of a parsed text: sentences, paragraphs, quotations, and how a span is fitted to them.

No word is known here, only where things begin and end. Offsets count code points.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from spacy.tokens import Doc, Token

from nlp.annotation import Span
from nlp.clauses import end_of
from nlp.quotations import CLOSING, PARAGRAPH, find_quotations

EDGE = " \t\xa0,;:–—-"
SENTENCE_MARKS = frozenset(".!?…:;\"”’')]*•|")
END_OF_SENTENCE = re.compile(r"[.!?…]+[\"”’')\]]*$")
DEPTH_LIMIT = 100  # links: a chain that is longer is no sentence
ABBREVIATION = re.compile(r"\b[A-Z]\.$")  # the full stop of "the U.S." is part of the name


class Passage:
    """A `Doc` with what is looked up in it again and again."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text = doc.text
        self.quotations = find_quotations(self.text)
        self.paragraphs = [Span(*m.span()) for m in PARAGRAPH.finditer(self.text) if not m[0].isspace()]
        self._token_starts: list[int] = doc.to_array("IDX").tolist()
        offsets = doc.to_array("HEAD").astype("int64")
        self._heads: list[int] = (offsets + range(len(doc))).tolist()
        self._quotation_starts = [quotation.start for quotation in self.quotations]
        self._paragraph_starts = [paragraph.start for paragraph in self.paragraphs]
        self._sentences = self._find_sentences()
        self._sentence_starts = [start for start, _ in self._sentences]

    def _find_sentences(self) -> list[tuple[int, int]]:
        """The parser's sentences, without those that it begins in the middle of a line after a plain word."""
        sentences: list[tuple[int, int]] = []
        for sentence in self.doc.sents:
            before = self.text[sentences[-1][0] : sentence.start_char] if sentences else ""
            if before and not before.endswith(("\n", "\r")) and before.rstrip()[-1:] not in SENTENCE_MARKS:
                sentences[-1] = (sentences[-1][0], sentence.end_char)
            else:
                sentences.append((sentence.start_char, sentence.end_char))
        return sentences

    def sentence_at(self, offset: int) -> Span:
        """The sentence at an offset, kept within its paragraph."""
        start, end = self._sentences[bisect_right(self._sentence_starts, offset) - 1]
        paragraph = self.paragraph_at(offset)
        return Span(max(start, paragraph.start), min(end, paragraph.end))

    def paragraph_at(self, offset: int) -> Span:
        return self.paragraphs[max(0, self.paragraph_number(offset))]

    def paragraph_number(self, offset: int) -> int:
        return bisect_right(self._paragraph_starts, offset) - 1

    def quotation_at(self, offset: int) -> Span | None:
        """The quotation that an offset lies inside, past its opening mark."""
        number = bisect_right(self._quotation_starts, offset) - 1
        if number >= 0 and self.quotations[number].start < offset < self.quotations[number].end:
            return self.quotations[number]
        return None

    def fit(self, span: Span) -> Span:
        """Widen a content to whole quotations, and cut loose punctuation and line ends off its edges.

        Marks of a quotation belong to it, a final full stop or comma only inside them: so PolNeAR's
        annotators drew it.
        """
        start, end = span
        if (opened := self.quotation_at(start)) is not None and opened.end <= end:
            start = opened.start
        if (opened := self.quotation_at(end)) is not None and start <= opened.start:
            end = opened.end
        return self.trim(Span(start, end))

    def trim(self, span: Span) -> Span:
        """Cut spaces and loose punctuation off both edges; what is left may be empty."""
        start, end = span
        while start < end and (self.text[start] in EDGE or self.text[start].isspace()):
            start += 1
        if start < end and self.text[start] in CLOSING and self.quotation_at(start + 1) is None:
            start += 1
        while start < end and (self.text[end - 1] in EDGE + "." or self.text[end - 1].isspace()):
            if ABBREVIATION.search(self.text, max(start, end - 3), end):
                break
            end -= 1
        return Span(start, max(start, end))

    def has_words(self, span: Span) -> bool:
        return any(char.isalnum() for char in self.text[span.start : span.end])

    def split_lines(self, span: Span) -> list[Span]:
        """The parts of a span in each paragraph, trimmed, so that none holds a line end."""
        parts = (
            self.trim(Span(span.start + m.start(), span.start + m.end()))
            for m in PARAGRAPH.finditer(self.text[span.start : span.end])
        )
        return [part for part in parts if part.start < part.end]

    def tokens_between(self, start: int, end: int) -> list[Token]:
        """The tokens that lie in `[start, end)`, without spaces and punctuation."""
        if start >= end:
            return []
        first = bisect_left(self._token_starts, start)
        last = bisect_left(self._token_starts, end)
        tokens = (self.doc[number] for number in range(first, last))
        return [token for token in tokens if not (token.is_space or token.is_punct) and end_of(token) <= end]

    def find_root(self, span: Span) -> Token | None:
        """The token in a span that all others hang on; of several the one nearest the sentence's root."""
        first = max(0, bisect_right(self._token_starts, span.start) - 1)
        last = bisect_left(self._token_starts, span.end)
        heads = self._heads
        numbers = range(first, last)
        tops = [self.doc[at] for at in numbers if heads[at] == at or not first <= heads[at] < last]
        tops = [token for token in tops if not (token.is_space or token.is_punct)] or tops
        return tops[0] if len(tops) == 1 else min(tops, key=_measure_depth, default=None)


def _measure_depth(token: Token) -> int:
    depth = 0
    while token.head.i != token.i and depth < DEPTH_LIMIT:
        token = token.head
        depth += 1
    return depth
