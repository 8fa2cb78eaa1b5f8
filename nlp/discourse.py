"""What the phrases of a text refer to, as far as it is known: grows from its beginning to its end.

A `Referent` is an entity, or somebody or something that the text describes without a name. Each phrase of the text
has one at most. Who it is, is decided elsewhere; here it is only kept and looked up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from nlp.annotation import Entity, Span
from nlp.mentions import Kind, Phrase, Role
from nlp.referents import (
    Gender,
    Sort,
    guess_gender,
    guess_single_name,
    may_be_person,
    noun_gender,
    sort_entity,
    sort_noun,
)


class Speech(NamedTuple):
    """What the resolver has to know of an attribution: the head of its source, and its content."""

    source: Span | None
    content: tuple[Span, ...]


@dataclass(slots=True, eq=False)
class Referent:
    """`entity` indexes the text's entities; `None` for what has no name. `words` is how it was first spoken of."""

    entity: int | None
    words: Span
    head: Span
    sort: Sort
    is_plural: bool
    gender: Gender | None
    name: str
    descriptors: set[str] = field(default_factory=set)
    is_gender_weak: bool = False
    may_be_person: bool = False  # though nothing says so: a name that is taken for something else, or for nothing
    is_new: bool = False  # first spoken of as new: "a report"
    owner: Span | None = None  # head of the phrase that it belongs to
    mentions: int = 0
    last: int = -1  # number of its latest mention
    has_spoken: bool = False
    was_subject: bool = False


class Discourse:
    """The phrases of a whole text, in order, and the referent of each."""

    def __init__(
        self, text: str, phrases: Sequence[Phrase], entities: Sequence[Entity], speeches: Iterable[Speech]
    ) -> None:
        self.text = text
        self.phrases = phrases
        self.entities = entities
        self.referents: list[Referent | None] = [None] * len(phrases)
        self.sentences = _number([phrase.sentence for phrase in phrases])
        self._numbers = {phrase.head: number for number, phrase in enumerate(phrases)}
        self.by_word: dict[str, list[Referent]] = {}  # those whom the text calls by a noun, in order
        self.joint: dict[int, Referent] = {}  # "X and Y", by the number of the first
        self._recent: dict[int, Referent] = {}
        self.speaking: dict[int, Speech] = {}
        self._contents: list[tuple[int, int, Speech]] = []
        self._read_speeches(speeches)
        self.known = self._read_entities()

    def _read_speeches(self, speeches: Iterable[Speech]) -> None:
        for speech in speeches:
            number = None if speech.source is None else self._numbers.get(speech.source)
            if number is not None:
                self.speaking[number] = speech
            self._contents += [(span.start, span.end, speech) for span in speech.content]
        self._contents.sort(key=lambda item: item[:2])
        self._starts = [start for start, _, _ in self._contents]

    def _read_entities(self) -> list[Referent]:
        descriptors: dict[int, set[str]] = {}
        owner = _EntityIndex(self.entities)
        self._entity_of: dict[int, int] = {}
        for number, phrase in enumerate(self.phrases):
            if phrase.kind is Kind.NAME and (entity := owner.find(phrase.head)) is not None:
                self._entity_of[number] = entity
                descriptors.setdefault(entity, set()).update(phrase.descriptors)
        return [self._make_known(entity, descriptors.get(entity.id, set())) for entity in self.entities]

    def _make_known(self, entity: Entity, descriptors: set[str]) -> Referent:
        sort = sort_entity(entity)
        gender = guess_gender(entity.name, descriptors) if sort is Sort.PERSON else None
        weak = guess_single_name(entity.name) if sort is Sort.PERSON and gender is None else None
        written = entity.mentions[0]
        return Referent(
            entity=entity.id,
            words=written,
            head=written,
            sort=sort,
            is_plural=sort is Sort.PEOPLE and entity.name.endswith(("s", "ese", "ish", "nch")),
            gender=gender or weak,
            name=entity.name,
            descriptors=descriptors,
            is_gender_weak=gender is None,
            may_be_person=sort is not Sort.PERSON and may_be_person(entity.name),
        )

    def entity_at(self, number: int) -> Referent | None:
        """The named referent of a phrase that is a name."""
        entity = self._entity_of.get(number)
        return None if entity is None else self.known[entity]

    def introduce(self, number: int) -> Referent:
        """A new referent for a phrase that stands for nothing that was spoken of before."""
        phrase = self.phrases[number]
        words = self.text[phrase.words.start : phrase.words.end]
        sort = sort_noun(phrase.word, is_plural=phrase.is_plural)
        gender = noun_gender(phrase.word) if sort is Sort.PERSON else None
        return Referent(
            entity=None,
            words=phrase.whole or phrase.words,
            head=phrase.head,
            sort=sort,
            is_plural=phrase.is_plural or sort is Sort.PEOPLE,
            gender=gender,
            name=words,
            descriptors={phrase.word, *phrase.modifiers},
            may_be_person=phrase.is_proper and sort is Sort.THING and may_be_person(words),
            is_new=phrase.kind is Kind.OTHER and not phrase.is_proper,
            owner=phrase.owner,
        )

    def refer(self, number: int, referent: Referent) -> None:
        """Let a phrase stand for a referent."""
        phrase = self.phrases[number]
        if not referent.mentions:
            for word in referent.descriptors if referent.entity is None or referent.sort is not Sort.PEOPLE else ():
                self.by_word.setdefault(word, []).append(referent)
        self.referents[number] = referent
        referent.mentions += 1
        referent.last = max(referent.last, number)
        referent.has_spoken = referent.has_spoken or number in self.speaking
        referent.was_subject = referent.was_subject or referent.has_spoken or phrase.role is Role.SUBJECT
        if referent.owner is None and phrase.kind is Kind.NAME:
            referent.owner = phrase.owner
        self._recent.pop(id(referent), None)
        self._recent[id(referent)] = referent

    def list_recent(self, most: int) -> list[Referent]:
        """Those spoken of last, the latest first."""
        return list(islice(reversed(self._recent.values()), most))

    def find(self, head: Span) -> int | None:
        """The number of the phrase with this head."""
        return self._numbers.get(head)

    def speech_around(self, offset: int) -> Speech | None:
        """The attribution whose content holds an offset; the latest to begin."""
        at = bisect_right(self._starts, offset) - 1
        for number in range(at, max(-1, at - MOST_NESTED), -1):
            _, end, speech = self._contents[number]
            if offset < end:
                return speech
        return None

    def source_of(self, speech: Speech) -> Referent | None:
        number = None if speech.source is None else self._numbers.get(speech.source)
        return None if number is None else self.referents[number]

    def look_back(self, number: int, sentences: int, phrases: int) -> Iterator[int]:
        """The numbers of the phrases before one, nearest first, at most so many sentences and phrases away."""
        oldest = self.sentences[number] - sentences
        for before in range(number - 1, max(-1, number - 1 - phrases), -1):
            if self.sentences[before] < oldest:
                return
            yield before


MOST_NESTED = 6  # contents that begin one after another around one place; more is garbage


class _EntityIndex:
    def __init__(self, entities: Sequence[Entity]) -> None:
        pairs = sorted((span, entity.id) for entity in entities for span in entity.mentions)
        self._spans = [span for span, _ in pairs]
        self._entities = [entity for _, entity in pairs]

    def find(self, span: Span) -> int | None:
        at = bisect_right(self._spans, (span.start, float("inf"))) - 1
        if at >= 0 and self._spans[at].start <= span.start and span.end <= self._spans[at].end:
            return self._entities[at]
        return None


def _number(starts: Sequence[int]) -> list[int]:
    """The number of each phrase's sentence; sentences without phrases do not count."""
    numbers: list[int] = []
    for at, start in enumerate(starts):
        numbers.append(0 if not at else numbers[-1] + (start != starts[at - 1]))
    return numbers
