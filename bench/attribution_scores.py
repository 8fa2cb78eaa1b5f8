"""How well found attributions agree with annotated ones.

The definitions are those of the scorer that the published figures for PolNeAR were measured with, written
anew:

- source, cue, content: over tokens, the labels of all attributions of an article pooled;
- attribution: found and annotated ones paired one to one, best content overlap (intersection over union)
  first; a pair counts where that is at least half and the sources share a token or are both empty;
- exact: the same pairing, content and source with the same tokens.

Tokens are words, so that punctuation at the edges of a span does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

WORD = re.compile(r"\w+(?:['’\-]\w+)*")
ROLES = ("cue", "source", "content")
MEASURES = (*ROLES, "attribution", "exact")
LEAST_OVERLAP = 0.5

Spans = Sequence[tuple[int, int]]


class Roles(NamedTuple):
    """One attribution as spans, or as the numbers of the tokens in them."""

    source: frozenset[int]
    cue: frozenset[int]
    content: frozenset[int]


@dataclass(slots=True)
class Tally:
    """Counts of one measure. Tallies add."""

    right: int = 0
    found: int = 0
    annotated: int = 0

    def add(self, right: int, found: int, annotated: int) -> None:
        self.right += right
        self.found += found
        self.annotated += annotated

    @property
    def precision(self) -> float:
        return 100 * self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return 100 * self.right / self.annotated if self.annotated else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


class Scores:
    """Tallies of all measures over the articles that were added."""

    def __init__(self) -> None:
        self.tallies = {measure: Tally() for measure in MEASURES}

    def add_article(self, found: Sequence[Roles], annotated: Sequence[Roles]) -> None:
        for role in ROLES:
            ours, theirs = _pool(found, role), _pool(annotated, role)
            self.tallies[role].add(len(ours & theirs), len(ours), len(theirs))
        pairs = pair_by_content([one.content for one in found], [one.content for one in annotated])
        agreeing = [_judge(found[ours], annotated[theirs]) for ours, theirs in pairs]
        sizes = (sum(bool(one.content) for one in found), sum(bool(one.content) for one in annotated))
        self.tallies["attribution"].add(sum(similar for similar, _ in agreeing), *sizes)
        self.tallies["exact"].add(sum(same for _, same in agreeing), *sizes)


def find_words(text: str) -> list[tuple[int, int]]:
    """The tokens that are counted, as spans."""
    return [match.span() for match in WORD.finditer(text)]


def make_roles(words: Sequence[tuple[int, int]], source: Spans, cue: Spans, content: Spans) -> Roles:
    """The numbers of the tokens that each role's spans touch."""
    return Roles(*(_touched(words, spans) for spans in (source, cue, content)))


def pair_by_content(found: Sequence[frozenset[int]], annotated: Sequence[frozenset[int]]) -> list[tuple[int, int]]:
    """Pair one to one, greatest overlap first; of equal overlaps the later one, as the original does."""
    overlaps = sorted(
        (
            (_overlap(ours, theirs), i, j)
            for i, ours in enumerate(found)
            for j, theirs in enumerate(annotated)
            if ours & theirs
        ),
        reverse=True,
    )
    pairs: list[tuple[int, int]] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in overlaps:
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            pairs.append((i, j))
    return pairs


def _judge(found: Roles, annotated: Roles) -> tuple[bool, bool]:
    """Whether a pair counts as an attribution, and whether it is exact."""
    overlap = _overlap(found.content, annotated.content)
    share = bool(found.source & annotated.source) or not (found.source or annotated.source)
    return overlap >= LEAST_OVERLAP and share, overlap == 1 and found.source == annotated.source


def _overlap(ours: frozenset[int], theirs: frozenset[int]) -> float:
    return len(ours & theirs) / len(ours | theirs)


def _touched(words: Sequence[tuple[int, int]], spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    held = list(spans)
    return frozenset(number for number, (start, end) in enumerate(words) if any(start < b and end > a for a, b in held))


def _pool(attributions: Iterable[Roles], role: str) -> set[int]:
    return {token for one in attributions for token in getattr(one, role)}
