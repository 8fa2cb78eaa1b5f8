"""Groups from scores of pairs: the same in any order, no chains, nothing across what is forbidden."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from graph.joining import join, pair_of

Scores = dict[tuple[int, int], float]


def test_near_things_are_joined_and_others_stay_alone() -> None:
    assert join([3, 1, 2], {(1, 2): 4.0, (2, 3): -1.0}, threshold=1.0) == [(1, 2), (3,)]


def test_a_middling_one_does_not_chain_two_that_are_far_apart() -> None:
    scores = {(1, 2): 3.0, (2, 3): 2.9}
    assert join([1, 2, 3], scores, threshold=1.0) == [(1, 2), (3,)]


def test_a_long_chain_of_near_neighbours_does_not_become_one_group() -> None:
    scores = {(n, n + 1): 3.0 for n in range(50)}
    assert max(len(group) for group in join(range(51), scores, threshold=1.0)) <= 2


def test_a_group_takes_in_what_is_near_to_all_of_it() -> None:
    scores = {(1, 2): 5.0, (1, 3): 3.0, (2, 3): 3.0}
    assert join([1, 2, 3], scores, threshold=1.0) == [(1, 2, 3)]


def test_what_is_forbidden_to_one_member_is_forbidden_to_its_group() -> None:
    scores = {(1, 2): 5.0, (1, 3): 4.0, (2, 3): 4.0}
    assert join([1, 2, 3], scores, forbidden=[(1, 3)], threshold=1.0) == [(1, 2), (3,)]


def test_of_two_equals_the_lower_is_joined() -> None:
    scores = {(1, 3): 2.0, (2, 3): 2.0}
    assert join([1, 2, 3], scores, threshold=1.0) == [(1, 3), (2,)]


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] < pair[1]),
        st.floats(-6, 6, allow_nan=False),
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_any_order_of_things_and_scores_gives_the_same_groups(scores: Scores, chance: random.Random) -> None:
    items = list(scores.items())
    chance.shuffle(items)
    things = list(range(13))
    chance.shuffle(things)
    groups = join(things, dict(items), threshold=1.0)
    assert groups == join(range(13), scores, threshold=1.0)
    assert sorted(thing for group in groups for thing in group) == list(range(13))


def test_pairs_are_ascending() -> None:
    assert pair_of(2, 1) == pair_of(1, 2) == (1, 2)
