"""Set on dev how a model's scores become attributions, and how sure each is said to be.

The weights of a logistic regression say from a candidate's features how likely it is right (an attribution as the
scorer counts it); then the least confidence is set for the best mean of the scorer's five F1: attribution F1 alone is
flat around its best and leaves it to chance how many cues are lost. Both are checked on articles that they were not
fitted on: fitted on one half, measured on the other, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.attribution_scores import LEAST_OVERLAP, Roles, Scores, find_words, make_roles, pair_by_content
from nlp.annotation import Span
from nlp.attribution_frames import make_frame
from nlp.decoding import FEATURES, Candidate, DecodingSettings, WindowScores, choose, find_candidates
from nlp.quotations import find_quotations
from training.corpus import Article

ScoredArticle = tuple[tuple[Span, ...], list[WindowScores]]
START = DecodingSettings(
    cue_bias=1.5,
    least_confidence=0.0,
    bridged_words=4,
    weights=(0.0, 1.0, *[0.0] * (FEATURES - 2)),
    shared_content=0.5,
)
STEPS, RIDGE = 50, 1.0
THRESHOLDS = np.round(np.arange(0.2, 0.66, 0.05), 2)  # figures between two steps differ by chance
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Candidates of one article in the scorer's words, beside what the first annotator drew. They run parallel."""

    candidates: tuple[Candidate, ...]
    found: tuple[Roles, ...]
    right: tuple[bool, ...]  # if all candidates were kept
    annotated: tuple[Roles, ...]


def decode(article: Article, scored: ScoredArticle, settings: DecodingSettings) -> Decoded:
    spans, windows = scored
    words, quotations = find_words(article.text), find_quotations(article.text)
    annotated = tuple(make_roles(words, one.source, one.cue, one.content) for one in article.versions[0])
    candidates = tuple(find_candidates(windows, settings))
    frames = [make_frame(article.text, spans, one, 0.0, quotations) for one in candidates]
    found = tuple(make_roles(words, frame.source, frame.cue, frame.content) for frame in frames)
    return Decoded(candidates=candidates, found=found, right=judge(found, annotated), annotated=annotated)


def judge(found: Sequence[Roles], annotated: Sequence[Roles]) -> tuple[bool, ...]:
    """Say of each found attribution whether the scorer counts it as right."""
    pairs = dict(pair_by_content([one.content for one in found], [one.content for one in annotated]))
    return tuple(number in pairs and _is_right(one, annotated[pairs[number]]) for number, one in enumerate(found))


def _is_right(found: Roles, annotated: Roles) -> bool:
    overlap = len(found.content & annotated.content) / len(found.content | annotated.content)
    share = bool(found.source & annotated.source) or not (found.source or annotated.source)
    return overlap >= LEAST_OVERLAP and share


def keep(decoded: Decoded, settings: DecodingSettings) -> list[tuple[Roles, float]]:
    """What is kept of an article's candidates, each with its confidence."""
    found = dict(zip(decoded.candidates, decoded.found, strict=True))
    kept = ((found[candidate], sure) for candidate, sure in choose(decoded.candidates, settings))
    return [(roles, sure) for roles, sure in kept if roles.content]


def score(articles: Sequence[Decoded], settings: DecodingSettings) -> Scores:
    scores = Scores()
    for decoded in articles:
        scores.add_article([roles for roles, _ in keep(decoded, settings)], decoded.annotated)
    return scores


def fit_weights(articles: Sequence[Decoded]) -> tuple[float, ...]:
    """Logistic regression by Newton's method, a little drawn towards zero."""
    features = np.array([one.features for decoded in articles for one in decoded.candidates], dtype=np.float64)
    right = np.array([one for decoded in articles for one in decoded.right], dtype=np.float64)
    weights = np.zeros(FEATURES)
    ridge = np.diag([0.0] + [RIDGE] * (FEATURES - 1))
    for _ in range(STEPS):
        sure = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - sure) - ridge @ weights
        bend = (features * (sure * (1 - sure))[:, None]).T @ features + ridge
        weights += np.linalg.solve(bend, slope)
    return tuple(float(round(weight, 4)) for weight in weights)


def fit(articles: Sequence[Decoded], start: DecodingSettings) -> DecodingSettings:
    """Settings with weights and least confidence for the best mean F1."""
    settings = replace(start, weights=fit_weights(articles))
    tried = [replace(settings, least_confidence=float(least)) for least in THRESHOLDS]
    return max(tried, key=lambda one: sum(tally.f1 for tally in score(articles, one).tallies.values()))


def score_crosswise(articles: Sequence[Decoded], start: DecodingSettings) -> tuple[Scores, float]:
    """Figures and calibration error with settings that were fitted on the other half of the articles."""
    total = Scores()
    pairs: list[tuple[float, bool]] = []
    for part in (0, 1):
        settings = fit(articles[1 - part :: 2], start)
        for measure, tally in score(articles[part::2], settings).tallies.items():
            total.tallies[measure].add(tally.right, tally.found, tally.annotated)
        pairs += judge_kept(articles[part::2], settings)
    return total, bin_confidence(pairs)[0]


def judge_kept(articles: Sequence[Decoded], settings: DecodingSettings) -> list[tuple[float, bool]]:
    """The confidence of each attribution that is kept, and whether it is right."""
    pairs: list[tuple[float, bool]] = []
    for decoded in articles:
        kept = keep(decoded, settings)
        right = judge([roles for roles, _ in kept], decoded.annotated)
        pairs += [(sure, one) for (_, sure), one in zip(kept, right, strict=True)]
    return pairs


def bin_confidence(pairs: Sequence[tuple[float, bool]]) -> tuple[float, list[tuple[float, float, int]]]:
    """The expected calibration error, and of each tenth of the pairs its mean confidence, share right and size."""
    ordered = sorted(pairs)
    parts = (ordered[at * len(ordered) // BINS : (at + 1) * len(ordered) // BINS] for at in range(BINS))
    bins = [
        (float(np.mean([sure for sure, _ in part])), float(np.mean([right for _, right in part])), len(part))
        for part in parts
        if part
    ]
    return sum(abs(sure - right) * size for sure, right, size in bins) / max(1, len(ordered)), bins
