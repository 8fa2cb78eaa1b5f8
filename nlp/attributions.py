"""Attributions by rules on a dependency parse: a reporting verb, its subject, and what it takes as content.

Stands between the parse and the meaning: a `Doc` in, `Frame`s out. What they mean (type of source, stance, whom it is
about) is made elsewhere from their spans alone, so that another finder can take this module's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from spacy.tokens import Doc, Token

from nlp.annotation import Span
from nlp.clauses import (
    SUBJECTS,
    Subject,
    end_of,
    find_agent,
    find_child,
    find_subject,
    is_negated,
    is_passive,
    phrase_of,
    read_verb_group,
)
from nlp.cues import Cue, load_cues
from nlp.frames import Frame, encloses, hull, intersect_spans, order_spans, subtract_spans
from nlp.passages import END_OF_SENTENCE, Passage


class Rule(StrEnum):
    """What made a frame; each is as sure as it has proved."""

    QUOTATION = "quotation"
    CLAUSE = "clause"
    FRONTED = "fronted"
    INFINITIVE = "infinitive"
    OBJECT = "object"
    PREPOSITION = "preposition"
    ACCORDING = "according"
    PASSIVE = "passive"
    NO_ANSWER = "no answer"


# Precision on 210 articles of PolNeAR's train split (every fourth), nested frames left out: the share of frames that the
# annotators drew too. They do not draw refusals to answer; of the 11 found there, 10 were right by eye.
CONFIDENCE = {
    Rule.QUOTATION: 0.87,
    Rule.CLAUSE: 0.82,
    Rule.FRONTED: 0.80,
    Rule.INFINITIVE: 0.65,
    Rule.OBJECT: 0.61,
    Rule.PREPOSITION: 0.65,
    Rule.ACCORDING: 0.86,
    Rule.PASSIVE: 0.64,
    Rule.NO_ANSWER: 0.9,
}
# Children of a verb that say where, when and to whom; a quotation may go on behind them.
ADVERBIALS = frozenset({"prep", "npadvmod", "advmod", "dobj", "dative", "punct", "advcl"})
COMPLEMENTS = frozenset({"prep", "xcomp", "oprd", "ccomp", "acomp"})
OWN_VOICE = frozenset({"i", "we", "you", "us", "me"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS", "PRP"})
JOINERS = frozenset({"CC", "IN", "TO", "WDT", "WP", "WRB"})
LONGEST_TAG = 6  # words
NEIGHBOURS = 8  # frames; those that stand in each other are near each other
ADDRESSED_BY = frozenset({"to"})


class Content(NamedTuple):
    rule: Rule
    spans: tuple[Span, ...]
    cue: Span | None = None  # words beside the verb that belong to the cue


class Core(NamedTuple):
    """A reporting verb with what it is known to have before its content is looked for. Offsets are characters."""

    verb: Token
    cue: Cue
    group: Span
    subject: Subject | None
    source: Span | None
    start: int  # of the core in the running text
    end: int


def find_attributions(doc: Doc) -> list[Frame]:
    """The attributions of a parsed text, in the order of their cues."""
    passage = Passage(doc)
    cues = load_cues()
    frames: list[Frame] = []
    for token in doc:
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
    if "silence" in cue.takes and is_negated(verb) and (silence := _find_silence(passage, core)) is not None:
        yield from _make_frame(passage, core, silence)
    elif is_passive(verb):
        yield from _read_passive(passage, core)
    elif core.source is not None:
        yield from _read_active(passage, core)


def _read_active(passage: Passage, core: Core) -> Iterator[Frame]:
    content = _find_content(passage, core)
    if content is None and (tag := _read_tag(passage, core)) is not None:
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


def _find_content(passage: Passage, core: Core) -> Content | None:
    takes = core.cue.takes
    if ("quote" in takes or "clause" in takes) and (content := _find_said(passage, core)) is not None:
        return content
    if "infinitive" in takes and (content := _find_infinitive(passage, core)) is not None:
        return content
    if "object" in takes and (content := _find_object(passage, core)) is not None:
        return content
    return _find_prepositional(passage, core)


def _find_said(passage: Passage, core: Core) -> Content | None:
    """A clause or quotation behind the verb, or before it with what may follow."""
    if (quoted := _find_quoted_before(passage, core)) is not None:
        return quoted
    clause = _find_clause_after(core)
    if clause is not None:
        start = max(_clause_begins(core, clause), core.group.end)
        opening = passage.quotation_after(core.group.end, start)
        if opening is not None and opening.end > start:
            start = opening.start
        return Content(Rule.CLAUSE, (passage.fit(Span(start, phrase_of(clause).end)),))
    if "quote" in core.cue.takes and (quoted := _find_quoted_after(passage, core)) is not None:
        return quoted
    return _find_fronted(passage, core)


def _find_clause_after(core: Core) -> Token | None:
    for child in core.verb.rights:
        if child.dep_ == "ccomp" and child.tag_ != "TO" and not _is_infinitive(child):
            return child
    return None


def _clause_begins(core: Core, clause: Token) -> int:
    """The start of a clause; with what the parser took for an object, where the verb has none of its own."""
    if not core.cue.has_addressee and core.cue.lemma != "ask":
        stray = find_child(core.verb, "dobj")
        if stray is not None and core.verb.i < stray.i < clause.i:
            return min(phrase_of(stray).start, phrase_of(clause).start)
    return phrase_of(clause).start


def _is_infinitive(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.tag_ == "TO" for child in verb.children)


def _find_quoted_before(passage: Passage, core: Core) -> Content | None:
    quotation = passage.quotation_before(core.start)
    if quotation is None:
        return None
    start = passage.sentence_at(quotation.start).start
    here = passage.sentence_at(core.group.start).start
    start = min(here, quotation.start) if here < quotation.end else max(start, quotation.start)
    spans = [passage.fit(Span(start, core.start)), *_find_continuation(passage, core)]
    return Content(Rule.QUOTATION, tuple(spans))


def _find_quoted_after(passage: Passage, core: Core) -> Content | None:
    sentence = passage.sentence_at(core.group.start)
    quotation = passage.quotation_after(core.end, sentence.end)
    if quotation is not None and _belongs(passage, core, quotation.start):
        gap = passage.text[core.end : quotation.start].rstrip()
        if gap and not gap.endswith((",", ":")):
            return Content(Rule.QUOTATION, (passage.fit(Span(core.end, quotation.end)),))
        return Content(Rule.QUOTATION, (quotation,))
    paragraph = passage.paragraph_at(core.group.start)
    if passage.text[core.group.end : paragraph.end].rstrip().endswith(":") and sentence.end >= paragraph.end - 1:
        number = passage.paragraph_number(core.group.start) + 1
        if number < len(passage.paragraphs):
            following = passage.paragraphs[number]
            quotation = passage.quotation_after(following.start, following.start + 1)
            if quotation is not None:
                return Content(Rule.QUOTATION, (quotation,))
    return None


def _belongs(passage: Passage, core: Core, until: int) -> bool:
    """Say whether all words from the core to an offset hang on the verb as time, place or addressee."""
    held = [phrase_of(child) for child in core.verb.rights if child.dep_ in ADVERBIALS or child.dep_ in SUBJECTS]
    return all(encloses(held, Span(token.idx, end_of(token))) for token in passage.tokens_between(core.end, until))


def _find_continuation(passage: Passage, core: Core) -> list[Span]:
    """A quotation that goes on behind "he said", in the same sentence or as the rest of the paragraph."""
    paragraph = passage.paragraph_at(core.group.start)
    quotation = passage.quotation_after(core.end, paragraph.end)
    if quotation is None or not _belongs(passage, core, quotation.start):
        return []
    gap = passage.text[core.end : quotation.start].rstrip()
    if not gap.endswith((",", ".", ":", ";", "—", "–")):
        return []  # the title of a programme or the like ("said on "Morning Joe"")
    ends_well = END_OF_SENTENCE.search(passage.text[max(quotation.start, quotation.end - 4) : quotation.end])
    if gap.endswith(".") and not ends_well:
        return []
    return [quotation]


def _find_fronted(passage: Passage, core: Core) -> Content | None:
    """The sentence that "he said" is put behind or into."""
    sentence = passage.sentence_at(core.group.start)
    before = passage.text[sentence.start : core.start].rstrip()
    hangs = core.verb.dep_ == "parataxis" or any(child.dep_ == "ccomp" for child in core.verb.lefts)
    if not hangs or not before.endswith((",", "—", "–", "-", "?")):
        return None
    spans = [passage.fit(Span(sentence.start, core.start))]
    if core.verb.dep_ == "parataxis" and core.verb.head.i > core.verb.i:
        spans.append(passage.fit(Span(phrase_of(core.verb).end, sentence.end)))
    return Content(Rule.FRONTED, tuple(spans))


def _read_tag(passage: Passage, core: Core) -> tuple[Core, Content] | None:
    """ "..., the report said." by its place alone, where the parser has drawn the noun into the sentence before it."""
    sentence = passage.sentence_at(core.group.start)
    comma = passage.text.rfind(",", sentence.start, core.group.start)
    is_finite = core.verb.tag_ in FINITE
    if comma < 0 or not is_finite or "quote" not in core.cue.takes or not _belongs(passage, core, sentence.end):
        return None
    source = passage.trim(Span(comma, core.group.start))
    words = passage.tokens_between(source.start, source.end)
    before = passage.tokens_between(sentence.start, comma)
    if not 0 < len(words) <= LONGEST_TAG or words[-1].tag_ not in NOUNS or words[0].tag_ in JOINERS:
        return None
    if not any(token.tag_ in FINITE for token in before) or any(token.tag_.startswith("V") for token in words):
        return None
    core = core._replace(source=source, subject=Subject(words[-1], True), start=source.start)
    return core, Content(Rule.FRONTED, (passage.fit(Span(sentence.start, comma)),))


def _find_silence(passage: Passage, core: Core) -> Content | None:
    """What was asked for in vain: "did not respond to a request", "could not be reached for comment"."""
    if core.source is None or find_child(core.verb, "prt") is not None:
        return None
    for child in core.verb.rights:
        if child.dep_ in ("prep", "dobj"):
            return Content(Rule.NO_ANSWER, (passage.fit(phrase_of(child)),))
    return None


def _find_infinitive(passage: Passage, core: Core) -> Content | None:
    for child in core.verb.rights:
        if child.dep_ in ("xcomp", "ccomp") and _is_infinitive(child):
            return Content(Rule.INFINITIVE, (passage.fit(phrase_of(child)),))
    return None


def _find_object(passage: Passage, core: Core) -> Content | None:
    thing = find_child(core.verb, "dobj")
    if thing is None:
        thing = next((child for child in core.verb.rights if child.dep_ == "ccomp"), None)
    if thing is None or thing.i < core.verb.i:
        return None
    end = max([phrase_of(thing).end, *(phrase_of(c).end for c in core.verb.rights if c.dep_ in COMPLEMENTS)])
    return Content(Rule.OBJECT, (passage.fit(Span(phrase_of(thing).start, end)),))


def _find_prepositional(passage: Passage, core: Core) -> Content | None:
    for child in core.verb.rights:
        if child.dep_ == "prep" and child.lower_ in core.cue.prepositions:
            noun = find_child(child, "pobj", "pcomp")
            if noun is not None:
                span = Span(end_of(child), phrase_of(noun).end)
                return Content(Rule.PREPOSITION, (passage.fit(span),), Span(child.idx, end_of(child)))
    return None


def _read_passive(passage: Passage, core: Core) -> Iterator[Frame]:
    """ "X was told by Y that", "Y was criticised by X", "it was reported that", "Y is expected to"."""
    agent = find_agent(core.verb)
    source = passage.trim(phrase_of(agent, without=core.verb)) if agent is not None else None
    by = None if agent is None else Span(agent.head.idx, end_of(agent.head))
    patient = core.subject.token if core.subject is not None else None
    core = core._replace(source=source)
    clause = _find_clause_after(core)
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
