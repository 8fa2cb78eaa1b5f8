"""Whether a headline is for its claim, against it or only observes it: a part of `bench.claims`.

A multinomial logistic regression over the signs by which sayso compares two wordings (`graph.pairs`, `nlp.wording`) and
the words of the headline. It is fitted anew for each fold and nothing of it is shipped: the store reads stances from
attributions, not from headlines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graph.pairs import phrase_of, read_signs
from nlp.wording import read_wording, stem

STANCES = ("for", "against", "observing")
FOLDS = 5
# Of 1 and 5, on this very set; the signs are scaled to a spread of 1.
RIDGE = 5.0
# A word must occur with so many claims of the folds that are learnt from.
LEAST_CLAIMS = 4
_STEPS, _RATE = 150, 0.03
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[?\"“”‘’:!]")
_QUOTED = re.compile(r"[\"'‘“]\w[^\"'’”]*[\"'’”]")
Floats = NDArray[np.float64]


def predict_stances(
    headlines: Sequence[str], claims: Sequence[str], stances: Sequence[str], cosines: Sequence[float], *, seed: int = 0
) -> list[str]:
    """Return a stance for each headline, each from a model that has seen nothing of its claim."""
    signs = np.array([_signs(*each) for each in zip(headlines, claims, cosines, strict=True)])
    signs = (signs - signs.mean(axis=0)) / (signs.std(axis=0) + 1e-9)
    words = [_words(*each) for each in zip(headlines, claims, strict=True)]
    gold = np.array([STANCES.index(stance) for stance in stances])
    names = sorted(set(claims))
    fold_of = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS, strict=True))
    folds = np.array([fold_of[claim] for claim in claims])
    found = np.zeros(len(gold), dtype=int)
    for fold in range(FOLDS):
        learnt, tested = np.nonzero(folds != fold)[0], np.nonzero(folds == fold)[0]
        known = _known_words([words[index] for index in learnt.tolist()], [claims[index] for index in learnt.tolist()])
        weights = _fit(_matrix(signs, words, learnt, known), np.eye(len(STANCES))[gold[learnt]])
        found[tested] = (_matrix(signs, words, tested, known) @ weights).argmax(axis=1)
    return [STANCES[int(number)] for number in found]


def _signs(headline: str, claim: str, cosine: float) -> list[float]:
    ours, theirs = phrase_of(read_wording(headline)), phrase_of(read_wording(claim))
    one, other = ours.wording, theirs.wording
    further = (
        one.is_question, one.is_hedged, one.is_negated, other.is_negated, other.is_hedged,
        one.is_question and not other.is_question, one.is_hedged and not other.is_hedged,
        _QUOTED.search(headline) is not None, ":" in headline, len(headline.split()) / 10, "?" in headline,
        "!" in headline,
    )  # fmt: skip
    return [*read_signs(ours, theirs, cosine), *(float(sign) for sign in further)]


def _words(headline: str, claim: str) -> frozenset[str]:
    """The words of a headline, its pairs of words, its first word, and the words that its claim has not."""
    tokens = _tokens(headline)
    held = {stem(token) for token in _tokens(claim)}
    return frozenset(
        [*tokens, *(f"{left} {right}" for left, right in pairwise(tokens))]
        + [f"not in the claim: {token}" for token in tokens if stem(token) not in held]
        + [f"first: {token}" for token in tokens[:1]]
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower().replace("’", "'"))


def _known_words(words: Sequence[frozenset[str]], claims: Sequence[str]) -> dict[str, int]:
    pairs = {(word, claim) for each, claim in zip(words, claims, strict=True) for word in each}
    counts = Counter(word for word, _ in pairs)
    return {word: number for number, word in enumerate(sorted(w for w, n in counts.items() if n >= LEAST_CLAIMS))}


def _matrix(
    signs: Floats, words: Sequence[frozenset[str]], which: NDArray[np.int64], known: dict[str, int]
) -> NDArray[np.float32]:
    held = np.zeros((len(which), len(known)), dtype=np.float32)
    for row, index in enumerate(which):
        held[row, [known[word] for word in words[index] if word in known]] = 1.0
    return np.concatenate([np.ones((len(which), 1)), signs[which], held], axis=1).astype(np.float32)


def _fit(rows: NDArray[np.float32], wanted: Floats) -> NDArray[np.float32]:
    """Softmax regression by Adam (Kingma and Ba 2015) on all rows at once; the first column is not held down."""
    weights = np.zeros((rows.shape[1], wanted.shape[1]), dtype=np.float32)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    ridge = np.full((rows.shape[1], 1), RIDGE, dtype=np.float32)
    ridge[0] = 0.0
    for step in range(1, _STEPS + 1):
        scores = rows @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        probability = odds / odds.sum(axis=1, keepdims=True)
        gradient = (rows.T @ (probability - wanted) + ridge * weights) / len(rows)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.99 * square + 0.01 * gradient * gradient
        weights -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights, dtype=np.float32)
