"""Fit the model of pairs, and cut headlines into claims: the parts of `bench.claims` that are about pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.joining import Pair, join
from graph.pairs import LEAST_COSINE, SIGNS, Phrase, find_conflict, read_signs

Floats = NDArray[np.float64]
# Ridge of the fit; the signs are of order 1 to 10.
RIDGE = 1.0
NEWTON_STEPS = 25


def near_pairs(vectors: NDArray[np.float32], *, least: float = LEAST_COSINE) -> list[tuple[int, int, float]]:
    """All pairs of a cosine of `least` or more, as (left, right, cosine), left < right."""
    cosines = vectors @ vectors.T
    left, right = np.nonzero(np.triu(cosines >= least, 1))
    return [(int(i), int(j), float(cosines[i, j])) for i, j in zip(left, right, strict=True)]


def signs_of(phrases: Sequence[Phrase], pairs: Sequence[tuple[int, int, float]]) -> Floats:
    """The signs of each pair: (pairs, signs)."""
    if not pairs:
        return np.empty((0, len(SIGNS)))
    return np.array([read_signs(phrases[left], phrases[right], cosine) for left, right, cosine in pairs])


def fit(signs: Floats, is_same: NDArray[np.bool_]) -> Floats:
    """Logistic regression by Newton's method: the weights of the signs, on the scale that the signs have."""
    spread = signs.std(axis=0)
    spread[0] = 1.0
    spread[spread == 0.0] = 1.0
    scaled = signs / spread
    weights = np.zeros(signs.shape[1])
    ridge = np.full(signs.shape[1], RIDGE)
    ridge[0] = 0.0
    for _ in range(NEWTON_STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        gradient = scaled.T @ (probability - is_same) + ridge * weights
        curvature = (scaled.T * (probability * (1.0 - probability))) @ scaled + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray(weights / spread)


def cut(
    phrases: Sequence[Phrase],
    pairs: Sequence[tuple[int, int, float]],
    scores: Floats,
    threshold: float,
    *,
    forbids: bool = True,
) -> list[int]:
    """Join phrases as the store does; return the number of each one's group."""
    scored: dict[Pair, float] = {
        (left, right): float(score) for (left, right, _), score in zip(pairs, scores, strict=True)
    }
    forbidden = [
        pair
        for pair, score in scored.items()
        if forbids and score > threshold - 3 and find_conflict(phrases[pair[0]].wording, phrases[pair[1]].wording)
    ]
    groups = join(range(len(phrases)), scored, forbidden=forbidden, threshold=threshold)
    group_of = {thing: number for number, group in enumerate(groups) for thing in group}
    return [group_of[thing] for thing in range(len(phrases))]


def pair_counts(
    found: Sequence[int], gold: Sequence[int], counted: Sequence[bool] | None = None
) -> tuple[int, int, int]:
    """Pairs that are joined and should be, that are joined, that should be; only those with a counted member."""

    def pairs(keys: Sequence[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(keys).values())

    both = list(zip(found, gold, strict=True))
    counts = [pairs(both), pairs(found), pairs(gold)]
    if counted is not None:
        rest = [not is_counted for is_counted in counted]
        less = [[key for key, out in zip(keys, rest, strict=True) if out] for keys in (both, found, gold)]
        counts = [count - pairs(keys) for count, keys in zip(counts, less, strict=True)]
    return counts[0], counts[1], counts[2]


def f1(right: int, found: int, wanted: int) -> float:
    return 2 * right / (found + wanted) if found + wanted else 0.0


def b_cubed(found: Sequence[int], gold: Sequence[int]) -> float:
    """B-cubed F1 (Bagga and Baldwin 1998)."""
    both, ours, theirs = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    precision = sum(n * n / ours[key[0]] for key, n in both.items()) / len(found)
    recall = sum(n * n / theirs[key[1]] for key, n in both.items()) / len(found)
    return 2 * precision * recall / (precision + recall)
