"""To whom something was said, and by what: "told the hearing", "said to reporters", "in an interview with the BBC", "in
a post on X", "wrote on Facebook".

Who is spoken to is no source: an outlet that was told is an addressee. The noun of the channel brings its own ("in a
letter to the regulator"). Where it was said ("in Berlin") and when is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import end_of, find_child
from nlp.cues import load_cues, read_lexicon
from nlp.frames import Frame, order_spans, subtract_spans
from nlp.passages import Passage
from nlp.publications import is_publication
from nlp.referents import Sort, classify_name, sort_noun

OBJECTS = frozenset({"dobj", "dative"})
ADDRESSED_BY = "to"
MET_WITH = frozenset({"to", "with"})
BY_CHANNEL = frozenset("in on at by via through over during from".split())  # noqa: SIM905
OF_THE_NAME = frozenset({"of", "for", "at", "from", "with"})  # that a name of an addressee goes on with
LISTENERS = frozenset({"PERSON", "ORG", "NORP", "GPE"})
GATHERINGS = frozenset({"audience", "crowd", "rally", "conference", "hearing", "nation", "meeting", "press"})
SPEAKING = frozenset({"speaking", "writing", "appearing", "posting"})
LABELS = frozenset({"prep", "agent"})
MOST_WORDS = 30
RELATIVE = re.compile(r",? (?:who|whom|whose|which|that|where) ")


class Audience(NamedTuple):
    """Spans of the passage; empty where the text does not say."""

    addressee: tuple[Span, ...]
    channel: tuple[Span, ...]


def find_audience(passage: Passage, frame: Frame) -> Audience:
    """To whom and by what. `frame` lies in the passage; what is a part of its source, cue or content is neither."""
    taken = [*frame.source, *frame.content]
    told: list[Span] = []
    channel: list[Span] = []
    for verb in _list_verbs(passage, frame):
        noun = None if told else _find_told(verb)
        if noun is not None:
            told.append(_read_name(passage, noun))
        medium = None if channel else _find_channel(verb)
        if medium is not None:
            channel.append(_read_channel(medium))
            asked = _find_met(medium)
            if asked is not None and not told:
                told.append(_read_name(passage, asked))
    # Both are often taken for a part of the cue: "said in a statement to Reuters".
    return Audience(_fit(passage, told, [*taken, *channel]), _fit(passage, channel, taken))


def _fit(passage: Passage, spans: list[Span], taken: list[Span]) -> tuple[Span, ...]:
    lines = (line for span in spans for line in passage.split_lines(span))
    left = (piece for line in lines for piece in subtract_spans([line], taken))
    return order_spans(span for span in map(passage.trim, left) if passage.has_words(span))


def _list_verbs(passage: Passage, frame: Frame) -> Iterator[Token]:
    for span in frame.cue:
        for token in passage.tokens_between(span.start, span.end):
            if token.tag_.startswith("V"):
                yield token


def _find_told(verb: Token) -> Token | None:
    cue = load_cues().get(verb.lower_)
    if cue is None:
        return None
    if cue.has_addressee and verb.tag_ == "VBN" and find_child(verb, "auxpass") is not None:
        return find_child(verb, "nsubjpass")  # "reporters were told"
    for child in verb.rights:
        if cue.has_addressee and child.dep_ in OBJECTS and child.lower_ != ADDRESSED_BY:
            return child
        if child.dep_ in ("prep", "dative") and child.lower_ == ADDRESSED_BY:
            noun = find_child(child, "pobj")
            return noun if noun is not None and _may_listen(noun) else None
    return None


def _may_listen(noun: Token) -> bool:
    """Say whether one can speak to it: "pointed to reports" is not spoken to anybody."""
    if noun.ent_type_ in LISTENERS or noun.tag_ == "PRP":
        return True
    sort = sort_noun(noun.lower_, is_plural=noun.tag_ == "NNS")
    return sort not in (Sort.THING, Sort.DOCUMENT) or noun.lower_ in GATHERINGS


def _read_name(passage: Passage, noun: Token) -> Span:
    """The words that name whom one speaks to, without where and when: of "a hearing in Accra" the first two."""
    last = noun.i
    for child in noun.rights:
        if child.i != last + 1 or not (child.dep_ in ("conj", "cc", "punct") or child.lower_ in OF_THE_NAME):
            break
        last = min(child.right_edge.i, noun.i + MOST_WORDS)
    start, end = noun.doc[max(noun.left_edge.i, noun.i - MOST_WORDS)].idx, end_of(noun.doc[last])
    relative = RELATIVE.search(passage.text, end_of(noun), end)
    return Span(start, end if relative is None else relative.start())


def _find_channel(verb: Token) -> Token | None:
    """The noun by which it was said: on the verb, or on "speaking on ..." beside it."""
    beside = [child for child in verb.children if child.dep_ == "advcl" and child.lower_ in SPEAKING]
    for at in (verb, *beside):
        for child in at.children:
            if child.dep_ in LABELS and child.lower_ in BY_CHANNEL:
                noun = find_child(child, "pobj")
                if noun is not None and _is_channel(noun, preposition=child.lower_):
                    return noun
        told = next((child for child in at.rights if child.dep_ in OBJECTS), None)
        if told is not None and (noun := _find_hung_on(told)) is not None:
            return noun
    return None


def _find_hung_on(told: Token) -> Token | None:
    """ "Told shareholders in a letter": the parser may hang the letter on those who were told."""
    for child in told.rights:
        if child.dep_ == "prep" and child.lower_ in BY_CHANNEL:
            noun = find_child(child, "pobj")
            if noun is not None and _is_channel(noun, preposition=child.lower_):
                return noun
    return None


def _is_channel(noun: Token, *, preposition: str) -> bool:
    kinds = _channels()
    if kinds.get(noun.lower_) == "medium":
        return True
    if preposition not in ("on", "via", "through"):
        return False
    text = noun.doc[max(noun.left_edge.i, noun.i - MOST_WORDS) : noun.i + 1].text
    return kinds.get(text.lower()) == "platform" or kinds.get(noun.lower_) == "platform" or _is_outlet(text)


def _is_outlet(name: str) -> bool:
    return is_publication(name) or "outlet" in classify_name(name)


def _read_channel(noun: Token) -> Span:
    """The noun with what stands before it, and the platform behind it: "a post on X"."""
    first = noun.doc[max(noun.left_edge.i, noun.i - MOST_WORDS)]
    last = noun
    for child in noun.rights:
        place = find_child(child, "pobj") if child.dep_ == "prep" and child.lower_ == "on" else None
        if place is not None and _is_channel(place, preposition="on"):
            last = place
    return Span(first.idx, end_of(last))


def _find_met(noun: Token) -> Token | None:
    """Whom an interview was with, or a letter to."""
    if _channels().get(noun.lower_) != "medium":
        return None
    for child in noun.rights:
        if child.dep_ in ("prep", "dative") and child.lower_ in MET_WITH:
            return find_child(child, "pobj")
    return None


@cache
def _channels() -> dict[str, str]:
    return dict(line.split("\t", 1) for line in read_lexicon("channels.tsv"))
