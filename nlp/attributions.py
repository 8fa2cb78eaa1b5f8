"""Attributions by rules on a dependency parse: a reporting verb, its subject, and what it takes as content.

Stands between the parse and the meaning: a `Passage` in, `Frame`s out. What they mean (type of source,
stance, whom it is about) is made elsewhere from their spans, so that another finder can stand in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import (
    end_of,
    find_agent,
    find_child,
    find_subject,
    is_negated,
    is_passive,
    phrase_of,
    read_verb_group,
)
from nlp.contents import Content, Core, Rule, find_clause_after, find_content, find_silence, read_tag
from nlp.cues import Cue, load_cues
from nlp.frames import Frame, encloses, hull, intersect_spans, order_spans, subtract_spans
from nlp.passages import Passage

# Precision on 210 articles of PolNeAR's train split (every fourth), nested frames left out: the share of
# frames that the annotators drew too. The rules were tuned on these articles, so that it flatters a little.
# Annotators seldom draw refusals to answer (2 of the 11 found there); 10 of the 11 were right by eye.
CONFIDENCE = {
    Rule.QUOTATION: 0.87,
    Rule.CLAUSE: 0.82,
    Rule.FRONTED: 0.77,
    Rule.INFINITIVE: 0.64,
    Rule.OBJECT: 0.62,
    Rule.PREPOSITION: 0.65,
    Rule.ACCORDING: 0.86,
    Rule.PASSIVE: 0.63,
    Rule.NO_ANSWER: 0.9,
}
OWN_VOICE = frozenset({"i", "we", "you", "us", "me"})
ADDRESSED_BY = frozenset({"to"})
NEIGHBOURS = 8  # frames; those that stand in each other are near each other
ADDRESSED_BY = frozenset({"to"})


def find_attributions(passage: Passage) -> list[Frame]:
    """The attributions of a parsed text, in the order of their cues."""
    cues = load_cues()
    frames: list[Frame] = []
    for token in passage.doc:
        cue = cues.get(token.lower_)
        if cue is not None and token.tag_.startswith("V"):
            frames += read_verb(passage, token, cue)
        elif token.lower_ == "according":
            frames += read_according(passage, token)
    return continue_quotations(passage, bound_nested(frames))


def bound_nested(frames: list[Frame]) -> list[Frame]:
    """Keep a content within the one it stands in: in "A said that X, B reported" X ends before B."""
    bounded = list(frames)
    for number, inner in enumerate(frames):
        for outer in frames[number + 1 : number + NEIGHBOURS]:
            is_behind = hull(outer.content).end <= hull(outer.cue).start
            if is_behind and encloses(outer.content, hull(inner.cue)) and encloses(inner.content, hull(outer.cue)):
                content = intersect_spans(inner.content, outer.content)
                bounded[number] = replace(inner, content=content) if content else inner
    return bounded


def continue_quotations(passage: Passage, frames: list[Frame]) -> list[Frame]:
    """Give paragraphs that are nothing but a quotation to who was quoted last in the paragraph before."""
    last_of: dict[int, int] = {}  # paragraph number → index of the frame whose content reaches furthest in it
    for index, frame in enumerate(frames):
        number = passage.paragraph_number(frame.content[-1].start)
        if number not in last_of or frame.content[-1].end > frames[last_of[number]].content[-1].end:
            last_of[number] = index
    continued = list(frames)
    for number, paragraph in enumerate(passage.paragraphs):
        if number in last_of or not passage.is_quotation(paragraph) or number - 1 not in last_of:
            continue
        index = last_of[number] = last_of[number - 1]
        content = order_spans([*continued[index].content, passage.trim(paragraph)])
        continued[index] = replace(continued[index], content=content)
    return continued


def read_verb(passage: Passage, verb: Token, cue: Cue) -> Iterator[Frame]:
    """At most one frame around a reporting verb."""
    core = _read_core(passage, verb, cue)
    if "silence" in cue.takes and is_negated(verb) and (silence := find_silence(passage, core)) is not None:
        yield from _make_frame(passage, core, silence)
    elif is_passive(verb):
        yield from _read_passive(passage, core)
    elif core.source is not None:
        yield from _read_active(passage, core)


def _read_active(passage: Passage, core: Core) -> Iterator[Frame]:
    content = find_content(passage, core)
    if content is None and (tag := read_tag(passage, core)) is not None:
        core, content = tag
    if content is not None and not _is_own_voice(passage, core, content):
        yield from _make_frame(passage, core, content)


def _is_own_voice(passage: Passage, core: Core, content: Content) -> bool:
    """Say whether a speaker, inside a quotation, only speaks of himself ("I think") or does so loosely.

    What is said there is the speaker's already; a second attribution would count it twice.
    """
    if passage.quotation_at(core.group.start) is None:
        return False
    by_self = core.subject is not None and core.subject.token.lower_ in OWN_VOICE
    return by_self or content.rule not in (Rule.CLAUSE, Rule.QUOTATION, Rule.FRONTED)


def _read_core(passage: Passage, verb: Token, cue: Cue) -> Core:
    subject = find_subject(verb)
    after = subject.token.i + 1 if subject is not None and subject.is_own and subject.token.i < verb.i else 0
    group = read_verb_group(verb, after)
    source = passage.trim(phrase_of(subject.token, without=verb)) if subject is not None else None
    start, end = group
    if subject is not None and subject.is_own and source is not None:
        start, end = min(start, source.start), max(end, source.end)
    return Core(verb, cue, group, subject, source, start, end)


def _make_frame(passage: Passage, core: Core, content: Content, addressee: Token | None = None) -> Iterator[Frame]:
    cue = order_spans([core.group] if content.cue is None else [core.group, content.cue])
    source = () if core.source is None else (core.source,)
    if addressee is None:
        addressee = _find_addressee(core, content)
    told = () if addressee is None else tuple(passage.split_lines(phrase_of(addressee)))
    spans = subtract_spans(content.spans, [*source, *cue, *told])
    spans = order_spans(passage.trim(part) for span in spans for part in passage.split_lines(span))
    if spans and any(char.isalnum() for span in spans for char in passage.text[span.start : span.end]):
        yield Frame(source=source, cue=cue, content=spans, addressee=told, confidence=CONFIDENCE[content.rule])


def _find_addressee(core: Core, content: Content) -> Token | None:
    """Who was told: the object of "told", or the noun after "said to"."""
    if content.rule is Rule.ACCORDING:
        return None
    outside = [child for child in core.verb.children if not encloses(content.spans, Span(child.idx, end_of(child)))]
    for child in outside:
        if core.cue.has_addressee and child.dep_ in ("dobj", "dative") and child.i > core.verb.i:
            return child
        if child.dep_ in ("prep", "dative") and child.lower_ in ADDRESSED_BY and child.i > core.verb.i:
            return find_child(child, "pobj")
    return None


def _read_passive(passage: Passage, core: Core) -> Iterator[Frame]:
    """ "X was told by Y that", "Y was criticised by X", "it was reported that", "Y is expected to"."""
    agent = find_agent(core.verb)
    source = passage.trim(phrase_of(agent, without=core.verb)) if agent is not None else None
    by = None if agent is None else Span(agent.head.idx, end_of(agent.head))
    patient = core.subject.token if core.subject is not None else None
    core = core._replace(source=source)
    clause = find_clause_after(core)
    if clause is not None and patient is not None and patient.lower_ == "it":
        patient = None  # stands for the clause
    if clause is not None and (patient is None or core.cue.has_addressee):
        content = Content(Rule.PASSIVE, (passage.fit(phrase_of(clause)),), by)
        yield from _make_frame(passage, core, content, patient)
        return
    purpose = next((c for c in core.verb.rights if c.dep_ in ("xcomp", "oprd", "ccomp")), None)
    if patient is None or (source is None and (purpose is None or core.cue.has_addressee)):
        return
    spans = [phrase_of(patient, without=core.verb), *([] if purpose is None else [phrase_of(purpose)])]
    yield from _make_frame(passage, core, Content(Rule.PASSIVE, tuple(map(passage.fit, spans)), by))


def read_according(passage: Passage, token: Token) -> Iterator[Frame]:
    """ "According to X", before, in or behind what is attributed."""
    to = next((t for t in token.children if t.lower_ == "to"), None)
    if to is None and token.i + 1 < len(token.doc) and token.nbor().lower_ == "to":
        to = token.nbor()
    noun = find_child(to, "pobj") if to is not None else None
    if to is None or noun is None:
        return
    source = passage.trim(phrase_of(noun))
    sentence = passage.sentence_at(token.idx)
    phrase = Span(token.idx, max(source.end, end_of(to)))
    before = passage.fit(Span(_clause_start(passage, token, sentence), phrase.start))
    after = passage.fit(Span(phrase.end, sentence.end))
    parts = [span for span in (before, after) if span.start < span.end]
    if before.start < before.end and after.start < after.end and passage.text[phrase.end : after.start].strip() != ",":
        parts = [before]
    core = Core(token, load_cues()["say"], Span(token.idx, end_of(to)), None, source, *hull([phrase]))
    yield from _make_frame(passage, core, Content(Rule.ACCORDING, tuple(parts)))


def _clause_start(passage: Passage, token: Token, sentence: Span) -> int:
    quotation = passage.quotation_before(token.idx)
    return min(sentence.start, quotation.start) if quotation is not None else sentence.start
