"""Whom a content is about: the names in the parts of it that its main verb is said of.

The subject comes first, then the objects; a name deeper down (in a relative clause, as an adjective) is not
what the statement is about. Pronouns are not resolved.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import SUBJECTS
from nlp.passages import Passage

MOST_NAMES = 5
DEEPER = 2  # taken only where nothing is said of a name directly ("it was possible that X stole")
CLAUSES = frozenset({"ccomp", "acl"})
OBJECTS = frozenset(
    "dobj dative pobj agent attr oprd prep poss appos conj compound xcomp pcomp acomp".split()  # noqa: SIM905
)


def rank_names(passage: Passage, content: Sequence[Span], names: Sequence[Span]) -> tuple[Span, ...]:
    """The names inside the content that it is about, the subject's first. `names` are spans in text order."""
    inside = [name for span in content for name in _select_inside(names, span)]
    if not inside:
        return ()
    roots = {root.i for span in content if (root := passage.find_root(span)) is not None}
    ranked: list[tuple[int, Span]] = []
    for name in inside:
        token = passage.find_root(name)
        rank = None if token is None else _rank(token, roots)
        if rank is not None:
            ranked.append((rank, name))
    if any(rank < DEEPER for rank, _ in ranked):
        ranked = [(rank, name) for rank, name in ranked if rank < DEEPER]
    return tuple(name for _, name in sorted(ranked))


def _select_inside(names: Sequence[Span], span: Span) -> list[Span]:
    first = bisect_left(names, (span.start,))
    last = bisect_left(names, (span.end,))
    return [name for name in names[first:last] if name.end <= span.end]


def _rank(name: Token, roots: set[int]) -> int | None:
    """0 on the subject's side of the main verb, 1 on the object's, 2 in a clause within, `None` elsewhere."""
    at = name
    labels = []
    while at.i not in roots:
        labels.append(at.dep_)
        if at.head.i == at.i:
            return None
        at = at.head
    if not labels:
        return 0
    if labels[-1] in SUBJECTS:
        return 0 if all(label in OBJECTS | SUBJECTS for label in labels) else None
    if all(label in OBJECTS for label in labels):
        return 1
    return DEEPER if all(label in OBJECTS | SUBJECTS | CLAUSES for label in labels) else None
