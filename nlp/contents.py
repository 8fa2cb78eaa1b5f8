"""What a reporting verb attributes: a clause or quotation behind it or before it, an infinitive, an object.

One function for each kind, all with the verb's `Core` in and a `Content` or `None` out; `nlp.attributions`
makes frames of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import SUBJECTS, Subject, end_of, find_child, phrase_of
from nlp.cues import Cue
from nlp.frames import encloses
from nlp.passages import END_OF_SENTENCE, Passage

# Children of a verb that say where, when and to whom; a quotation may go on behind them.
ADVERBIALS = frozenset({"prep", "npadvmod", "advmod", "dobj", "dative", "punct", "advcl"})
COMPLEMENTS = frozenset({"prep", "xcomp", "oprd", "ccomp", "acomp"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS", "PRP"})
JOINERS = frozenset({"CC", "IN", "TO", "WDT", "WP", "WRB"})
LONGEST_TAG = 6  # words
# Characters. Longer ones are no sentences, and would cost a look at each word of them for each verb in them.
LONGEST_ADVERBIALS = 300
LONGEST_SENTENCE = 2_000


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


class Content(NamedTuple):
    """The words that a rule found to be attributed."""

    rule: Rule
    spans: tuple[Span, ...]
    cue: Span | None = None  # words beside the verb that belong to the cue


class Core(NamedTuple):
    """A reporting verb and what is known of it before its content is looked for. Offsets are characters."""

    verb: Token
    cue: Cue
    group: Span
    subject: Subject | None
    source: Span | None
    start: int  # of the core in the running text
    end: int


def find_content(passage: Passage, core: Core) -> Content | None:
    """The content of an active verb, of the first kind that it takes and has."""
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
    clause = find_clause_after(core)
    if clause is not None:
        start = max(_clause_begins(core, clause), core.group.end)
        opening = passage.quotation_after(core.group.end, start)
        if opening is not None and opening.end > start:
            start = opening.start
        return Content(Rule.CLAUSE, (passage.fit(Span(start, phrase_of(clause).end)),))
    if "quote" in core.cue.takes and (quoted := _find_quoted_after(passage, core)) is not None:
        return quoted
    return _find_fronted(passage, core)


def find_clause_after(core: Core) -> Token | None:
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
    if until - core.end > LONGEST_ADVERBIALS:
        return False
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


def read_tag(passage: Passage, core: Core) -> tuple[Core, Content] | None:
    """ "..., the report said." by its place alone, where the parser drew the noun into the sentence."""
    sentence = passage.sentence_at(core.group.start)
    if sentence.end - sentence.start > LONGEST_SENTENCE:
        return None
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


def find_silence(passage: Passage, core: Core) -> Content | None:
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
