"""Whether two wordings say the same thing: a score from many signs, the reasons in words, and what forbids a join.

Pure: two `Phrase`s in, one `Verdict` out, the same whichever comes first. The score is a logistic model over a few
signs (`graph/lexicon/pair_weights.json`, fitted by `bench/claims.py`), and no score joins what a sign forbids: a wrong
join is a lie, two claims for one thing are only untidy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources

from graph.narrowing import find_narrower
from nlp.wording import Amount, Wording, amount_key

# Joined from this score on (log odds). Chosen on what `bench/claims.py` prints, for precision: see docs/decisions.md.
JOIN_SCORE = 1.0
# A negation that is misread turns a claim round, so where only one of two has it they must be nearer by this much.
OPPOSITE_MARGIN = 1.0
# Neither is enough by itself, and without both no score joins: below these a pair of news sentences is mostly of one
# story, but says two things of it. Chosen on the joins in the 300 articles of BASIL, read one by one.
JOIN_COSINE, JOIN_WORDS = 0.75, 0.55
# Pairs below this are not judged at all: of them, none of Emergent's has a score near a join.
LEAST_COSINE = 0.35
# Weights are logarithms of ranks; words up to rank e^4 or so ("said", "year") say little of what a text is about.
_COMMON = 4.0
_RARE = 5.0
_LEAST_WEIGHT = 0.5
SIGNS = (
    "bias", "cosine", "cosine squared", "words", "rare words", "contained", "shared weight", "shared words",
    "cosine by words", "cosine by contained", "a number shared", "numbers differ", "one negated", "names shared",
    "names differ", "one a question",
)  # fmt: skip


class Relation(StrEnum):
    """What two claims are to each other."""

    SAME = "same"
    RIVAL = "rival"  # the same thing, given values that cannot both hold
    ASKS = "asks"  # one asks what the other states
    NARROWER = "narrower"  # one says less than the other: of a part of those whom it names
    DENIES = "denies"  # one seems to negate the other, not surely enough to be one claim
    APART = "apart"  # never joined: of other days, or with turned roles
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A text with what the decision needs of it, worked out once."""

    wording: Wording
    norm: float
    rare_norm: float
    rare: dict[str, float]
    information: dict[str, float]
    information_sum: float
    bare: Phrase | None = None  # the same without its numbers; `None` where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`score` is in log odds. `is_opposite` says that one of the two negates what the other says."""

    relation: Relation
    score: float
    reasons: tuple[str, ...]
    is_opposite: bool


def phrase_of(wording: Wording) -> Phrase:
    rare = {word: max(_LEAST_WEIGHT, weight - _RARE) for word, weight in wording.weights.items()}
    information = {word: math.sqrt(max(_LEAST_WEIGHT, weight - _COMMON)) for word, weight in wording.weights.items()}
    return Phrase(
        wording=wording,
        norm=_norm(wording.weights.values()),
        rare_norm=_norm(rare.values()),
        rare=rare,
        information={word: value * value for word, value in information.items()},
        information_sum=sum(value * value for value in information.values()),
        bare=phrase_of(_without_amounts(wording)) if wording.amounts else None,
    )


def read_signs(left: Phrase, right: Phrase, cosine: float) -> tuple[float, ...]:
    """Return the signs of a pair, in the order of `SIGNS`."""
    one, other = left.wording, right.wording
    shared = sorted(one.weights.keys() & other.weights.keys())
    words = sum(one.weights[word] * other.weights[word] for word in shared) / (left.norm * right.norm)
    rare = sum(left.rare[word] * right.rare[word] for word in shared) / (left.rare_norm * right.rare_norm)
    weight = sum(left.information[word] for word in shared)
    contained = weight / (min(left.information_sum, right.information_sum) or 1.0)
    values = {amount.value for amount in one.amounts}, {amount.value for amount in other.amounts}
    names = set(one.names), set(other.names)
    has_both_numbers, has_both_names = all(values), all(names)
    return (
        1.0,
        cosine,
        cosine * cosine,
        words,
        rare,
        contained,
        math.log1p(weight),
        float(len(shared)),
        cosine * words,
        cosine * contained,
        float(has_both_numbers and not values[0].isdisjoint(values[1])),
        float(has_both_numbers and values[0].isdisjoint(values[1])),
        float(one.is_negated != other.is_negated),
        float(has_both_names and not names[0].isdisjoint(names[1])),
        float(has_both_names and names[0].isdisjoint(names[1])),
        float(one.is_question != other.is_question),
    )


def compare(left: Phrase, right: Phrase, cosine: float, *, weights: tuple[float, ...] | None = None) -> Verdict:
    """Judge a pair; `weights` of the signs are the fitted ones unless others are given."""
    one, other = left.wording, right.wording
    is_opposite = one.is_negated != other.is_negated
    forbidden = find_conflict(one, other)
    if forbidden is not None and forbidden[0] is Relation.RIVAL and cosine >= JOIN_COSINE:
        score = _score_without_amounts(left, right, cosine, weights or fitted_weights())
        return Verdict(relation=Relation.RIVAL, score=score, reasons=(forbidden[1],), is_opposite=is_opposite)
    signs = read_signs(left, right, cosine)
    score = sum(weight * sign for weight, sign in zip(weights or fitted_weights(), signs, strict=True))
    if forbidden is not None:
        return Verdict(relation=forbidden[0], score=score, reasons=(forbidden[1],), is_opposite=is_opposite)
    relation, reasons = Relation.SAME, _reasons(signs, score)
    if score < JOIN_SCORE or not _is_near(signs):
        relation, reasons = Relation.OTHER, ()
    elif is_opposite and score < JOIN_SCORE + OPPOSITE_MARGIN:
        relation, reasons = Relation.DENIES, ("one negates what is nearly the other", *reasons)
    return Verdict(relation=relation, score=score, reasons=reasons, is_opposite=is_opposite)


def _score_without_amounts(left: Phrase, right: Phrase, cosine: float, weights: tuple[float, ...]) -> float:
    """How alike two wordings are but for their numbers: one thing with two values, or two things."""
    signs = read_signs(left.bare or left, right.bare or right, cosine)
    score = sum(weight * sign for weight, sign in zip(weights, signs, strict=True))
    return score if _is_near(signs) else min(score, 0.0)


def _without_amounts(wording: Wording) -> Wording:
    numbers = {amount_key(amount) for amount in wording.amounts}
    return replace(
        wording, amounts=(), weights={word: weight for word, weight in wording.weights.items() if word not in numbers}
    )


def _is_near(signs: tuple[float, ...]) -> bool:
    named = dict(zip(SIGNS, signs, strict=True))
    return named["cosine"] >= JOIN_COSINE and named["words"] >= JOIN_WORDS


def find_conflict(one: Wording, other: Wording) -> tuple[Relation, str] | None:
    """What forbids that the two say the same, and why; `None` if nothing does."""
    clash = _clash_of_amounts(one.amounts, other.amounts)
    if clash is not None:
        return Relation.RIVAL, clash
    if one.is_question != other.is_question:
        return Relation.ASKS, "one asks what the other states"
    for what, ours, theirs in (
        ("years", one.years, other.years),
        ("months", one.months, other.months),
        ("days", one.weekdays, other.weekdays),
    ):
        if ours and theirs and ours.isdisjoint(theirs):
            return Relation.APART, f"other {what}"
    if _has_turned_roles(one, other):
        return Relation.APART, "the same names in turned roles"
    narrower = find_narrower(one.text, other.text)
    return None if narrower is None else (Relation.NARROWER, narrower[1])


@cache
def fitted_weights() -> tuple[float, ...]:
    text = (resources.files("graph.lexicon") / "pair_weights.json").read_text(encoding="utf-8")
    named = json.loads(text)["weights"]
    return tuple(float(named[sign]) for sign in SIGNS)


def _clash_of_amounts(ours: tuple[Amount, ...], theirs: tuple[Amount, ...]) -> str | None:
    """Each gives the same unit a value that the other does not give it; or they have no value in common at all.

    "Killing one and injuring three people", "killing three and injuring 15 people": that they share a three is chance.
    """
    if not ours or not theirs:
        return None
    for unit in sorted({amount.unit for amount in ours} & {amount.unit for amount in theirs}):
        one = sorted({amount.value for amount in ours if amount.unit == unit})
        other = sorted({amount.value for amount in theirs if amount.unit == unit})
        if not (set(one) <= set(other) or set(other) <= set(one)):
            low, high = sorted((one, other))
            return f"{_show(low)} against {_show(high)}"
    if {amount.value for amount in ours}.isdisjoint({amount.value for amount in theirs}):
        return "none of the numbers is the same"
    return None


def _show(values: list[float]) -> str:
    return " and ".join(f"{value:,.10g}" for value in values[:3])


def _has_turned_roles(one: Wording, other: Wording) -> bool:
    """ "Acme sues Bolt" and "Bolt sues Acme": the two names that both have stand in the other order."""
    both = [name for name in one.names if name in other.names]
    if len(both) != 2:
        return False
    turned = [name for name in other.names if name in both]
    return both != turned and one.is_passive == other.is_passive


def _reasons(signs: tuple[float, ...], score: float) -> tuple[str, ...]:
    named = dict(zip(SIGNS, signs, strict=True))
    reasons = [f"score {score:.1f}", f"meaning {named['cosine']:.2f}", f"words {named['words']:.2f}"]
    reasons += [sign for sign in ("a number shared", "names shared") if named[sign]]
    reasons += ["one negates it"] if named["one negated"] else []
    return tuple(reasons)


def _norm(values: Iterable[float]) -> float:
    return math.sqrt(sum(value * value for value in values)) or 1.0
