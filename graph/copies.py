"""How much of one text stands in another, word for word: shared runs of five words, found through a sample of them.

Pure. The sample is the shingles whose hash is 0 modulo `SAMPLED` (Broder 1997, "mod m"): unlike a MinHash signature of
one size it estimates containment too, so that a paragraph is found inside a longer article, and its rows lie in the
store, where MinHash libraries keep theirs in memory. What it finds is then measured on all shingles.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

# Words a shingle, as in the silver pairs of FA-KES; three are a phrase that strangers share.
SHINGLE_WORDS = 5
# One in so many is kept: 500 words leave about 60 rows, and a shared paragraph of 60 words about 7.
SAMPLED = 8
# Longer texts are books or attacks; the beginning is enough to find a copy.
LONGEST_CHARACTERS = 200_000
# Shares of the copy's shingles. Chosen on FA-KES: the 15 pairs above 0.8 and the 34 at 0.5 to 0.8 are found.
WHOLE, MOST, PART = 0.85, 0.5, 0.15
# Fewer shared shingles are a quotation, a title or boilerplate; a paragraph has more.
LEAST_SHARED = 25
_WORD = re.compile(r"\w+")
# A text is compared with all that came shortly before. At 8 bytes a word, 2 MB for articles and 70 MB for books.
_KEPT = 256


class Overlap(StrEnum):
    WHOLE = "whole"  # as it came, at most cut
    MOST = "most"  # with sentences changed or added
    PART = "part"  # the smaller part is the other's
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The shared shingles, and which share of each text's own they are (0..1)."""

    shared: int
    left: float
    right: float


def shingle(text: str) -> Counter[int]:
    """The hashes of all runs of five words, in any case and punctuation."""
    return Counter(_runs(text[:LONGEST_CHARACTERS]))


def sample(shingles: Counter[int]) -> list[int]:
    """The shingles that are kept in the store, ascending."""
    return sorted(each for each in shingles if each % SAMPLED == 0)


def measure(left: Counter[int], right: Counter[int]) -> Shares:
    shared = sum((left & right).values())
    return Shares(
        shared=shared,
        left=shared / max(1, sum(left.values())),
        right=shared / max(1, sum(right.values())),
    )


def judge(shared: int, share: float) -> Overlap:
    """What the `share` of a text that is another's makes of it."""
    if shared < LEAST_SHARED:
        return Overlap.NONE
    for overlap, least in ((Overlap.WHOLE, WHOLE), (Overlap.MOST, MOST), (Overlap.PART, PART)):
        if share >= least:
            return overlap
    return Overlap.NONE


def longest_shared(text: str, other: Counter[int], *, most_characters: int = 300) -> str:
    """The longest passage of `text`, exactly, of which every run of five words stands in the other."""
    text = text[:LONGEST_CHARACTERS]
    held = [index for index, run in enumerate(_runs(text)) if run in other]
    best = (0, 0)
    start = held[0] if held else 0
    for index, following in pairwise([*held, -1]):
        if following != index + 1:
            best = max(best, (index - start, -start))
            start = following
    if not held:
        return ""
    first = -best[1]
    found = [match.span() for match in _WORD.finditer(text)]
    return text[found[first][0] : found[first + best[0] + SHINGLE_WORDS - 1][1]][:most_characters]


@lru_cache(_KEPT)
def _runs(text: str) -> array[int]:
    """The hash of each run of five words, in text order."""
    words = [word.casefold() for word in _WORD.findall(text)]
    runs = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return array("q", (_hash(" ".join(run)) for run in runs))


def _hash(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1
