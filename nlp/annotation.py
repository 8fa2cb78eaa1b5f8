"""The record that this room hands on: what one text says, as spans into it.

Offsets are half-open `[start, end)` and count Unicode code points of the text that was read, so that
`text[start:end]` is the words. The terms are those of PARC (source, cue, content) and the PDTB (attribution types).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """`[start, end)` in code points."""

    start: int
    end: int


class EntityType(StrEnum):
    """The names of spaCy's OntoNotes labels, limited to people, organisations, groups and places."""

    PERSON = "PERSON"
    ORG = "ORG"
    NORP = "NORP"  # nationalities, religious and political groups
    GPE = "GPE"
    LOC = "LOC"
    FAC = "FAC"


class SourceType(StrEnum):
    NAMED_PERSON = "named_person"
    ORGANISATION = "organisation"
    UNNAMED_PERSON = "unnamed_person"
    UNNAMED_GROUP = "unnamed_group"
    DOCUMENT = "document"
    PUBLICATION = "publication"
    AUTHOR = "author"
    NONE = "none"


class QuotationType(StrEnum):
    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class AttributionType(StrEnum):
    """Source: the PDTB attribution types (Prasad et al. 2007)."""

    ASSERTION = "assertion"
    BELIEF = "belief"
    FACT = "fact"
    EVENTUALITY = "eventuality"


class Stance(StrEnum):
    """Of the source to the content."""

    ASSERTS = "asserts"
    SUPPORTS = "supports"
    DENIES = "denies"
    DOUBTS = "doubts"
    ASKS = "asks"
    DECLINES = "declines"
    RELAYS = "relays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Who or what the mentions of one text refer to. `id` is its index in `Annotation.entities`."""

    id: int
    name: str
    type: EntityType
    mentions: tuple[Span, ...]

    def __post_init__(self) -> None:
        if not self.name or not self.mentions:
            raise ValueError(f"entity {self.id}: a name and at least one mention are needed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A pronoun or the head of a definite phrase, and what it stands for, with the reasons for the link.

    `entity` indexes `Annotation.entities`; `None` for what the text never names, and `words` are how it was first
    spoken of. `score` is not a probability: what counts for the link, added up.
    """

    span: Span
    entity: int | None
    words: Span
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """One source, cue and content. `id` is its index in `Annotation.attributions`.

    `source` is empty where the text names none, `cue` where a quotation goes on without one; `channel` is by what it
    was said ("a statement", "a post on X"). `is_topic`: the content only names what is spoken of ("the new law") and
    says nothing of it. `source_entity`, `affiliation` and `about` index `Annotation.entities`;
    `affiliation` is whom the source belongs to or speaks for, or who issued it; `parent` is the enclosing attribution.
    `confidence` is 0..1. Spans of a role are in text order and disjoint.
    """

    id: int
    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    sentence: Span  # the whole sentence or sentences that these lie in
    addressee: tuple[Span, ...] = ()
    channel: tuple[Span, ...] = ()
    source_entity: int | None = None
    source_name: str | None = None
    source_type: SourceType
    affiliation: int | None = None
    quotation_type: QuotationType
    attribution_type: AttributionType
    stance: Stance
    is_topic: bool = False
    about: tuple[int, ...] = ()
    parent: int | None = None
    confidence: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"attribution {self.id}: confidence {self.confidence} is not in 0..1")
        for spans in (self.source, self.cue, self.content, self.addressee, self.channel):
            _check_spans(self.id, spans)
            if spans and not (self.sentence.start <= spans[0].start and spans[-1].end <= self.sentence.end):
                raise ValueError(f"attribution {self.id}: {spans} is not inside its sentence {self.sentence}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What an article says of its own making; `None` and empty where it says nothing."""

    agency: str | None = None
    place: str | None = None
    reporters: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """All that was found in one text. `language` is ISO 639-1, or `None` where it could not be told.

    A text in a language that the reader does not read has no entities and no attributions.
    """

    language: str | None
    entities: tuple[Entity, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    references: tuple[Reference, ...] = ()  # in text order
    masthead: Masthead = Masthead()

    def __post_init__(self) -> None:
        for index, entity in enumerate(self.entities):
            if entity.id != index:
                raise ValueError(f"entity ids must be indices: {entity.id} at {index}")
        for index, attribution in enumerate(self.attributions):
            if attribution.id != index:
                raise ValueError(f"attribution ids must be indices: {attribution.id} at {index}")
            referred = (
                *attribution.about,
                *(entity for entity in (attribution.source_entity, attribution.affiliation) if entity is not None),
            )
            if any(not 0 <= entity < len(self.entities) for entity in referred):
                raise ValueError(f"attribution {index} refers to an entity that is not there: {referred}")
            if attribution.parent is not None and not 0 <= attribution.parent < len(self.attributions):
                raise ValueError(f"attribution {index} has a parent that is not there: {attribution.parent}")


def _check_spans(attribution: int, spans: tuple[Span, ...]) -> None:
    end = 0
    for span in spans:
        if not end <= span.start < span.end:
            raise ValueError(f"attribution {attribution}: spans must be non-empty, in order and disjoint: {spans}")
        end = span.end
