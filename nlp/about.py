"""Whom a content is about: the names in the parts of it that its main verb is said of.

The subject comes first, then the objects; a name deeper down (in a relative clause, as an adjective) is not
what the statement is about. Two steps, since what a pronoun stands for is known only when the whole text was read:
`rank_names` reads the parse of a piece, `choose_about` knows the entities.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import SUBJECTS
from nlp.passages import Passage

MOST_NAMES = 5
DEEPER = 2  # taken only where nothing is said of a name directly ("it was possible that X stole")
LONGEST_CHARACTERS = 1000  # of a content that are looked at
MOST_PARTS = 10  # spans of a content
MOST_TOPICS = 60  # names, pronouns and phrases in them
DEPTH_LIMIT = 30  # links from a name to what the content hangs on
MOST_SENTENCES = 2  # of one content: what is said after is seldom on somebody else
# What is said of where, when or beside whom: no statement on those.
ADJUNCTS = frozenset(
    {"in", "at", "near", "inside", "outside", "across", "after", "before", "during", "since", "until", "amid", "along"}
)
CLAUSES = frozenset({"ccomp", "acl"})
OBJECTS = frozenset(
    "dobj dative pobj agent attr oprd prep poss appos conj compound xcomp pcomp acomp".split()  # noqa: SIM905
)


class Ranked(NamedTuple):
    """A name, pronoun or phrase of a content: the lower the rank, the more the content is about it."""

    rank: int
    span: Span


def rank_names(passage: Passage, content: Sequence[Span], names: Sequence[Span]) -> tuple[Ranked, ...]:
    """The names inside the content that it may be about, the subject's first. `names` are spans in text order."""
    # Of a content without end, as hostile text has them, the beginning is enough.
    content = [Span(start, min(end, start + LONGEST_CHARACTERS)) for start, end in content[:MOST_PARTS]]
    inside = [name for span in content for name in _select_inside(names, span)][:MOST_TOPICS]
    if not inside:
        return ()
    roots = {root.i for span in content for root in _find_roots(passage, span)}
    ranked: list[Ranked] = []
    for name in inside:
        token = passage.find_root(name)
        rank = None if token is None else _rank(token, roots)
        if rank is not None:
            ranked.append(Ranked(rank, name))
    return tuple(sorted(ranked))


def choose_about(ranked: Iterable[Ranked], find: Callable[[Span], int | None]) -> tuple[int, ...]:
    """The entities that a content is about, at most `MOST_NAMES`; those deeper down only if there are no others.

    `find` gives the entity that a span stands for, `None` where it is not known.
    """
    found = [(rank, entity) for rank, span in ranked if (entity := find(span)) is not None]
    if any(rank < DEEPER for rank, _ in found):
        found = [(rank, entity) for rank, entity in found if rank < DEEPER]
    return tuple(dict.fromkeys(entity for _, entity in found))[:MOST_NAMES]


def _find_roots(passage: Passage, span: Span) -> Iterator[Token]:
    """What the first sentences of a content hang on."""
    start = span.start
    for _ in range(MOST_SENTENCES):
        end = min(span.end, passage.sentence_at(start).end)
        root = passage.find_root(Span(start, end)) if start < end else None
        if root is not None:
            yield root
        start = end + 1
        if start >= span.end:
            return


def _select_inside(names: Sequence[Span], span: Span) -> list[Span]:
    first = bisect_left(names, (span.start,))
    last = bisect_left(names, (span.end,))
    return [name for name in names[first:last] if name.end <= span.end]


def _rank(name: Token, roots: set[int]) -> int | None:
    """0 on the subject's side of the main verb, 1 on the object's, 2 in a clause within, `None` elsewhere."""
    at = name
    labels: list[str] = []
    is_adjunct = False
    while at.i not in roots:
        labels.append(at.dep_)
        is_adjunct = is_adjunct or (at.dep_ == "prep" and at.lower_ in ADJUNCTS)
        if at.head.i == at.i or len(labels) > DEPTH_LIMIT:
            return None
        at = at.head
    if not labels:
        return 0
    if is_adjunct:
        return DEEPER
    if labels[-1] in SUBJECTS:
        return 0 if all(label in OBJECTS | SUBJECTS for label in labels) else None
    if all(label in OBJECTS for label in labels):
        return 1
    return DEEPER if all(label in OBJECTS | SUBJECTS | CLAUSES for label in labels) else None
