"""Who is meant by a pronoun or a definite phrase, over a whole text, with the reasons for each link.

Takes the phrases of all pieces (`nlp.mentions`), the entities of the text, and what a finder of attributions found
(`Speech`: whose head says what); knows no finder and needs no parse. First all that stands outside quotations, in the
order of the text, then the pronouns inside them, since only then is it known who speaks there. What cannot be told
stays unresolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp.annotation import Entity, Span
from nlp.definites import resolve_definite
from nlp.discourse import Discourse, Referent, Speech
from nlp.mentions import Kind, Phrase
from nlp.pronouns import THIRD_PERSON, Choice, resolve_pronoun
from nlp.referents import Sort

SINGULAR_SPEAKER = frozenset({"i", "me", "my", "mine", "myself"})
PLURAL_SPEAKER = frozenset({"we", "us", "our", "ours", "ourselves"})
SPEAKER_SCORE = 3.0  # the one who speaks is the one who speaks
OWNER_LINKS = 3  # "a spokesman for the campaign of X"
LONGEST_JOINT_CHARACTERS = 200


class Link(NamedTuple):
    """`entity` indexes the text's entities; `None` for what has no name, and `words` are how it was first spoken of."""

    head: Span
    entity: int | None
    words: Span
    sort: Sort
    is_plural: bool
    score: float
    reasons: tuple[str, ...]


class References:
    """The links of a text, and whom each phrase belongs to. Heads are spans into the text."""

    def __init__(self, discourse: Discourse, choices: dict[int, Choice]) -> None:
        self._discourse = discourse
        self._choices = choices

    def find(self, head: Span) -> Link | None:
        """What the pronoun or definite phrase with this head stands for; `None` if it is not resolved, or is new."""
        number = self._discourse.find(head)
        choice = None if number is None else self._choices.get(number)
        return None if choice is None else _make_link(head, choice)

    def list_links(self) -> list[Link]:
        """All links, in text order."""
        phrases = self._discourse.phrases
        return [_make_link(phrases[number].head, choice) for number, choice in sorted(self._choices.items())]

    def find_affiliation(self, head: Span) -> int | None:
        """The entity that the one meant by a phrase belongs to, speaks for or was issued by."""
        number = self._discourse.find(head)
        referent = None if number is None else self._discourse.referents[number]
        if referent is None or (referent.entity is not None and referent.sort is not Sort.PERSON):
            return None  # "Microsoft, the largest investor in X" is not X's
        return self._follow_owner(referent)

    def _follow_owner(self, referent: Referent) -> int | None:
        at = referent
        for _ in range(OWNER_LINKS):
            number = None if at.owner is None else self._discourse.find(at.owner)
            owner = None if number is None else self._discourse.referents[number]
            if owner is None or owner is referent:
                return None
            if owner.entity is not None:
                is_own = owner.entity == referent.entity or (referent.entity is not None and owner.sort is Sort.PERSON)
                return None if is_own else owner.entity
            at = owner
        return None

    def find_about(self, head: Span) -> int | None:
        """The entity that a statement with this phrase is about: also whom "we" speak for."""
        link = self.find(head)
        if link is None:
            return None
        number = self._discourse.find(head)
        if link.entity is None and number is not None and self._discourse.phrases[number].word in PLURAL_SPEAKER:
            return self.find_affiliation(head)
        return link.entity


def resolve_references(
    text: str, phrases: Sequence[Phrase], entities: Sequence[Entity], speeches: Iterable[Speech]
) -> References:
    """Link the pronouns and definite phrases of a text. `phrases` are in text order."""
    discourse = Discourse(text, phrases, entities, speeches)
    choices: dict[int, Choice] = {}
    for number, phrase in enumerate(phrases):
        choice = _resolve_outside(discourse, number, phrase)
        if choice is not None:
            choices[number] = choice
            discourse.refer(number, choice.referent)
        elif phrase.kind is not Kind.PRONOUN:
            discourse.refer(number, discourse.entity_at(number) or discourse.introduce(number))
        _join(discourse, number, phrase)
    for number, phrase in enumerate(phrases):
        if phrase.kind is Kind.PRONOUN and phrase.quotation is not None:
            choice = _resolve_inside(discourse, number, phrase)
            if choice is not None:
                choices[number] = choice
                discourse.refer(number, choice.referent)
    return References(discourse, choices)


def _resolve_outside(discourse: Discourse, number: int, phrase: Phrase) -> Choice | None:
    if phrase.kind is Kind.DEFINITE:
        return resolve_definite(discourse, number)
    if phrase.kind is Kind.PRONOUN and phrase.quotation is None and phrase.word in THIRD_PERSON:
        return resolve_pronoun(discourse, number)
    return None


def _resolve_inside(discourse: Discourse, number: int, phrase: Phrase) -> Choice | None:
    """A pronoun in a quotation: "I" and "we" are its speaker, "he" and "they" are not."""
    if phrase.word in SINGULAR_SPEAKER or phrase.word in PLURAL_SPEAKER:
        speech = discourse.speech_around(phrase.head.start)
        speaker = None if speech is None else discourse.source_of(speech)
        return None if speaker is None else Choice(speaker, SPEAKER_SCORE, ("speaks in the quotation",))
    return resolve_pronoun(discourse, number) if phrase.word in THIRD_PERSON else None


def _join(discourse: Discourse, number: int, phrase: Phrase) -> None:
    """Keep "X and Y" as one that "they" may stand for."""
    if phrase.partner is None:
        return
    first = discourse.find(phrase.partner)
    held = None if first is None else discourse.referents[first]
    if first is None or held is None or held.sort is Sort.THING or number <= first:
        return
    start, end = discourse.phrases[first].words.start, phrase.words.end
    if end - start > LONGEST_JOINT_CHARACTERS:
        return
    joint = discourse.joint.get(first)
    if joint is None:
        words = Span(start, end)
        joint = Referent(None, words, phrase.head, held.sort, True, None, discourse.text[start:end])
        discourse.joint[first] = joint
    joint.words = Span(start, end)


def _make_link(head: Span, choice: Choice) -> Link:
    referent = choice.referent
    return Link(
        head=head,
        entity=referent.entity,
        words=referent.words,
        sort=referent.sort,
        is_plural=referent.is_plural,
        score=choice.score,
        reasons=choice.reasons,
    )
