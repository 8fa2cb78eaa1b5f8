"""Set on dev how a model's scores become attributions, and how sure each is said to be.

The weights of a logistic regression say from a candidate's features how likely it is right (an attribution as the
scorer counts it); then the least confidence is set for the best attribution F1. Both are checked on articles that they
were not fitted on: fitted on one half, measured on the other, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.attribution_scores import LEAST_OVERLAP, Roles, Scores, find_words, make_roles, pair_by_content
from nlp.annotation import Span
from nlp.attribution_frames import make_frames
from nlp.decoding import FEATURES, DecodingSettings, WindowScores, find_candidates
from training.corpus import Article
from training.evaluate import annotated_roles, score_frames

ScoredArticle = tuple[tuple[Span, ...], list[WindowScores]]
START = DecodingSettings(
    cue_bias=1.5,
    least_confidence=0.0,
    bridged_words=4,
    weights=(0.0, 1.0, *[0.0] * (FEATURES - 2)),
    shared_content=0.5,
)
STEPS, RIDGE = 50, 1.0
THRESHOLDS = np.round(np.arange(0.2, 0.66, 0.02), 2)
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Candidates of one article: their features `[N, F]` and whether each is right `[N]`."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def judge_article(article: Article, scored: ScoredArticle, settings: DecodingSettings) -> Judged:
    spans, windows = scored
    candidates = find_candidates(windows, settings)
    words = find_words(article.text)
    annotated = annotated_roles(article, words)
    found = [
        make_roles(
            words,
            *(
                [(spans[run[0]][0], spans[run[1] - 1][1]) for run in runs]
                for runs in (one.source, [one.cue], one.content)
            ),
        )
        for one in candidates
    ]
    right = np.zeros(len(found), dtype=bool)
    for ours, theirs in pair_by_content([one.content for one in found], [one.content for one in annotated]):
        right[ours] = _is_right(found[ours], annotated[theirs])
    features = np.array([one.features for one in candidates], dtype=np.float64).reshape(len(found), FEATURES)
    return Judged(features=features, right=right)


def _is_right(found: Roles, annotated: Roles) -> bool:
    overlap = len(found.content & annotated.content) / len(found.content | annotated.content)
    share = bool(found.source & annotated.source) or not (found.source or annotated.source)
    return overlap >= LEAST_OVERLAP and share


def fit_weights(judged: Sequence[Judged]) -> tuple[float, ...]:
    """Logistic regression by Newton's method, a little drawn towards zero."""
    features = np.concatenate([one.features for one in judged])
    right = np.concatenate([one.right for one in judged]).astype(float)
    weights = np.zeros(FEATURES)
    ridge = np.diag([0.0] + [RIDGE] * (FEATURES - 1))
    for _ in range(STEPS):
        sure = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - sure) - ridge @ weights
        bend = (features * (sure * (1 - sure))[:, None]).T @ features + ridge
        weights += np.linalg.solve(bend, slope)
    return tuple(float(round(weight, 4)) for weight in weights)


def score_articles(articles: Sequence[Article], scored: Sequence[ScoredArticle], settings: DecodingSettings) -> Scores:
    frames = [
        make_frames(article.text, spans, windows, settings)
        for article, (spans, windows) in zip(articles, scored, strict=True)
    ]
    return score_frames(articles, frames)


def fit(
    articles: Sequence[Article], scored: Sequence[ScoredArticle], start: DecodingSettings = START
) -> DecodingSettings:
    """Settings with weights and least confidence for the best attribution F1."""
    judged = [judge_article(article, one, start) for article, one in zip(articles, scored, strict=True)]
    settings = replace(start, weights=fit_weights(judged))
    tried = {
        float(least): score_articles(articles, scored, replace(settings, least_confidence=float(least)))
        for least in THRESHOLDS
    }
    best = max(tried, key=lambda least: tried[least].tallies["attribution"].f1)
    return replace(settings, least_confidence=best)


def score_crosswise(
    articles: Sequence[Article], scored: Sequence[ScoredArticle], start: DecodingSettings = START
) -> Scores:
    """Figures with settings that were fitted on the other half of the articles."""
    total = Scores()
    for part in (0, 1):
        settings = fit(articles[1 - part :: 2], scored[1 - part :: 2], start)
        half = score_articles(articles[part::2], scored[part::2], settings)
        for measure, tally in half.tallies.items():
            total.tallies[measure].add(tally.right, tally.found, tally.annotated)
    return total


def measure_calibration(
    articles: Sequence[Article], scored: Sequence[ScoredArticle], settings: DecodingSettings
) -> tuple[float, list[tuple[float, float, int]]]:
    """The expected calibration error of what is kept, and of each tenth its mean confidence, share right and size.

    Confidence and truth are compared in ten bins of equal size, as they are weighted by size in the error.
    """
    pairs: list[tuple[float, bool]] = []
    for article, (spans, windows) in zip(articles, scored, strict=True):
        frames = make_frames(article.text, spans, windows, settings)
        words = find_words(article.text)
        found = [make_roles(words, frame.source, frame.cue, frame.content) for frame in frames]
        annotated = annotated_roles(article, words)
        matched = dict(pair_by_content([one.content for one in found], [one.content for one in annotated]))
        for number, frame in enumerate(frames):
            right = number in matched and _is_right(found[number], annotated[matched[number]])
            pairs.append((frame.confidence, right))
    pairs.sort()
    bins = [
        (float(np.mean([sure for sure, _ in part])), float(np.mean([right for _, right in part])), len(part))
        for at in range(BINS)
        if (part := pairs[at * len(pairs) // BINS : (at + 1) * len(pairs) // BINS])
    ]
    error = sum(abs(sure - right) * size for sure, right, size in bins) / max(1, len(pairs))
    return error, bins
