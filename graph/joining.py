"""Which of many phrases belong together, given the scores of pairs: average linkage, never a chain.

Pure and the same for any order of what it is given. Two groups are joined by the mean of the scores of *all* pairs
between them, where a pair that was never compared counts as far apart; so a middling phrase does not pull together two
that have nothing in common. What is forbidden between two members is forbidden between their groups.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

# A pair that was not compared, since the two are no neighbours, counts as this much (log odds). It is what the model
# gives pairs of a cosine of about 0.3 without a word in common.
FAR_APART = -6.0

Pair = tuple[int, int]


def pair_of(left: int, right: int) -> Pair:
    return (left, right) if left < right else (right, left)


def join(
    things: Iterable[int], scores: Mapping[Pair, float], *, forbidden: Iterable[Pair] = (), threshold: float
) -> list[tuple[int, ...]]:
    """Return the groups, each ascending, by their first members. Pairs of `scores` and `forbidden` are ascending.

    The best pair of groups is joined first; of equals, that with the lowest members.
    """
    groups: dict[int, list[int]] = {thing: [thing] for thing in sorted(set(things))}
    between = _neighbours(scores, groups)
    never: dict[int, set[int]] = {thing: set() for thing in groups}
    for left, right in forbidden:
        if left in never and right in never:
            never[left].add(right)
            never[right].add(left)
    heap = [
        (-total / count, left, right, 1, 1)
        for left, row in between.items()
        for right, (total, count) in row.items()
        if left < right and total / count >= threshold
    ]
    heapq.heapify(heap)
    while heap:
        _, left, right, left_size, right_size = heapq.heappop(heap)
        if left not in groups or right not in groups or right in never[left]:
            continue
        if (len(groups[left]), len(groups[right])) != (left_size, right_size):
            continue  # an old entry; the newer one of these two groups is in the heap
        _absorb(groups, between, never, left, right)
        for other, (total, count) in between[left].items():
            mean = _mean(total, count, len(groups[left]) * len(groups[other]))
            if mean >= threshold and other not in never[left]:
                first, second = pair_of(left, other)
                heapq.heappush(heap, (-mean, first, second, len(groups[first]), len(groups[second])))
    return sorted(tuple(sorted(group)) for group in groups.values())


def _neighbours(
    scores: Mapping[Pair, float], groups: Mapping[int, list[int]]
) -> dict[int, dict[int, tuple[float, int]]]:
    """Of each group its neighbours: the sum of the scores between them, and of how many pairs."""
    between: dict[int, dict[int, tuple[float, int]]] = {thing: {} for thing in groups}
    for (left, right), score in sorted(scores.items()):
        if left in groups and right in groups:
            between[left][right] = between[right][left] = (score, 1)
    return between


def _mean(total: float, compared: int, pairs: int) -> float:
    return (total + FAR_APART * (pairs - compared)) / pairs


def _absorb(
    groups: dict[int, list[int]],
    between: dict[int, dict[int, tuple[float, int]]],
    never: dict[int, set[int]],
    left: int,
    right: int,
) -> None:
    """Put `right` into `left`, which keeps its name: `left` is the lower one, so names do not depend on the order."""
    groups[left] += groups.pop(right)
    for other, (total, count) in between.pop(right).items():
        del between[other][right]
        if other != left:
            was_total, was_count = between[left].get(other, (0.0, 0))
            between[left][other] = between[other][left] = (was_total + total, was_count + count)
    for other in never.pop(right):
        never[other].discard(right)
        never[other].add(left)
        never[left].add(other)
