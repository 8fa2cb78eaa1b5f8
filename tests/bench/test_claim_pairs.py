"""The measures of the bench of claims, on small cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.claim_pairs import b_cubed, f1, fit, pair_counts
from bench.claims import clean_tweet


def test_pairs_are_counted() -> None:
    assert pair_counts([0, 0, 1, 1], [0, 0, 0, 1]) == (1, 2, 3)
    assert f1(1, 2, 3) == pytest.approx(0.4)


def test_only_pairs_with_a_counted_member_count() -> None:
    assert pair_counts([0, 0, 0], [0, 0, 0], [True, False, False]) == (2, 2, 2)


def test_b_cubed_is_one_only_for_the_gold_groups() -> None:
    assert b_cubed([5, 5, 7], [1, 1, 2]) == 1.0
    assert b_cubed([5, 5, 5], [1, 1, 2]) == pytest.approx(2 * (5 / 9) / (5 / 9 + 1))


def test_a_fit_finds_the_sign_that_tells() -> None:
    chance = np.random.default_rng(0)
    tells, noise = chance.normal(size=500), chance.normal(size=500)
    signs = np.stack([np.ones(500), tells, noise], axis=1)
    weights = fit(signs, tells + 0.3 * chance.normal(size=500) > 0.5)
    assert weights[1] > 1 > abs(weights[2])
    assert weights[0] < 0


def test_a_tweet_is_cleaned_of_links_handles_and_signature() -> None:
    text = "Look #here @somebody https://t.example/x — Ann Lee (@ann) March 3, 2020"
    assert clean_tweet(text) == "Look here"
