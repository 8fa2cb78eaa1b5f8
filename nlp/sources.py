"""Who a source is: the words that name it, its head, and its kind.

Two steps, since a text can be longer than what is parsed at once: `find_speaker` reads the parse of a piece
and keeps spans; `describe_source` knows the entities of the whole text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from spacy.tokens import Token

from nlp.annotation import Entity, EntityType, SourceType, Span
from nlp.clauses import cut_words, end_of, phrase_of
from nlp.cues import read_lexicon
from nlp.passages import Passage
from nlp.publications import is_publication
from nlp.referents import Sort, sort_noun
from nlp.resolver import Link, References

RELATIVES = frozenset({"who", "which", "that", "whom"})
PERSON_ENDINGS = ("man", "woman", "person", "er", "or", "ist", "ian", "ee")
LONGEST_NAME_CHARACTERS = 200
# What a pronoun says of whom the recogniser took for something else; "it" may be an outlet as well.
TYPE_OF_PRONOUN = dict.fromkeys(("he", "she", "him", "her"), SourceType.NAMED_PERSON)
TYPE_OF_SORT: Mapping[Sort, SourceType] = MappingProxyType(
    {
        Sort.PEOPLE: SourceType.UNNAMED_GROUP,
        Sort.ORGANISATION: SourceType.ORGANISATION,
        Sort.PUBLICATION: SourceType.PUBLICATION,
        Sort.PLACE: SourceType.ORGANISATION,
        Sort.DOCUMENT: SourceType.DOCUMENT,
        Sort.THING: SourceType.DOCUMENT,  # things that "show" or "suggest"
    }
)


class Speaker(NamedTuple):
    """`words` names the source, without additions in commas; `head` is the noun that decides what it is.

    They are not always inside the frame's source: that of "who said" is the noun before.
    """

    words: Span
    head: Span
    is_plural: bool
    is_name: bool  # written as a proper noun, known or not
    is_joined: bool  # "X and Y": no one of them is the source alone


def find_speaker(passage: Passage, source: tuple[Span, ...]) -> Speaker | None:
    """Find the words that name a source; `None` if the text names none."""
    if not source:
        return None
    root = passage.find_root(source[0])
    if root is None:
        return None
    verb: Token | None = None
    if root.lower_ in RELATIVES and (found := _find_antecedent(root)) is not None:
        root, verb = found
    appositive = next((child for child in root.children if child.dep_ == "appos"), None)
    if appositive is None and root.tag_ == "NN" and sort_noun(root.lower_, is_plural=False) is Sort.PERSON:
        # "A spokeswoman for X, Jane Doe": the parser hangs her on X.
        appositive = next((one for one in _list_near(passage, source[0]) if one.dep_ == "appos"), None)
    if appositive is not None and not root.ent_type_ and appositive.ent_type_ == EntityType.PERSON:
        root = appositive  # "a spokeswoman, Jane Doe,"
    words = source[0]
    if verb is not None:
        words = phrase_of(root, without=verb)
    elif root is appositive:
        words = phrase_of(root)
    return Speaker(
        words=cut_words(passage.text, words, root),
        head=Span(root.idx, end_of(root)),
        is_plural=root.tag_ in ("NNS", "NNPS"),
        is_name=root.tag_ in ("NNP", "NNPS"),
        is_joined=any(child.dep_ == "conj" for child in root.children),
    )


class Source(NamedTuple):
    """`entity` and `affiliation` index the text's entities.

    `affiliation` is whom the source belongs to or speaks for, or who issued it. `name` is the entity's, else the
    words that first told of the source; `None` where the text names none.
    """

    entity: int | None
    source_type: SourceType
    name: str | None
    affiliation: int | None


def _list_near(passage: Passage, span: Span) -> list[Token]:
    """The people named in a source, unless it is too long to be one."""
    if span.end - span.start > LONGEST_NAME_CHARACTERS:
        return []
    return [token for token in passage.tokens_between(span.start, span.end) if token.ent_type_ == EntityType.PERSON]


def identify_source(
    text: str,
    speaker: Speaker | None,
    named: int | None,
    entities: Sequence[Entity],
    references: References,
    *,
    is_quoted: bool,
) -> Source:
    """Who a source is. `named` is the entity that its head is a mention of, if it is a name."""
    if speaker is None:
        return Source(None, SourceType.NONE, None, None)
    affiliation = None if speaker.is_joined else references.find_affiliation(speaker.head)
    link = None if named is not None or speaker.is_joined else references.find(speaker.head)
    if link is None:
        entity = None if named is None else entities[named]
        source_type, name = describe_source(text, speaker, entity, is_quoted=is_quoted)
        return Source(None if speaker.is_joined else named, source_type, name, affiliation)
    if link.entity is not None:
        entity = entities[link.entity]
        word = text[speaker.head.start : speaker.head.end].lower()
        return Source(link.entity, _type_pronoun(word, entity), entity.name, affiliation)
    name = " ".join(text[link.words.start : link.words.end].split())[:LONGEST_NAME_CHARACTERS]
    return Source(None, _type_sort(link), name, affiliation)


def _type_pronoun(word: str, entity: Entity) -> SourceType:
    if word == "it" and entity.type is EntityType.PERSON:
        return SourceType.ORGANISATION
    return TYPE_OF_PRONOUN.get(word) or _type_entity(entity)


def _type_sort(link: Link) -> SourceType:
    if link.sort is Sort.PERSON:
        return SourceType.UNNAMED_GROUP if link.is_plural else SourceType.UNNAMED_PERSON
    return TYPE_OF_SORT[link.sort]


def describe_source(
    text: str, speaker: Speaker | None, entity: Entity | None, *, is_quoted: bool
) -> tuple[SourceType, str | None]:
    """The kind of a source and its name: the entity's full name if it is one, else its words as written.

    `entity` is the one that the head is a mention of. `is_quoted` says that the attribution stands inside a
    quotation, where "I" is not the author.
    """
    if speaker is None:
        return SourceType.NONE, None
    words = " ".join(text[speaker.words.start : speaker.words.end].split())[:LONGEST_NAME_CHARACTERS]
    if entity is not None and not speaker.is_joined:
        return _type_entity(entity), entity.name
    if entity is not None:
        return SourceType.UNNAMED_GROUP if _is_group(entity) else _type_entity(entity), words
    if is_publication(words) and any(char.isupper() for char in words.removeprefix("The ")):
        return SourceType.PUBLICATION, words  # "Xinhua news agency"
    return _type_noun(text[speaker.head.start : speaker.head.end].lower(), speaker, is_quoted=is_quoted), words


def _type_entity(entity: Entity) -> SourceType:
    if entity.type is EntityType.PERSON:
        return SourceType.NAMED_PERSON
    if is_publication(entity.name):
        return SourceType.PUBLICATION
    return SourceType.UNNAMED_GROUP if _is_group(entity) else SourceType.ORGANISATION


def _is_group(entity: Entity) -> bool:
    return entity.type is EntityType.NORP


def _type_noun(head: str, speaker: Speaker, *, is_quoted: bool) -> SourceType:
    nouns = _source_nouns()
    kind = nouns.get(head)
    if kind is SourceType.AUTHOR and is_quoted:
        return SourceType.UNNAMED_PERSON if head == "i" else SourceType.UNNAMED_GROUP
    if kind is None and speaker.is_name:
        return SourceType.ORGANISATION
    if kind is None and speaker.is_plural:
        singular = nouns.get(head.removesuffix("s"))
        kind = SourceType.UNNAMED_GROUP if singular is None or singular is SourceType.UNNAMED_PERSON else singular
    if kind is SourceType.UNNAMED_PERSON and (speaker.is_plural or speaker.is_joined):
        return SourceType.UNNAMED_GROUP
    if kind is not None:
        return kind
    if head == "it":
        return SourceType.ORGANISATION
    # What is left are people by trade, and things that "show" or "suggest".
    return SourceType.UNNAMED_PERSON if head.endswith(PERSON_ENDINGS) else SourceType.DOCUMENT


def _find_antecedent(relative: Token) -> tuple[Token, Token] | None:
    """The noun that "who" stands for, and the verb of its clause."""
    at = relative
    while at.head.i != at.i:
        if at.dep_ == "relcl":
            return at.head, at
        at = at.head
    return None


@cache
def _source_nouns() -> dict[str, SourceType]:
    pairs = (line.split("\t") for line in read_lexicon("source_nouns.tsv"))
    return {noun: SourceType(kind) for noun, kind in pairs}
