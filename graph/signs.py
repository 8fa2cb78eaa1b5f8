"""What speaks for two people of one name being one: signs, each of which is enough by itself.

Every person whom an article names in full is somebody of that article's own. What the article says around the name
becomes signs: a number made of the name and of something that two articles about one person share and two namesakes
hardly ever do. Who shares a sign is one (`graph.identities`). Signs are computed from one article alone, so that the
order in which articles come changes nothing.

A sign is a claim in the same words; a role beside an organisation, person or place ("inspector", Velden); two of these
together within two years; or within four weeks an organisation, a person, or two places. What is in all the news
(countries, outlets, parliaments) is none of these by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations

from graph.ids import stable_id
from graph.names import core_of, fold_letters, read_person
from nlp.annotation import Annotation, Entity, EntityType, Span
from nlp.publications import is_publication
from nlp.referents import Sort, classify_name, sort_noun

# What stands further from a name than this is not taken for what surrounds it: some two sentences.
NEAR_CHARACTERS = 250
MENTIONS_LOOKED_AT = 20
MOST_FEATURES = 5
MOST_ROLES = 3
# Fewer words may be said by anybody ("it was a great honour").
LEAST_CLAIM_WORDS = 8
_ROLE_WORDS_BEFORE = 4
_APPOSITION = re.compile(r"\s*(?:,|\()\s*((?:an?|the|its|his|her|their|who is|former|then)?\s?[^,.;:()\n]{3,90})")
_BEFORE = re.compile(r"[^,.;:()\n\"“”]*$")
_WORD = re.compile(r"\w[\w'’-]*")
# Roles that say next to nothing of who somebody is.
_ANYBODY_WORDS = (
    "man woman men person people boy girl guy kid child individual somebody someone nobody one he she mr "
    "mrs ms miss madam sir source official member resident friend colleague user participant head "
    "general"
)
_ANYBODY = frozenset(_ANYBODY_WORDS.split())
_DAY_SECONDS = 86_400
# How long something shared speaks for one person, and how much (log odds, by judgement: every one is above a join).
_SAME_CLAIM, _ROLE_AND_FEATURE, _TWO_FEATURES, _ONE_FEATURE, _ROLE_AND_COMMON = 6.0, 5.0, 4.0, 3.0, 2.5
_TWO_FEATURES_DAYS, _ONE_FEATURE_DAYS, _ROLE_AND_COMMON_DAYS = 730, 28, 365
# In half of all political news, and so common to namesakes as well.
_COMMON = frozenset(
    (
        "congress", "senate", "house", "house of representatives", "white house", "pentagon", "parliament",
        "supreme court", "state department", "department of state", "justice department", "department of justice",
        "government", "republican party", "democratic party", "gop", "european union", "eu", "united nations", "un",
        "nato", "twitter", "facebook", "youtube", "instagram", "google",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """`number` is equal for what two articles share; `words` say what it is; `score` how much it says, in log odds."""

    number: int
    words: str
    score: float


@dataclass(frozen=True, slots=True)
class _Feature:
    key: str
    name: str
    is_common: bool


def find_signs(
    text: str, annotation: Annotation, claims_of: Mapping[int, Iterable[tuple[int, str]]], *, at: datetime
) -> dict[int, list[Sign]]:
    """Return the signs of each person in an article, by the entity's index.

    `claims_of` gives the claims (id, text) whose source an entity is; `at` is the article's credible time.
    """
    surroundings = _Surroundings(annotation)
    found: dict[int, list[Sign]] = {}
    for entity in annotation.entities:
        if entity.type is not EntityType.PERSON:
            continue
        said = (claim_sign(entity.name, *claim) for claim in claims_of.get(entity.id, ()))
        signs = [sign for sign in said if sign is not None]
        person = read_person(entity.name)
        if person is not None:
            features = surroundings.features_of(entity)
            signs += _context_signs(person.key, features, find_roles(text, entity), at)
        if signs:
            found[entity.id] = list({sign.number: sign for sign in signs}.values())
    return found


def find_roles(text: str, entity: Entity) -> list[str]:
    """What a text calls a person beside the name, in lower case: "Inspector Ada Brandt", "Ada Brandt, a lawyer"."""
    counts: Counter[str] = Counter()
    for start, end in entity.mentions[:MENTIONS_LOOKED_AT]:
        before = _BEFORE.search(text[max(0, start - 60) : start])
        words = _WORD.findall(before[0] if before else "")[-_ROLE_WORDS_BEFORE:]
        after = _APPOSITION.match(text[end : end + 120])
        words += _WORD.findall(after[1]) if after else []
        counts.update({word for word in map(str.lower, words) if _is_role(word)})
    return [word for word, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ROLES]]


def _context_signs(name: str, features: Sequence[_Feature], roles: Sequence[str], at: datetime) -> Iterator[Sign]:
    telling = [feature for feature in features if not feature.is_common]
    for role in roles:
        for feature in telling:
            yield _sign(f"both {role}, with {feature.name}", _ROLE_AND_FEATURE, name, role, feature.key)
        for feature in features:
            if feature.is_common:
                words = f"both {role}, with {feature.name}, within a year"
                yield from _timed(words, _ROLE_AND_COMMON, at, _ROLE_AND_COMMON_DAYS, name, role, feature.key)
    for left, right in combinations(sorted(telling, key=lambda feature: feature.key), 2):
        words = f"both with {left.name} and {right.name}"
        if _is_place(left) and _is_place(right):
            words = f"{words}, within four weeks"
            yield from _timed(words, _ONE_FEATURE, at, _ONE_FEATURE_DAYS, name, left.key, right.key)
        else:
            yield from _timed(words, _TWO_FEATURES, at, _TWO_FEATURES_DAYS, name, left.key, right.key)
    for feature in telling:
        if not _is_place(feature):
            words = f"both with {feature.name}, within four weeks"
            yield from _timed(words, _ONE_FEATURE, at, _ONE_FEATURE_DAYS, name, feature.key)


def claim_sign(name: str, claim_id: int, claim: str) -> Sign | None:
    """The sign of a person, by the name in an article, who says this; `None` for what anybody may say."""
    if len(claim.split()) < LEAST_CLAIM_WORDS:
        return None
    return _sign(f"both say: {claim[:80]}", _SAME_CLAIM, fold_letters(name), f"claim {claim_id}")


def _sign(words: str, score: float, *parts: str | int) -> Sign:
    return Sign(number=stable_id("sign", *parts), words=words, score=score)


def _timed(words: str, score: float, at: datetime, days: int, *parts: str) -> Iterator[Sign]:
    """Signs that are shared surely within half of `days`, and never beyond `days`: two windows that overlap."""
    half = days * _DAY_SECONDS // 2
    window = int(at.timestamp()) // half
    for number in (window, window + 1):
        yield _sign(words, score, *parts, days, number)


def _is_place(feature: _Feature) -> bool:
    return feature.key.startswith("place ")


class _Surroundings:
    """Who and what is named near whom in one article."""

    def __init__(self, annotation: Annotation) -> None:
        self._features = {entity.id: feature for entity in annotation.entities if (feature := _feature_of(entity))}
        places = [(span.start, entity.id) for entity in annotation.entities for span in entity.mentions]
        self._mentions = sorted(place for place in places if place[1] in self._features)
        self._starts = [start for start, _ in self._mentions]

    def features_of(self, person: Entity) -> list[_Feature]:
        """What is named near a person, the most often named first, up to `MOST_FEATURES`."""
        counts: Counter[str] = Counter()
        by_key: dict[str, _Feature] = {}
        for span in person.mentions[:MENTIONS_LOOKED_AT]:
            for entity_id in set(self._near(span)) - {person.id}:
                feature = self._features[entity_id]
                counts[feature.key] += 1
                by_key[feature.key] = min(by_key.get(feature.key, feature), feature, key=lambda each: each.name)
        own = _feature_of(person)
        ranked = sorted(counts, key=lambda key: (by_key[key].is_common, -counts[key], key))
        return [by_key[key] for key in ranked if own is None or key != own.key][:MOST_FEATURES]

    def _near(self, span: Span) -> Iterator[int]:
        first = bisect_left(self._starts, span.start - NEAR_CHARACTERS)
        last = bisect_right(self._starts, span.end + NEAR_CHARACTERS)
        for _, entity_id in self._mentions[first:last]:
            yield entity_id


def _feature_of(entity: Entity) -> _Feature | None:
    """What an entity says of those beside it; `None` for single names, outlets and peoples."""
    if entity.type is EntityType.PERSON:
        person = read_person(entity.name)
        return None if person is None else _Feature(f"person {person.key}", entity.name, is_common=False)
    core = core_of(entity.name)
    if not core or entity.type is EntityType.NORP:
        return None
    if entity.type is EntityType.ORG:
        if is_publication(entity.name):
            return None
        return _Feature(f"organisation {core}", entity.name, is_common=core in _COMMON)
    is_common = not _known_classes(core).isdisjoint({"country", "region", "state"}) or core in ("us", "uk", "usa")
    return _Feature(f"place {core}", entity.name, is_common=is_common)


@lru_cache(maxsize=10_000)
def _is_role(word: str) -> bool:
    return word not in _ANYBODY and sort_noun(word, is_plural=False) is Sort.PERSON


@lru_cache(maxsize=10_000)
def _known_classes(name: str) -> frozenset[str]:
    return classify_name(name)
