"""What a short text says, taken apart for comparison: weighted words, names, numbers, times, negation, question, hedge.

Text in, `Wording` out: pure and quick (no parse), as it is done for each claim. Two wordings are compared in `graph`.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import takewhile

# Longer texts are no claims; what is behind this is not read.
LONGEST_CHARACTERS = 2000
_TOKEN = re.compile(
    r"[$€£₹¥]?\d+(?:[.,]\d+)*(?:st|nd|rd|th|bn|tn|[kmb])?\b%?|[^\W\d_]+(?:['’][^\W\d_]+)?", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?P<currency>[$€£₹¥]?)(?P<digits>\d+(?:[.,]\d+)*)(?P<suffix>st|nd|rd|th|bn|tn|[kmb])?(?P<percent>%?)",
    re.IGNORECASE,
)
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12, "hundred": 1e2, "thousand": 1e3, "dozen": 12.0}
_SCALES |= {"million": 1e6, "billion": 1e9, "trillion": 1e12, "lakh": 1e5, "crore": 1e7}
# "One" is mostly a pronoun or an article.
_TO_TWENTY = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMBER_WORDS = {word: float(value) for value, word in enumerate(_TO_TWENTY.split(), start=2)}
_NUMBER_WORDS |= {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0}
_NUMBER_WORDS |= {"ninety": 90.0, "dozen": 12.0}
_TEN = 10.0
_CURRENCIES = {"dollar": "$", "dollars": "$", "usd": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£"}
_CURRENCIES |= {"rupee": "₹", "rupees": "₹", "yen": "¥"}
_UNIT_WORDS = {"percent": "%", "pct": "%", "per": "%"} | _CURRENCIES
# What stands before a year, also before one that stands before many: "in 2016 voters", "the 2016 elections".
_BEFORE_YEARS_TEXT = (
    "the in of since by until from during after before for its his her their our early mid late around fiscal year may "
    "march"
)
_BEFORE_YEARS = frozenset(_BEFORE_YEARS_TEXT.split())
# Words between a number and what it counts: "at least 58 more people".
_FILLERS_TEXT = "more other others new old additional of about than the a further estimated and"
_FILLERS = frozenset(_FILLERS_TEXT.split())
_PEOPLE_TEXT = "people persons person civilian resident men women other"
_PEOPLE = frozenset(_PEOPLE_TEXT.split())

_WEEKDAYS = {
    name: day
    for day, names in enumerate(
        ("monday mon", "tuesday tues", "wednesday weds", "thursday thurs", "friday", "saturday", "sunday")
    )
    for name in names.split()
}
# "May" and "March" are verbs too, and "sun", "sat" words.
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "", "april", "", "june", "july", "august", "september sept", "october oct",
         "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_NEGATIONS_TEXT = (
    "not no never neither nor none nobody nothing without cannot isn't wasn't aren't weren't don't "
    "doesn't didn't won't wouldn't can't couldn't shouldn't hasn't haven't hadn't deny denies denied "
    "denying false falsely untrue fake hoax hoaxes debunk debunks debunked debunking refute refutes "
    "refuted bogus disproved baseless isnt didnt doesnt wasnt wont cant arent"
)
_NEGATIONS = frozenset(_NEGATIONS_TEXT.split())
_HEDGES_TEXT = (
    "may might could would reportedly allegedly alleged apparently possibly perhaps probably likely claim "
    "claims claimed rumor rumors rumour rumours rumored unconfirmed suspected seems appears believed "
    "purported potential expected plans planning"
)
_HEDGES = frozenset(_HEDGES_TEXT.split())
_STOP_TEXT = (
    "the a an of to in on for and is was were be by with at as from that it its his her him he she they "
    "them their has have had are am this these those but or will been being who which what when where how "
    "than then so if i we you our your my me us do does did"
)
_STOP = frozenset(_STOP_TEXT.split())
_SUFFIXES = ("ations", "ation", "ments", "ment", "ings", "ing", "ied", "ies", "ers", "ed", "es", "er", "ly", "s")
_LEAST_STEM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number and what it counts: a stem, a currency sign, "%", or "" where the text does not say."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """`weights` is of each stem, the rarer the word the higher; `names` are the capitalised words in text order."""

    text: str
    weights: dict[str, float]
    names: tuple[str, ...]
    amounts: tuple[Amount, ...]
    weekdays: frozenset[int]
    months: frozenset[int]
    years: frozenset[int]
    is_negated: bool  # an odd number of negations
    is_question: bool
    is_hedged: bool
    is_passive: bool  # "was sued by": who stands first is not who does it


def read_wording(text: str) -> Wording:
    """Take `text` apart."""
    text = text[:LONGEST_CHARACTERS]
    written = [token.replace("’", "'") for token in _TOKEN.findall(text)]
    tokens = [token.casefold().removesuffix("'s") for token in written]
    stems = {stem(token) for token in tokens if token not in _STOP and not _NUMBER.fullmatch(token)}
    amounts, years = _read_amounts(tokens)
    return Wording(
        text=text,
        weights={each: weigh(each) for each in sorted(stems)} | {amount_key(a): 10.0 for a in amounts},
        names=_names(written),
        amounts=amounts,
        weekdays=frozenset(_WEEKDAYS[token] for token in tokens if token in _WEEKDAYS),
        months=frozenset(_MONTHS[token] for token in tokens if token in _MONTHS),
        years=years,
        is_negated=sum(token in _NEGATIONS for token in tokens) % 2 == 1,
        is_question=text.rstrip(" \"'”’»").endswith("?"),
        is_hedged=any(token in _HEDGES for token in tokens),
        is_passive="by" in tokens,
    )


@cache
def stem(word: str) -> str:
    """Cut the inflection of an English word; the same for all forms of one, not a word itself."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_STEM:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > _LEAST_STEM and word[-1] in "ey" else word


def weigh(stem_: str) -> float:
    """How much two texts have in common if they share this word: the logarithm of its rank by frequency.

    Source: Zipf's law, by which that is the word's information up to a constant; the ranks are those of the sentence
    model's vocabulary, which is ordered by frequency (Devlin et al. 2019).
    """
    return math.log(_ranks().get(stem_, _UNRANKED))


# A word outside of the 30,000 of the vocabulary; the model cuts it into pieces.
_UNRANKED = 100_000
# The first of the vocabulary's ids that is a word, "the"; before it are signs and single characters.
_FIRST_WORD = 1996


@cache
def _ranks() -> dict[str, int]:
    tokenizer = json.loads((resources.files("nlp.sentence_model") / "tokenizer.json").read_text(encoding="utf-8"))
    ranks: dict[str, int] = {}
    for word, number in tokenizer["model"]["vocab"].items():
        if number >= _FIRST_WORD and word.isalpha():
            key = stem(word)
            ranks[key] = min(ranks.get(key, _UNRANKED), number - _FIRST_WORD + 1)
    return ranks


def _names(written: list[str]) -> tuple[str, ...]:
    """The capitalised words but the first; none of a text in which most words are, a headline in title case."""
    capitals = [token for token in written[1:] if token[0].isupper()]
    longer = [token for token in written[1:] if len(token) > 3 and token[0].isalpha()]
    if len([token for token in longer if token[0].isupper()]) > 0.6 * len(longer):
        return ()
    folded = [token.casefold().removesuffix("'s") for token in capitals if len(token) > 1]
    return tuple(dict.fromkeys(stem(token) for token in folded if token not in _WEEKDAYS and token not in _MONTHS))


def _read_amounts(tokens: list[str]) -> tuple[tuple[Amount, ...], frozenset[int]]:
    amounts, years = [], set()
    index = 0
    while index < len(tokens):
        read = _read_number(tokens, index)
        if read is None:
            index += 1
            continue
        value, unit, index = read
        if not unit and _is_year(tokens, index - 1):
            years.add(int(value))
            continue
        amounts.append(Amount(value=value, unit=unit or _unit_after(tokens, index)))
    return tuple(sorted(set(amounts), key=lambda amount: (amount.unit, amount.value))), frozenset(years)


def _read_number(tokens: list[str], index: int) -> tuple[float, str, int] | None:
    """The value, the sign that was on it, and where the text goes on."""
    token = tokens[index]
    unit = ""
    if token in _NUMBER_WORDS:
        value = _NUMBER_WORDS[token]
        follower = tokens[index + 1] if index + 1 < len(tokens) else ""
        unit_value = 1.0 if follower == "one" else _NUMBER_WORDS.get(follower, _TEN)
        if value >= 2 * _TEN and value % _TEN == 0 and unit_value < _TEN:  # "fifty-eight" comes as two words
            value, index = value + unit_value, index + 1
    else:
        match = _NUMBER.fullmatch(token)
        if match is None or match["suffix"] in ("st", "nd", "rd", "th"):
            return None
        value = _value_of(match["digits"]) * _SCALES.get(match["suffix"] or "", 1.0)
        unit = match["currency"] or match["percent"]
    index += 1
    while index < len(tokens) and tokens[index] in _SCALES:
        value *= _SCALES[tokens[index]]
        index += 1
    return value, unit, index


def _value_of(digits: str) -> float:
    """Commas and points in groups of three are of thousands, another is decimal."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif digits.count(".") > 1 or digits.count(",") > 1:
        digits = re.sub(r"[.,]", "", digits)
    return float(digits.replace(",", ".")[:40])


def _is_year(tokens: list[str], index: int) -> bool:
    """ "In 2039" and "the 2016 elections", not "2039 units": what is counted stands behind, as many."""
    token = tokens[index]
    if not (token.isdigit() and len(token) == 4 and 1900 <= int(token) <= 2100):
        return False
    before = tokens[index - 1] if index else ""
    behind = list(takewhile(lambda token: token not in _STOP, tokens[index + 1 : index + 4]))
    is_many = any(each in _PEOPLE or _is_plural(each) for each in behind)
    return not is_many or before in _BEFORE_YEARS or before in _MONTHS


def _is_plural(token: str) -> bool:
    return len(token) >= _LEAST_STEM and token.endswith("s") and not token.endswith("ss")


def _unit_after(tokens: list[str], index: int) -> str:
    for token in tokens[index : index + 3]:
        if token in _UNIT_WORDS:
            return _UNIT_WORDS[token]
        if token in _FILLERS:
            continue
        if token in _STOP or _NUMBER.fullmatch(token):
            return ""
        unit = stem(token)
        return "people" if token in _PEOPLE or unit in _PEOPLE else unit
    return ""


def amount_key(amount: Amount) -> str:
    """The number among a wording's weighted words."""
    return f"{amount.value:g}"
