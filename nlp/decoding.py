"""From a model's scores to spans: cues out of tags, and the parts of an attribution out of roles.

Numbers only: arrays of scores in, ranges of words out. Shared by the run time and by `training/`.
"""

from __future__ import annotations

from enum import IntEnum

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


TAG_FOLLOWS = {Tag.INSIDE: (Tag.BEGIN, Tag.INSIDE)}
ROLE_FOLLOWS = {
    Role.INSIDE_SOURCE: (Role.BEGIN_SOURCE, Role.INSIDE_SOURCE),
    Role.INSIDE_CONTENT: (Role.BEGIN_CONTENT, Role.INSIDE_CONTENT),
}
IMPOSSIBLE = np.float32(-1e4)


def _allow(size: int, follows: dict[IntEnum, tuple[IntEnum, ...]]) -> Scores:
    """What a step from the row's label to the column's costs: nothing, or all."""
    steps = np.zeros((size + 1, size), dtype=np.float32)  # the last row is for the step to the first word
    for inside, before in follows.items():
        steps[:, inside] = IMPOSSIBLE
        for label in before:
            steps[label, inside] = 0.0
    return steps


TAG_STEPS = _allow(len(Tag), dict(TAG_FOLLOWS))
ROLE_STEPS = _allow(len(Role), dict(ROLE_FOLLOWS))


def find_best_path(scores: Scores, steps: Scores) -> NDArray[np.int64]:
    """The best labels `[N, T]` for `scores` `[N, T, L]` under `steps` `[L + 1, L]` (Viterbi)."""
    rows, length, _ = scores.shape
    back = np.zeros((length, rows, scores.shape[2]), dtype=np.int64)
    path = np.zeros((rows, length), dtype=np.int64)
    if not rows or not length:
        return path
    best = scores[:, 0] + steps[-1]
    for at in range(1, length):
        through = best[:, :, None] + steps[None, :-1]
        back[at] = through.argmax(1)
        best = through.max(1) + scores[:, at]
    path[:, -1] = best.argmax(1)
    for at in range(length - 1, 0, -1):
        path[:, at - 1] = back[at][np.arange(rows), path[:, at]]
    return path


def find_cues(tags: Scores, bias: float) -> list[tuple[int, int]]:
    """The cues as ranges of words, from tag scores `[T, 3]`; `bias` is taken off the score of no cue."""
    shifted = tags.copy()
    shifted[:, Tag.OUTSIDE] -= np.float32(bias)
    path = find_best_path(shifted[None], TAG_STEPS)[0]
    cues: list[tuple[int, int]] = []
    for at, tag in enumerate(path.tolist()):
        if tag == Tag.BEGIN:
            cues.append((at, at + 1))
        elif tag == Tag.INSIDE:
            cues[-1] = (cues[-1][0], at + 1)
    return cues
