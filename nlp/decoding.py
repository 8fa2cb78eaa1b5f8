"""From a model's scores to spans: cues out of tags, and the parts of an attribution out of roles.

Numbers only: arrays of scores in, ranges of words out. Shared by the run time and by `training/`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


class Tag(IntEnum):
    """What a word is to the cues of its window."""

    OUTSIDE = 0
    BEGIN = 1
    INSIDE = 2


class Role(IntEnum):
    """What a word is to one cue."""

    NONE = 0
    BEGIN_SOURCE = 1
    INSIDE_SOURCE = 2
    BEGIN_CONTENT = 3
    INSIDE_CONTENT = 4


SOURCE_ROLES = (Role.BEGIN_SOURCE, Role.INSIDE_SOURCE)
CONTENT_ROLES = (Role.BEGIN_CONTENT, Role.INSIDE_CONTENT)
TAG_FOLLOWS = {Tag.INSIDE: (Tag.BEGIN, Tag.INSIDE)}
ROLE_FOLLOWS = {
    Role.INSIDE_SOURCE: (Role.BEGIN_SOURCE, Role.INSIDE_SOURCE),
    Role.INSIDE_CONTENT: (Role.BEGIN_CONTENT, Role.INSIDE_CONTENT),
}
FEATURES = 7  # numbers that `describe` gives
IMPOSSIBLE = np.float32(-1e4)
STRETCH = 64  # words


def _allow(size: int, follows: Mapping[Tag, Sequence[Tag]] | Mapping[Role, Sequence[Role]]) -> Scores:
    """What a step from the row's label to the column's costs: nothing, or all."""
    steps = np.zeros((size + 1, size), dtype=np.float32)  # the last row is for the step to the first word
    for inside, before in follows.items():
        steps[:, inside] = IMPOSSIBLE
        for label in before:
            steps[label, inside] = 0.0
    return steps


TAG_STEPS = _allow(len(Tag), TAG_FOLLOWS)
ROLE_STEPS = _allow(len(Role), ROLE_FOLLOWS)


def find_best_path(scores: Scores, steps: Scores) -> NDArray[np.int64]:
    """The best labels `[N, T]` for `scores` `[N, T, L]` under `steps` `[L + 1, L]`.

    Where no step gains anything, what is best word by word is best as a whole if its steps are free, as in most rows;
    for the others the path is looked for (Viterbi).
    """
    paths: NDArray[np.int64] = scores.argmax(-1)
    if not paths.size:
        return paths
    is_best = np.zeros(len(paths), dtype=np.bool_)
    if not (steps > 0).any():
        is_free = steps == 0
        is_best = is_free[-1, paths[:, 0]] & is_free[paths[:, :-1], paths[:, 1:]].all(1)
    for row in np.flatnonzero(~is_best).tolist():
        paths[row] = _find_one_path(scores[row].tolist(), steps.tolist())
    return paths


def _find_one_path(scores: list[list[float]], steps: list[list[float]]) -> list[int]:
    """In plain numbers: arrays of three or five labels cost ten times as much as what is done with them."""
    labels = range(len(scores[0]))
    ways = [[(label, steps[label][to]) for label in labels if steps[label][to] > IMPOSSIBLE] for to in labels]
    # Of a label that is free to come to from any other, `None`: the best so far is where it comes from.
    before = [None if all(step == 0.0 for _, step in each) and len(each) == len(labels) else each for each in ways]
    best = [score + step for score, step in zip(scores[0], steps[-1], strict=True)]
    back: list[list[int]] = []
    for word in scores[1:]:
        came, reached = [], []
        highest = max(best)
        top = best.index(highest)
        for score, some in zip(word, before, strict=True):
            most, label = (highest, top) if some is None else (-math.inf, 0)
            for from_label, step in some or ():
                if best[from_label] + step > most:
                    most, label = best[from_label] + step, from_label
            came.append(label)
            reached.append(most + score)
        back.append(came)
        best = reached
    path = [best.index(max(best))]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def find_cues(tags: Scores, bias: float) -> list[tuple[int, int]]:
    """The cues as ranges of words, from tag scores `[T, 3]`.

    `bias` is added to the score of beginning a cue where the tags alone show none. Where a cue ends is left to the
    tags: with a bias there too cues ran on ("said of", "called half of"), which cost 2 points of cue F1 on dev.
    """
    certain = _read_tags(tags, TAG_STEPS)
    steps = TAG_STEPS.copy()
    steps[[Tag.OUTSIDE, -1], Tag.BEGIN] += np.float32(bias)
    more = (cue for cue in _read_tags(tags, steps) if not _touches(cue, certain))
    return sorted([*certain, *more])


def _read_tags(tags: Scores, steps: Scores) -> list[tuple[int, int]]:
    cues: list[tuple[int, int]] = []
    for at, tag in enumerate(find_best_path(tags[None], steps)[0].tolist()):
        if tag == Tag.BEGIN:
            cues.append((at, at + 1))
        elif tag == Tag.INSIDE:
            cues[-1] = (cues[-1][0], at + 1)
    return cues


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScores:
    """What a model says of one window: words `[start, end)` of a text."""

    start: int
    end: int
    tags: Scores  # [T, 3]
    cues: tuple[tuple[int, int], ...]  # words counted from the window's first
    roles: Scores  # [C, T, 5]
    real: Scores  # [C]: log-odds that the cue is one


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodingSettings:
    """What is set by measuring on annotated articles that the model was not trained on."""

    cue_bias: float  # see `find_cues`: how many are looked at, before `least_confidence` picks
    least_confidence: float  # 0..1, of an attribution that is kept
    bridged_words: int  # a hole of up to so many words in a content or source is filled
    weights: tuple[float, ...]  # of what `describe` says, for the log-odds that an attribution is right
    shared_content: float  # of two attributions with at least this share of their words in common the better is kept

    def __post_init__(self) -> None:
        if len(self.weights) != FEATURES:
            raise ValueError(
                f"{len(self.weights)} weights for {FEATURES} features: the model's settings are not its own"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An attribution as ranges of words of the text, and what is known of how sure it is."""

    cue: tuple[int, int]
    source: tuple[tuple[int, int], ...]
    content: tuple[tuple[int, int], ...]
    features: tuple[float, ...]


def find_candidates(windows: Sequence[WindowScores], settings: DecodingSettings) -> list[Candidate]:
    """The attributions of one text that have a content, each from the window that sees most around its cue."""
    found: list[Candidate] = []
    shares = share_out([(window.start, window.end) for window in windows])
    for window, (first, last) in zip(windows, shares, strict=True):
        inside = [at for at, (start, _) in enumerate(window.cues) if first <= window.start + start < last]
        found += _read_window(window, inside, settings)
    return found


def share_out(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of windows that overlap the words whose cues each answers for: up to the middle of what two have in common."""
    middles = [(end + start) // 2 for (_, end), (start, _) in pairwise(ranges)]
    return list(zip([ranges[0][0], *middles], [*middles, ranges[-1][1]], strict=True)) if ranges else []


def _read_window(window: WindowScores, chosen: Sequence[int], settings: DecodingSettings) -> Iterator[Candidate]:
    if not chosen:
        return
    scores = window.roles[list(chosen)].copy()
    for row, number in enumerate(chosen):
        start, end = window.cues[number]
        scores[row, start:end, 1:] = IMPOSSIBLE  # nothing is said by, or is, its own cue
    paths = find_best_path(scores, ROLE_STEPS)
    likely = log_softmax(scores)
    for row, number in enumerate(chosen):
        path = paths[row]
        is_source, is_content = is_role(path, SOURCE_ROLES), is_role(path, CONTENT_ROLES)
        if not is_content.any():
            continue
        cue = window.cues[number]
        content = bridge(find_runs(is_content), settings.bridged_words, [cue, *find_runs(is_source)])
        source = bridge(find_runs(is_source), settings.bridged_words, [cue, *content])
        features = describe(window, number, likely[row], path)
        yield Candidate(
            cue=_move(cue, window.start),
            source=tuple(_move(run, window.start) for run in source),
            content=tuple(_move(run, window.start) for run in content),
            features=features,
        )


def _move(run: tuple[int, int], offset: int) -> tuple[int, int]:
    return run[0] + offset, run[1] + offset


def is_role(path: NDArray[np.int64], roles: tuple[Role, Role]) -> NDArray[np.bool_]:
    begin, inside = roles
    chosen: NDArray[np.bool_] = (path == begin) | (path == inside)
    return chosen


def find_runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The ranges `[start, end)` in which all are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]])))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def bridge(runs: Sequence[tuple[int, int]], most: int, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join runs with at most so many words between them, none of which is taken by another part."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] <= most and not _touches((joined[-1][1], start), taken):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _touches(run: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start < run[1] and run[0] < end for start, end in others)


def describe(window: WindowScores, number: int, likely: Scores, path: NDArray[np.int64]) -> tuple[float, ...]:
    """What says how sure an attribution is; `likely` `[T, 5]` are log-probabilities of its roles."""
    start, _ = window.cues[number]
    tags = log_softmax(window.tags[start][None])[0]
    is_source, is_content = is_role(path, SOURCE_ROLES), is_role(path, CONTENT_ROLES)
    chosen = likely[np.arange(len(path)), path]
    content = chosen[is_content]
    source = chosen[is_source] if is_source.any() else _least_none(likely)
    return (
        1.0,
        float(window.real[number]),
        float(tags[Tag.BEGIN] - tags[Tag.OUTSIDE]),
        float(content.mean()),
        float(max(content.min(), -5.0)),
        float(max(source.min(), -5.0)),
        float(is_source.any()),
    )


def _least_none(likely: Scores) -> Scores:
    """How unlikely it is at most, by one word, that there is no source."""
    none = np.log1p(-np.minimum(np.exp(likely[:, list(SOURCE_ROLES)]).sum(-1), 1 - 1e-6))
    return np.asarray([none.min()], dtype=np.float32)


def weigh(candidate: Candidate, settings: DecodingSettings) -> float:
    """The probability that an attribution is right, 0..1."""
    score = sum(weight * value for weight, value in zip(settings.weights, candidate.features, strict=True))
    return float(1 / (1 + math.exp(-min(max(score, -30.0), 30.0))))


def choose(candidates: Sequence[Candidate], settings: DecodingSettings) -> list[tuple[Candidate, float]]:
    """Those that are sure enough with their confidence, in text order; of two that say the same the surer."""
    weighed = [(weigh(candidate, settings), candidate) for candidate in candidates]
    weighed = [(sure, candidate) for sure, candidate in weighed if sure >= settings.least_confidence]
    weighed.sort(key=lambda pair: (-pair[0], pair[1].cue))
    kept: list[tuple[Candidate, float]] = []
    near: dict[int, list[Candidate]] = {}  # those kept by stretch of the text, so that far ones are not compared
    for sure, candidate in weighed:
        stretches = _list_stretches(candidate)
        others = (other for stretch in stretches for other in near.get(stretch, ()))
        if not any(is_same(candidate, other, settings.shared_content) for other in others):
            kept.append((candidate, sure))
            for stretch in stretches:
                near.setdefault(stretch, []).append(candidate)
    return sorted(kept, key=lambda pair: pair[0].cue)


def _list_stretches(candidate: Candidate) -> range:
    parts = [candidate.cue, *candidate.content]
    first, last = min(start for start, _ in parts), max(end for _, end in parts)
    return range(first // STRETCH, last // STRETCH + 1)


def is_same(candidate: Candidate, other: Candidate, shared_content: float) -> bool:
    """Say whether two candidates share their cue, or most of their contents."""
    if _touches(candidate.cue, [other.cue]):
        return True
    if candidate.content[-1][1] <= other.content[0][0] or other.content[-1][1] <= candidate.content[0][0]:
        return False
    ours = {word for start, end in candidate.content for word in range(start, end)}
    theirs = {word for start, end in other.content for word in range(start, end)}
    return len(ours & theirs) >= shared_content * len(ours | theirs)


def log_softmax(scores: Scores) -> Scores:
    """Log-probabilities over the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    result: Scores = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return result
