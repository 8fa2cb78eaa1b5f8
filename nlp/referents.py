"""What a mention can be: a person, people, an organisation, a place, a document or a thing, of which gender and class.

From lexicons and the text itself ("Ms. X", "X, a spokeswoman"); a gender that nothing tells stays unknown. No parse is
needed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from functools import cache
from typing import NamedTuple

from nlp.annotation import Entity, EntityType, SourceType
from nlp.cues import read_lexicon
from nlp.publications import is_publication

PERSON_ENDINGS = ("man", "woman", "person", "ist", "eer", "ologist")
PEOPLE_ENDINGS = ("men", "women", "persons", "ists", "eers")
LONGEST_GIVEN_NAME = 30  # characters
MOST_NAME_WORDS = 3


class Gender(Enum):
    FEMALE = auto()
    MALE = auto()


class Sort(Enum):
    PERSON = auto()
    PEOPLE = auto()
    ORGANISATION = auto()
    PUBLICATION = auto()
    PLACE = auto()
    DOCUMENT = auto()
    THING = auto()


SPEAKING = frozenset({Sort.PERSON, Sort.PEOPLE, Sort.ORGANISATION, Sort.PUBLICATION, Sort.PLACE})
SORT_OF_SOURCE: Mapping[SourceType, Sort] = {
    SourceType.UNNAMED_PERSON: Sort.PERSON,
    SourceType.UNNAMED_GROUP: Sort.PEOPLE,
    SourceType.ORGANISATION: Sort.ORGANISATION,
    SourceType.PUBLICATION: Sort.PUBLICATION,
    SourceType.DOCUMENT: Sort.DOCUMENT,
}
SORT_OF_ENTITY: Mapping[EntityType, Sort] = {
    EntityType.PERSON: Sort.PERSON,
    EntityType.NORP: Sort.PEOPLE,
    EntityType.ORG: Sort.ORGANISATION,
    EntityType.GPE: Sort.PLACE,
    EntityType.LOC: Sort.PLACE,
    EntityType.FAC: Sort.PLACE,
}


class ReferentClass(NamedTuple):
    """A kind of organisation or place that a definite phrase names: "the company"."""

    name: str
    types: frozenset[EntityType]


def guess_type(name: str) -> EntityType | None:
    """The type that the words of a name of several words speak for; `None` if they speak for none."""
    if name.lower() in _places():
        return EntityType.GPE
    if _starts_like_person(name):
        return EntityType.PERSON
    last = name.split()[-1].lower()
    return EntityType.ORG if last in _classes_by_word() or is_publication(name) else None


def correct_type(name: str, entity_type: EntityType) -> EntityType:
    """The recogniser's type, unless the name is that of a known place, or begins with a given name."""
    if name.lower() in _places():
        return entity_type if entity_type in (EntityType.GPE, EntityType.LOC, EntityType.ORG) else EntityType.GPE
    if _starts_like_person(name):
        return EntityType.PERSON
    words = name.lower().split()
    if entity_type is EntityType.PERSON and len(words) > 1 and words[0] not in _given_names():
        return EntityType.ORG if words[-1] in _classes_by_word() else entity_type  # "Kestrel Labs"
    return entity_type


def sort_entity(entity: Entity) -> Sort:
    """What an entity is; an outlet is a publication."""
    if entity.type is EntityType.ORG and is_publication(entity.name):
        return Sort.PUBLICATION
    return SORT_OF_ENTITY[entity.type]


def may_be_person(name: str) -> bool:
    """Say whether a name that was taken for no person's can be one: a word or two that tell of nothing else."""
    words = name.split()
    if not words or len(words) > MOST_NAME_WORDS or name.lower() in _places():
        return False
    if not all(word[:1].isupper() and word[1:2].islower() and word.replace("-", "").isalpha() for word in words):
        return False
    return not classify_name(name) and not is_publication(name)


def _starts_like_person(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 3 or not all(word[:1].isupper() and word.isalpha() for word in words):
        return False
    known = words[0].lower() in _given_names() and len(words[0]) > 2
    return known and not is_publication(name) and not classify_name(name)


def sort_noun(noun: str, *, is_plural: bool) -> Sort:
    """What a common noun stands for, in lower case."""
    kind = _source_nouns().get(noun)
    if kind is None and is_plural:
        kind = _source_nouns().get(noun.removesuffix("s")) or _source_nouns().get(_singular(noun))
    if kind is not None and kind in SORT_OF_SOURCE:
        sort = SORT_OF_SOURCE[kind]
        return Sort.PEOPLE if sort is Sort.PERSON and is_plural else sort
    if noun in _gendered_nouns() or (noun.endswith(PERSON_ENDINGS) and not is_plural):
        return Sort.PERSON
    if noun.endswith(PEOPLE_ENDINGS):
        return Sort.PEOPLE
    if classify_noun(noun) is not None:
        return Sort.ORGANISATION
    return Sort.THING


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith("men"):
        return noun[:-3] + "man"
    return noun.removesuffix("es")


def guess_gender(name: str, descriptors: Iterable[str]) -> Gender | None:
    """The gender that titles and nouns tell, else the given name; `None` where they disagree or say nothing."""
    told = {_gendered_nouns()[word] for word in descriptors if word in _gendered_nouns()}
    if told:
        return told.pop() if len(told) == 1 else None
    words = name.split()
    if len(words) < 2:
        return None
    first = words[0][:LONGEST_GIVEN_NAME].lower()
    gender = _given_names().get(first)
    if gender is None and "-" in first:
        gender = _given_names().get(first.split("-")[0])
    if gender is None and (first.endswith(".") or len(first) == 1) and len(words) > 2:
        gender = _given_names().get(words[1][:LONGEST_GIVEN_NAME].lower())  # "J. Edgar Hoover"
    return gender


def guess_single_name(name: str) -> Gender | None:
    """The gender of a lone given name ("Angela"); a surname can be one by chance, so this is weak."""
    return _given_names().get(name[:LONGEST_GIVEN_NAME].lower()) if name.isalpha() else None


def noun_gender(noun: str) -> Gender | None:
    return _gendered_nouns().get(noun)


def classify_noun(noun: str) -> ReferentClass | None:
    """The class that a definite phrase with this head names."""
    return _classes_by_noun().get(noun)


def classify_name(name: str) -> frozenset[str]:
    """The classes that the words of a name speak for: "Environmental Protection Agency" is an agency."""
    words = [word.strip(".,()") for word in name.lower().split()]
    by_word = _classes_by_word()
    found: set[str] = set()
    for word in words:
        found |= by_word.get(word, frozenset())
    if is_publication(name):
        found.add("outlet")
    if (place := _places().get(name.lower())) is not None:
        found.add(place)
    return frozenset(found)


@cache
def _source_nouns() -> dict[str, SourceType]:
    pairs = (line.split("\t") for line in read_lexicon("source_nouns.tsv"))
    return {noun: SourceType(kind) for noun, kind in pairs}


@cache
def _places() -> dict[str, str]:
    return dict(line.split("\t", 1) for line in read_lexicon("places.tsv"))


@cache
def _given_names() -> dict[str, Gender]:
    return _read_genders("given_names.tsv")


@cache
def _gendered_nouns() -> dict[str, Gender]:
    return _read_genders("gendered_nouns.tsv")


def _read_genders(lexicon: str) -> dict[str, Gender]:
    pairs = (line.split("\t") for line in read_lexicon(lexicon))
    return {word: Gender.FEMALE if gender == "f" else Gender.MALE for word, gender in pairs}


@cache
def _read_classes() -> tuple[tuple[ReferentClass, tuple[str, ...], tuple[str, ...]], ...]:
    rows = []
    for line in read_lexicon("classes.tsv"):
        name, types, nouns, words = line.split("\t")
        known = ReferentClass(name, frozenset(EntityType(one) for one in types.split()))
        rows.append((known, tuple(nouns.split()), tuple(words.split())))
    return tuple(rows)


@cache
def _classes_by_noun() -> dict[str, ReferentClass]:
    found: dict[str, ReferentClass] = {}
    for known, nouns, _ in _read_classes():
        for noun in nouns:
            found.setdefault(noun, known)
    return found


@cache
def _classes_by_word() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for known, _, words in _read_classes():
        for word in words:
            found.setdefault(word, set()).add(known.name)
    return {word: frozenset(names) for word, names in found.items()}
