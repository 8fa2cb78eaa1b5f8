from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from nlp.decoding import (
    FEATURES,
    ROLE_STEPS,
    TAG_STEPS,
    DecodingSettings,
    Role,
    Scores,
    WindowScores,
    bridge,
    choose,
    find_best_path,
    find_candidates,
    find_cues,
)

SETTINGS = DecodingSettings(
    cue_bias=0.0,
    least_confidence=0.5,
    bridged_words=4,
    weights=(0.0, 1.0, *[0.0] * (FEATURES - 2)),
    shared_content=0.5,
)


def make_tags(labels: str) -> Scores:
    """Scores that are for `B`, `I` or `.` each."""
    return np.array([[4.0 * (label == tag) for tag in ".BI"] for label in labels], dtype=np.float32)


def make_roles(labels: str) -> Scores:
    """Scores that are for the begin or inside of source (`S`, `s`) or content (`C`, `c`), or for none (`.`)."""
    return np.array([[4.0 * (label == role) for role in ".SsCc"] for label in labels], dtype=np.float32)


def make_window(cues: list[tuple[int, int]], roles: list[str], real: list[float], start: int = 0) -> WindowScores:
    return WindowScores(
        start=start,
        end=start + len(roles[0]),
        tags=make_tags("." * len(roles[0])),
        cues=tuple(cues),
        roles=np.stack([make_roles(labels) for labels in roles]),
        real=np.array(real, dtype=np.float32),
    )


def test_cue_begins_where_it_is_said_to() -> None:
    assert find_cues(make_tags("..BI.BB.I"), 0.0) == [(2, 4), (5, 6), (6, 7)]


def test_bias_finds_more_cues() -> None:
    tags = np.array([[1.0, 0.0, 0.0]], dtype=np.float32)
    assert find_cues(tags, 0.5) == []
    assert find_cues(tags, 1.5) == [(0, 1)]


def test_bias_moves_no_end_of_a_cue() -> None:
    tags = np.array([[0.0, 4.0, 0.0], [1.0, 0.0, 0.5]], dtype=np.float32)
    assert find_cues(tags, 1.5) == [(0, 1)]


def test_no_words_have_no_cues() -> None:
    assert find_cues(np.zeros((0, 3), dtype=np.float32), 0.0) == []


def test_roles_become_ranges() -> None:
    (found,) = find_candidates([make_window([(2, 3)], ["Ss.Ccc."], [1.0], start=10)], SETTINGS)
    assert (found.cue, found.source, found.content) == ((12, 13), ((10, 12),), ((13, 16),))


def test_inside_without_a_beginning_is_not_read() -> None:
    (found,) = find_candidates([make_window([(0, 1)], [".Cccs.."], [1.0])], SETTINGS)
    assert (found.source, found.content) == ((), ((1, 4),))


def test_content_does_not_hold_its_own_cue() -> None:
    (found,) = find_candidates([make_window([(2, 3)], ["Cccccc"], [1.0])], SETTINGS)
    assert found.content == ((0, 2), (3, 6))


def test_attribution_without_content_is_dropped() -> None:
    assert find_candidates([make_window([(2, 3)], ["Ss...."], [1.0])], SETTINGS) == []


@pytest.mark.parametrize(
    ("runs", "taken", "joined"),
    [
        ([(0, 3), (7, 9)], [], [(0, 9)]),
        ([(0, 3), (8, 9)], [], [(0, 3), (8, 9)]),
        ([(0, 3), (5, 9)], [(4, 5)], [(0, 3), (5, 9)]),
        ([], [], []),
    ],
)
def test_small_holes_are_filled_unless_taken(
    runs: list[tuple[int, int]], taken: list[tuple[int, int]], joined: list[tuple[int, int]]
) -> None:
    assert bridge(runs, 4, taken) == joined


def test_cue_in_two_windows_is_read_where_more_is_around_it() -> None:
    left = make_window([(7, 8)], [".....Cc.."], [1.0])
    right = make_window([(2, 3)], ["...Cc...."], [1.0], start=5)
    assert [one.content for one in find_candidates([left, right], SETTINGS)] == [((8, 10),)]


def test_unsure_attribution_is_left_out() -> None:
    candidates = find_candidates([make_window([(0, 1), (3, 4)], [".Cc...", "....Cc"], [2.0, -1.0])], SETTINGS)
    chosen = choose(candidates, SETTINGS)
    assert [one.cue for one, _ in chosen] == [(0, 1)]
    assert chosen[0][1] == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_of_two_with_the_same_content_the_surer_is_kept() -> None:
    candidates = find_candidates([make_window([(0, 1), (5, 6)], [".Cccc.", ".Cccc."], [1.0, 2.0])], SETTINGS)
    assert [one.cue for one, _ in choose(candidates, SETTINGS)] == [(5, 6)]
    both = choose(candidates, replace(SETTINGS, shared_content=1.1))
    assert [one.cue for one, _ in both] == [(0, 1), (5, 6)]


def test_settings_of_another_model_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        replace(SETTINGS, weights=(1.0,))


def test_roles_are_numbered_as_the_model_gives_them() -> None:
    assert [role.name for role in Role] == [
        "NONE",
        "BEGIN_SOURCE",
        "INSIDE_SOURCE",
        "BEGIN_CONTENT",
        "INSIDE_CONTENT",
    ]


@pytest.mark.parametrize(("steps", "gain"), [(TAG_STEPS, 0.0), (TAG_STEPS, 0.7), (ROLE_STEPS, 0.0)])
def test_best_path_is_the_best_of_all_paths(steps: Scores, gain: float) -> None:
    steps = steps.copy()
    steps[[0, -1], 1] += np.float32(gain)
    scores = np.random.default_rng(4).normal(size=(40, 5, steps.shape[1])).astype(np.float32)

    def rate(row: Scores, path: tuple[int, ...]) -> float:
        places = [-1, *path[:-1]]
        return float(sum(row[at, label] + steps[places[at], label] for at, label in enumerate(path)))

    for row, path in zip(scores, find_best_path(scores, steps), strict=True):
        best = max(rate(row, other) for other in product(range(steps.shape[1]), repeat=5))
        assert rate(row, tuple(path.tolist())) == pytest.approx(best, abs=1e-4)
