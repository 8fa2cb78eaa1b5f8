"""Whether two wordings say the same: the signs, and what forbids a join whatever the score."""

from __future__ import annotations

import pytest

from graph.pairs import SIGNS, Relation, Verdict, compare, fitted_weights, phrase_of, read_signs
from nlp.wording import read_wording

PLAIN = "The Orsk plant leaked 400 litres of solvent on Tuesday"


def judge(left: str, right: str, cosine: float = 0.95) -> Verdict:
    return compare(phrase_of(read_wording(left)), phrase_of(read_wording(right)), cosine)


@pytest.mark.parametrize(
    ("other", "relation", "reason"),
    [
        ("The Orsk plant leaked 4,000 litres of solvent on Tuesday", Relation.RIVAL, "400 against 4,000"),
        ("The Orsk plant leaked $400 of solvent on Tuesday", Relation.SAME, None),
        ("Did the Orsk plant leak 400 litres of solvent on Tuesday?", Relation.ASKS, "one asks what the other states"),
        ("The Orsk plant leaked 400 litres of solvent on Friday", Relation.APART, "other days"),
        ("On Tuesday 400 litres of solvent leaked from the Orsk plant", Relation.SAME, None),
    ],
)
def test_what_forbids_a_join_is_named(other: str, relation: Relation, reason: str | None) -> None:
    verdict = judge(PLAIN, other)
    assert verdict.relation is relation
    if reason is not None:
        assert verdict.reasons == (reason,)


def test_tolls_that_share_one_of_their_numbers_are_rivals_unless_one_says_less() -> None:
    one = "Shells fired at Orsk killed 3 people, then 9 people"
    assert judge(one, "Shells fired at Orsk killed 3 people, then 15 people").relation is Relation.RIVAL
    assert judge(one, "Shells fired at Orsk killed 9 people").relation is not Relation.RIVAL


def test_turned_roles_are_not_the_same_but_a_passive_is() -> None:
    sued = "The firm Acme sued Boltwerk over its patents"
    assert judge(sued, "The firm Boltwerk sued Acme over its patents").relation is Relation.APART
    assert judge(sued, "The firm Boltwerk was sued by Acme over its patents").relation is Relation.SAME


def test_a_low_cosine_joins_nothing() -> None:
    assert judge(PLAIN, PLAIN, cosine=0.1).relation is Relation.OTHER


def test_a_negation_is_seen_and_asks_for_more() -> None:
    verdict = judge(PLAIN, "The Orsk plant did not leak 400 litres of solvent on Tuesday")
    assert verdict.is_opposite


def test_a_verdict_is_the_same_whichever_comes_first() -> None:
    for other in ("Solvent leaked at Orsk, 400 litres", "", "4,000 litres?", "ACME sues 12 of 13"):
        assert judge(PLAIN, other) == judge(other, PLAIN)


def test_every_sign_has_a_weight_and_every_weight_a_sign() -> None:
    phrase = phrase_of(read_wording(PLAIN))
    assert len(read_signs(phrase, phrase, 1.0)) == len(SIGNS) == len(fitted_weights())
