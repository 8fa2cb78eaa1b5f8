"""Who a pronoun of the third person stands for: candidates that agree with it, scored by where and how they were named.

Source: the cues are those of Lappin and Leass (1994) and of Hobbs's and the centering literature: agreement, recency,
subjecthood, parallelism, the subject of one's own clause; what sets quotations and speakers apart is ours. The weights
were fitted on rows 1 to 1,000 of GAP's development part, and those that need a source set by eye on PolNeAR's train
articles (docs/resolution.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from nlp.discourse import Discourse, Referent
from nlp.mentions import Kind, Phrase, Role
from nlp.referents import SPEAKING, Gender, Sort

MALE = frozenset({"he", "him", "his", "himself"})
FEMALE = frozenset({"she", "her", "hers", "herself"})
PLURAL = frozenset({"they", "them", "their", "theirs", "themselves"})
NEUTER = frozenset({"it", "its", "itself"})
THIRD_PERSON = MALE | FEMALE | PLURAL | NEUTER
REFLEXIVE = frozenset({"himself", "herself", "themselves", "itself"})
WINDOW_SENTENCES = 3
WINDOW_PHRASES = 60
FAR = 3  # sentences and more

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "one sentence before": -1.67,
        "two sentences before": -3.68,
        "three sentences before": -3.72,
        "phrases between": -0.38,  # for each doubling
        "subject": 1.85,
        "subject in the sentence": 0.83,
        "object": 0.79,
        "part of another phrase": -0.27,
        "apposition": 0.63,
        "possessor": 0.51,
        "deep in a phrase": -0.75,
        "same role": 0.79,
        "subject of the same clause": 0.23,
        "joined to it": 2.20,
        "spoken of before": 0.56,  # for each doubling of its mentions
        "last by a pronoun": -0.50,
        "a name": 1.60,
        "gender known": 0.60,
        "gender guessed": 0.50,
        "not known as a person": -0.70,
        "says this": 1.00,
        "spoke last": 2.00,
        "named in what another says": -1.00,
        "inside a quotation": -0.50,
        "subject that follows": 1.99,
        "an organisation for they": -1.00,
        "a thing": -0.30,
        "taken for a person": -1.00,
    }
)
LEAST_SCORE = -0.6
LEAST_SCORE_THING = 0.0  # of "it" and "they", which have more to choose from
LEAST_SCORE_ALONE = -2.5  # of the only candidate, if its gender is known to agree
LEAST_LEAD = 0.25  # over the second


class Choice(NamedTuple):
    referent: Referent
    score: float
    reasons: tuple[str, ...]


class Candidate(NamedTuple):
    referent: Referent
    mention: int  # number of the phrase that speaks for it
    features: tuple[tuple[str, float], ...]


def resolve_pronoun(discourse: Discourse, number: int) -> Choice | None:
    """The referent of a pronoun of the third person; `None` where none is likely enough, or two are."""
    scored = sorted(
        ((score_candidate(candidate), candidate) for candidate in list_candidates(discourse, number)),
        key=lambda pair: -pair[0],
    )
    word = discourse.phrases[number].word
    least = LEAST_SCORE if word in MALE or word in FEMALE else LEAST_SCORE_THING
    if not scored or scored[0][0] < (LEAST_SCORE_ALONE if _is_sure(scored) else least):
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < LEAST_LEAD:
        return None
    score, best = scored[0]
    reasons = tuple(name for name, value in best.features if WEIGHTS[name] * value > 0)
    return Choice(best.referent, score, reasons)


def score_candidate(candidate: Candidate) -> float:
    return sum(WEIGHTS[name] * value for name, value in candidate.features)


def _is_sure(scored: list[tuple[float, Candidate]]) -> bool:
    """Say whether there is but one, of whom it is known that they agree."""
    return len(scored) == 1 and any(name == "gender known" for name, _ in scored[0][1].features)


def list_candidates(discourse: Discourse, number: int) -> list[Candidate]:
    """Those that agree with a pronoun, the nearest first, each once, by the mention that speaks most for it."""
    pronoun = discourse.phrases[number]
    if pronoun.is_pleonastic:
        return []
    excluded = set(_list_excluded(discourse, number))
    found: dict[int, Candidate] = {}
    for before, is_after in _list_mentions(discourse, number):
        mention = discourse.phrases[before]
        if _is_bound(mention, pronoun) or (mention.is_generic and not mention.is_plural and not mention.is_proper):
            continue  # "became mayor" is nobody
        one = discourse.referents[before] or (discourse.entity_at(before) if is_after else None)
        for referent in (discourse.joint.get(before) if pronoun.is_plural else None, one):
            if referent is None or id(referent) in excluded or not _agrees(discourse, number, referent):
                continue
            features = tuple(_read_features(discourse, number, before, referent, is_after=is_after))
            candidate = Candidate(referent, before, features)
            held = found.get(id(referent))
            if held is None or score_candidate(held) < score_candidate(candidate):
                found[id(referent)] = candidate
    return list(found.values())


def _list_mentions(discourse: Discourse, number: int) -> Iterator[tuple[int, bool]]:
    """Phrases that may be what is meant, and whether each stands after the pronoun."""
    pronoun = discourse.phrases[number]
    own = discourse.speaking.get(number)
    for before in discourse.look_back(number, WINDOW_SENTENCES, WINDOW_PHRASES):
        start = discourse.phrases[before].head.start
        if own is not None and any(span.start <= start < span.end for span in own.content):
            continue  # what somebody says is no place where they are named
        yield before, False
    if pronoun.answers is not None and (after := discourse.find(pronoun.answers)) is not None:
        yield after, True
        owner = discourse.phrases[after].owner
        if owner is not None and (possessor := discourse.find(owner)) is not None:
            yield possessor, True  # "In his last year, X's health"


def _list_excluded(discourse: Discourse, number: int) -> Iterator[int]:
    """Who it cannot be: whom the pronoun's own content names, who speaks the quotation that it stands in."""
    pronoun = discourse.phrases[number]
    if pronoun.modified is not None and (noun := discourse.find(pronoun.modified)) is not None:
        yield id(discourse.referents[noun])
    own = discourse.speaking.get(number)
    if own is not None:
        for before in discourse.look_back(number, WINDOW_SENTENCES, WINDOW_PHRASES):
            phrase = discourse.phrases[before]
            inside = any(span.start <= phrase.head.start < span.end for span in own.content)
            if inside and phrase.kind is Kind.NAME:
                yield id(discourse.referents[before])
    if pronoun.quotation is not None:
        around = discourse.speech_around(pronoun.head.start)
        speaker = None if around is None else discourse.source_of(around)
        if speaker is not None:
            yield id(speaker)


def _agrees(discourse: Discourse, number: int, referent: Referent) -> bool:
    word = discourse.phrases[number].word
    if number in discourse.speaking and referent.sort is Sort.THING and not referent.may_be_person:
        return False
    if word in MALE or word in FEMALE:
        gender = Gender.MALE if word in MALE else Gender.FEMALE
        is_person = referent.sort is Sort.PERSON or referent.may_be_person
        return is_person and not referent.is_plural and (referent.gender in (gender, None) or referent.is_gender_weak)
    if word in NEUTER:
        if referent.sort is Sort.PERSON:
            return _may_be_firm(referent)
        return referent.sort is not Sort.PEOPLE and not referent.is_plural
    if number in discourse.speaking and referent.sort not in SPEAKING:
        return False
    return referent.is_plural or referent.sort in (Sort.ORGANISATION, Sort.PUBLICATION, Sort.PEOPLE)


def _may_be_firm(referent: Referent) -> bool:
    """Say whether nothing but the recogniser says that a name is a person's: it takes many firms for people."""
    return referent.entity is not None and referent.gender is None and not referent.descriptors


def _is_bound(mention: Phrase, pronoun: Phrase) -> bool:
    """Say whether both stand in one clause in which they cannot be the same: "X saw him"."""
    if mention.clause != pronoun.clause or pronoun.role is Role.POSSESSIVE or pronoun.word in REFLEXIVE:
        return False
    return mention.depth == 1 or mention.role is Role.SUBJECT


def _read_features(
    discourse: Discourse, number: int, before: int, referent: Referent, *, is_after: bool
) -> Iterator[tuple[str, float]]:
    pronoun, mention = discourse.phrases[number], discourse.phrases[before]
    if is_after:
        yield "subject that follows", 1.0
        yield from _read_identity(discourse, number, referent)
        return
    distance = min(FAR, discourse.sentences[number] - discourse.sentences[before])
    if distance:
        yield ("one sentence before", "two sentences before", "three sentences before")[distance - 1], 1.0
    yield "phrases between", float((number - before).bit_length() - 1)
    if mention.role is Role.SUBJECT:
        yield "subject" if distance else "subject in the sentence", 1.0
    elif mention.role is Role.OBJECT:
        yield "object", 1.0
    if mention.is_part:
        yield "part of another phrase", 1.0
    if mention.is_apposition:
        yield "apposition", 1.0
    if mention.role is Role.POSSESSIVE:
        yield "possessor", 1.0
    elif mention.depth > 2:
        yield "deep in a phrase", 1.0
    if mention.role is pronoun.role and mention.role is not Role.OTHER:
        yield "same role", 1.0
    if pronoun.role is Role.POSSESSIVE and mention.clause == pronoun.clause and mention.role is Role.SUBJECT:
        yield "subject of the same clause", 1.0
    if _is_joined(discourse, number, mention):
        yield "joined to it", 1.0
    if mention.kind is Kind.PRONOUN:
        yield "last by a pronoun", 1.0
    if number in discourse.speaking:
        if before in discourse.speaking:
            yield "spoke last", 1.0
        elif discourse.speech_around(mention.head.start) is not None:
            yield "named in what another says", 1.0
    around = discourse.speech_around(pronoun.head.start) if pronoun.quotation is None else None
    if around is not None and discourse.source_of(around) is referent:
        yield "says this", 1.0
    if mention.quotation is not None and mention.quotation != pronoun.quotation:
        yield "inside a quotation", 1.0
    yield from _read_identity(discourse, number, referent)


def _read_identity(discourse: Discourse, number: int, referent: Referent) -> Iterator[tuple[str, float]]:
    word = discourse.phrases[number].word
    yield "spoken of before", float(referent.mentions.bit_length())
    if referent.entity is not None:
        yield "a name", 1.0
    if word in MALE or word in FEMALE:
        gender = Gender.MALE if word in MALE else Gender.FEMALE
        if referent.gender is gender:
            yield "gender guessed" if referent.is_gender_weak else "gender known", 1.0
        if referent.sort is not Sort.PERSON:
            yield "not known as a person", 1.0
    elif word in PLURAL and not referent.is_plural:
        yield "an organisation for they", 1.0
    elif word in NEUTER and referent.sort is Sort.PERSON:
        yield "taken for a person", 1.0
    elif word in NEUTER and referent.sort in (Sort.THING, Sort.DOCUMENT):
        yield "a thing", 1.0


def _is_joined(discourse: Discourse, number: int, mention: Phrase) -> bool:
    """ "X and his wife": the phrase that the pronoun opens is joined to the mention."""
    for after in range(number + 1, min(number + 3, len(discourse.phrases))):
        phrase = discourse.phrases[after]
        if phrase.owner == discourse.phrases[number].head:
            return phrase.partner == mention.head
    return False
