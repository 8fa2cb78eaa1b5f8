"""Whom a definite phrase stands for: "the company", "the senator", "the report".

Only what the text itself bears out: it called somebody by that noun before ("Senator X", "X, a startup"), a name
holds the noun ("the party"), or just one organisation or place of the right class was spoken of lately. A phrase with
two candidates alike has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nlp.annotation import EntityType
from nlp.cues import read_lexicon
from nlp.discourse import Discourse, Referent
from nlp.mentions import Kind, Phrase
from nlp.pronouns import Choice
from nlp.referents import ReferentClass, Sort, classify_name, classify_noun, noun_gender, sort_noun

MOST_RECENT = 40  # referents looked at
SAME_NOUN_MOST = 5  # of those that bear the noun
LEAST_SCORE = 0.9
LEAST_LEAD = 0.4  # over the second
OLD_SENTENCES = 5
FOCUS_SENTENCES = 2
FOCUS_SCORE = 1.0

CALLED_SO = 3.0  # by this noun, before or after a name
SAME_NOUN = 2.5  # "a report ... the report"
IN_NAME = 2.5
SAME_CLASS_CALLED = 2.2  # called a startup, "the company"
SAME_CLASS_NAMED = 1.8  # "the agency", of the Environmental Protection Agency
REPORTER = 1.5  # "the report", of an outlet that reported
LIKE_DOCUMENT = 1.4  # "a study ... the report"
NAMED_BY_MODIFIER = frozenset({"agency", "board", "court"})
OF_TYPE = 1.2  # an organisation of no known class, "the company"
PER_SENTENCE = -0.25
SUBJECT_LATELY = 0.3
MODIFIER_SHARED = 0.8
MODIFIER_UNKNOWN = -0.3


def resolve_definite(discourse: Discourse, number: int) -> Choice | None:
    """The referent of a definite phrase that was spoken of before; `None` if it is new, or it cannot be told."""
    phrase = discourse.phrases[number]
    if phrase.is_owner_pronoun or _is_kind("amount", phrase.word) or _is_new(phrase):
        return None
    scored: dict[int, Choice] = {}
    for referent, score, reason in _list_matches(discourse, phrase):
        if not _may_be(discourse, number, referent):
            continue
        more, reasons = _weigh(discourse, number, referent)
        choice = Choice(referent, score + more, (reason, *reasons))
        if id(referent) not in scored or scored[id(referent)].score < choice.score:
            scored[id(referent)] = choice
    if not scored and (focus := _find_focus(discourse, number)) is not None:
        return focus
    ranked = sorted(scored.values(), key=lambda choice: -choice.score)
    if not ranked or ranked[0].score < LEAST_SCORE:
        return None
    if len(ranked) > 1 and ranked[0].score - ranked[1].score < LEAST_LEAD:
        return None
    if phrase.owner is not None and ranked[0].referent.entity is None:
        return None  # it says itself whose it is, and that is more than was said before
    return ranked[0]


def _find_focus(discourse: Discourse, number: int) -> Choice | None:
    """The one person spoken of lately, where the text speaks of a person by another noun: "the businessman said".

    Only for who says something: who is spoken of may well be somebody new.
    """
    phrase = discourse.phrases[number]
    if number not in discourse.speaking or phrase.is_plural or _is_kind("apart", phrase.word):
        return None
    if sort_noun(phrase.word, is_plural=False) is not Sort.PERSON:
        return None
    found: dict[int, Referent] = {}
    for before in discourse.look_back(number, FOCUS_SENTENCES, MOST_RECENT):
        referent = discourse.referents[before]
        if referent is not None and referent.sort is Sort.PERSON:
            found[id(referent)] = referent
    if len(found) != 1:
        return None
    (referent,) = found.values()
    if referent.entity is None or not referent.has_spoken or not _may_be(discourse, number, referent):
        return None
    return Choice(referent, FOCUS_SCORE, ("the one person spoken of lately",))


def _list_matches(discourse: Discourse, phrase: Phrase) -> Iterator[tuple[Referent, float, str]]:
    for referent in reversed(discourse.by_word.get(phrase.word, [])[-SAME_NOUN_MOST:]):
        if referent.entity is not None:
            yield referent, CALLED_SO, f"called {phrase.word}"
        elif _tells_more(discourse, referent, phrase):
            yield referent, SAME_NOUN, f"same noun {phrase.word}"
    noun_class = classify_noun(phrase.word)
    sort = sort_noun(phrase.word, is_plural=phrase.is_plural)
    if phrase.is_plural or (noun_class is None and sort is not Sort.DOCUMENT):
        return
    for referent in discourse.list_recent(MOST_RECENT):
        if sort is Sort.DOCUMENT:
            yield from _match_document(discourse, phrase, referent)
        elif noun_class is not None and referent.entity is not None:
            yield from _match_class(discourse, phrase, noun_class, referent)


def _tells_more(discourse: Discourse, referent: Referent, phrase: Phrase) -> bool:
    """Say whether a phrase of the same noun says more of whom it means: "the report" may be "a Pentagon report"."""
    if phrase.word != discourse.text[referent.head.start : referent.head.end].lower():
        return False
    return (
        referent.is_new
        or referent.owner is not None
        or not set(phrase.modifiers) >= referent.descriptors - {phrase.word}
    )


def _match_document(discourse: Discourse, phrase: Phrase, referent: Referent) -> Iterator[tuple[Referent, float, str]]:
    if _is_kind("report", phrase.word) and referent.sort is Sort.PUBLICATION and referent.was_subject:
        yield referent, REPORTER, "the outlet reported"
    if referent.sort is not Sort.DOCUMENT or referent.entity is not None or not _is_kind("study", phrase.word):
        return
    if _is_kind("study", discourse.text[referent.head.start : referent.head.end].lower()):
        yield referent, LIKE_DOCUMENT, "a document of the kind"


def _match_class(
    discourse: Discourse, phrase: Phrase, noun_class: ReferentClass, referent: Referent
) -> Iterator[tuple[Referent, float, str]]:
    if referent.entity is None or referent.sort is Sort.PERSON:
        return
    entity_type = discourse.entities[referent.entity].type
    classes = classify_name(referent.name)
    if phrase.word in referent.name.lower().split():
        yield referent, IN_NAME, f"{phrase.word} in its name"
    elif any(classify_noun(word) == noun_class for word in referent.descriptors) and not (
        noun_class.name in NAMED_BY_MODIFIER and phrase.modifiers
    ):
        yield referent, SAME_CLASS_CALLED, f"called a kind of {noun_class.name}"
    elif noun_class.name in NAMED_BY_MODIFIER and phrase.modifiers:
        return  # "the health ministry" says itself which
    elif noun_class.name in classes:
        yield referent, SAME_CLASS_NAMED, f"named like a {noun_class.name}"
    elif noun_class.name in ("company", "country") and not classes and entity_type in noun_class.types:
        if entity_type is EntityType.ORG and referent.name.isupper() and len(referent.name) > 1:
            return  # initials tell nothing: they are agencies as often as companies
        yield referent, OF_TYPE, f"of the type of a {noun_class.name}"


def _may_be(discourse: Discourse, number: int, referent: Referent) -> bool:
    phrase = discourse.phrases[number]
    sort = sort_noun(phrase.word, is_plural=phrase.is_plural)
    if referent.entity is not None and (sort is Sort.PERSON) != (referent.sort is Sort.PERSON):
        return False
    gender = noun_gender(phrase.word)
    if gender is not None and referent.gender not in (gender, None):
        return False
    if referent.entity is None and referent.is_plural != (phrase.is_plural or referent.sort is Sort.PEOPLE):
        return False
    if phrase.is_plural and referent.entity is not None and not referent.is_plural:
        return False
    own = discourse.speaking.get(number)
    if own is not None:
        latest = discourse.phrases[referent.last].head.start
        if any(span.start <= latest < span.end for span in own.content) and referent.mentions == 1:
            return False
    return _may_own(discourse, phrase, referent)


def _may_own(discourse: Discourse, phrase: Phrase, referent: Referent) -> bool:
    """ "The Bloomberg report" is Bloomberg's, "the mayor of London" no other town's."""
    if phrase.owner is None:
        return True
    owner = _entity_of(discourse, phrase)
    if owner is None:
        return _is_owned_by_thing(discourse, phrase)
    if referent.entity == owner:
        return referent.sort is Sort.PUBLICATION and _is_kind("report", phrase.word)
    if referent.owner is None:
        # "The Florida senator", where the text only says "Senator X".
        return referent.sort is Sort.PERSON and discourse.known[owner].sort in (Sort.PLACE, Sort.PEOPLE)
    number = discourse.find(referent.owner)
    held = None if number is None else discourse.referents[number]
    return held is not None and held.entity == owner


def _is_owned_by_thing(discourse: Discourse, phrase: Phrase) -> bool:
    """ "Accused the company of fraud": that belongs to the verb, and tells no two companies apart."""
    number = None if phrase.owner is None else discourse.find(phrase.owner)
    if number is None:
        return False
    held = discourse.phrases[number]
    sort = sort_noun(held.word, is_plural=held.is_plural)
    return sort is Sort.THING and held.kind is Kind.OTHER and not held.is_proper


def _entity_of(discourse: Discourse, phrase: Phrase) -> int | None:
    number = None if phrase.owner is None else discourse.find(phrase.owner)
    if number is None:
        return None
    owner = discourse.referents[number] or discourse.entity_at(number)  # "the mayor of X": it comes after
    return None if owner is None else owner.entity


def _weigh(discourse: Discourse, number: int, referent: Referent) -> tuple[float, list[str]]:
    phrase = discourse.phrases[number]
    score, reasons = 0.0, []
    distance = discourse.sentences[number] - discourse.sentences[referent.last]
    score += PER_SENTENCE * min(distance, OLD_SENTENCES)
    if distance <= 1:
        reasons.append("spoken of lately")
    if discourse.phrases[referent.last].depth == 1:
        score += SUBJECT_LATELY
    words = referent.descriptors | set(referent.name.lower().split())
    for modifier in phrase.modifiers:
        if modifier in words:
            score += MODIFIER_SHARED
            reasons.append(f"also {modifier}")
        elif phrase.owner is None:
            score += MODIFIER_UNKNOWN
    return score, reasons


def _is_new(phrase: Phrase) -> bool:
    return any(_is_kind("new", word) for word in phrase.modifiers)


def _is_kind(kind: str, word: str) -> bool:
    return (word, kind) in _list_words()


@cache
def _list_words() -> frozenset[tuple[str, str]]:
    pairs = (line.split("\t") for line in read_lexicon("phrase_words.tsv"))
    return frozenset((word, kind) for word, kind in pairs)
