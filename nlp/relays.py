"""Who says it through whom: "Reuters reported, citing two officials", "according to documents seen by the Guardian",
"quoted X as saying", by rules on the parse.

The outlet is one attribution, what it cites another, of the same content and `within` the outlet's. Speaking to an
outlet is no relay: it is an addressee (`nlp.addressees`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import cut_words, end_of, find_child, phrase_of
from nlp.cues import load_cues
from nlp.frames import Frame, subtract_spans
from nlp.nesting import find_noun_source
from nlp.passages import Passage
from nlp.publications import is_publication
from nlp.referents import Sort, classify_noun, sort_noun

CONFIDENCE = 0.8
ARTICLES = frozenset({"a", "an", "the"})
SOURCE_SORTS = frozenset({Sort.PERSON, Sort.PEOPLE, Sort.ORGANISATION, Sort.PUBLICATION, Sort.DOCUMENT})
SOURCE_ENTITIES = frozenset({"PERSON", "ORG", "NORP", "GPE"})
# How an outlet comes by a document: "seen by", "shared with".
SEEN_BY = frozenset("seen obtained reviewed viewed read examined published broadcast aired".split())  # noqa: SIM905
HANDED_TO = frozenset("shared leaked provided shown sent given released".split())  # noqa: SIM905
CITING = re.compile(r"\bciting\b", re.IGNORECASE)
QUOTING = re.compile(r"\b(?:quot(?:e|es|ed|ing)|cit(?:e|es|ed|ing))\b(?=[^.\n]{1,150}\bas\b)", re.IGNORECASE)
MOST_TOKENS = 60  # of a source that are looked at
MOST_IN_SENTENCE = 3  # that are read; more is garbage
DEEDS = frozenset({"release", "publication", "account", "analysis"})
CLIMB_LIMIT = 4  # links from "citing" to the verb that it belongs to


def read_relays(passage: Passage, frames: Sequence[Frame]) -> list[Frame]:
    """The frames with those that they pass on, each mended where its parts were taken for another's."""
    mended = [_mend_source(passage, frame) for frame in frames]
    read = list(_read_citations(passage, mended))
    read = list(_read_quoted(passage, read))
    return [one for frame in read for one in _read_seen(passage, frame)]


def _mend_source(passage: Passage, frame: Frame) -> Frame:
    """Of "reporters were told by X" the source is X, and of "the claim by X that" too."""
    tokens = [token for span in frame.cue for token in passage.tokens_between(span.start, span.end)]
    if frame.source and all(
        token.lower_ in ARTICLES for span in frame.source for token in passage.tokens_between(*span)
    ):
        return replace(frame, source=())  # "Asked for comment, a spokeswoman said": who asked is not told
    for token in tokens:
        cue = load_cues().get(token.lower_)
        if cue is not None and cue.has_addressee and token.tag_ == "VBN" and frame.source:
            told = find_child(token, "nsubjpass")
            if told is not None and find_child(token, "auxpass") is not None and _is_at(told, frame.source):
                agent = _find_agent(token)
                source = () if agent is None else (_name(passage, agent),)
                return replace(frame, source=source, content=subtract_spans(frame.content, source) or frame.content)
        if token.tag_ in ("NN", "NNS") and not frame.source and len(tokens) == 1:
            owner = find_noun_source(passage, token)
            if owner is not None and owner.start < owner.end:
                content = subtract_spans(frame.content, [owner]) or frame.content
                return replace(frame, source=(owner,), content=content)
    return frame


def _is_at(token: Token, spans: Sequence[Span]) -> bool:
    return any(span.start <= token.idx < span.end for span in spans)


def _find_agent(verb: Token) -> Token | None:
    by = find_child(verb, "agent")
    return None if by is None else find_child(by, "pobj")


def _name(passage: Passage, noun: Token) -> Span:
    return passage.trim(cut_words(passage.text, phrase_of(noun), noun))


def _read_citations(passage: Passage, frames: list[Frame]) -> Iterator[Frame]:
    """ "..., citing two officials": they are the source of what the one who cites passes on."""
    left = frames
    for token in _list_words(passage, CITING):
        noun = find_child(token, "dobj")
        if noun is None or not _may_be_source(noun):
            continue
        others = [frame for frame in left if not _is_at(token, frame.cue)]
        outer = _find_citer(passage, token, others)
        if outer is None:
            continue
        source, cue = _name(passage, noun), Span(token.idx, end_of(token))
        content = subtract_spans(outer.content, [Span(cue.start, source.end)])
        if not content or source.start >= source.end:
            continue
        cited = Frame(source=(source,), cue=(cue,), content=content, within=outer.cue, confidence=CONFIDENCE)
        left = [replace(one, content=content) if one is outer else one for one in others]
        left.append(cited)
    yield from left


def _list_words(passage: Passage, words: re.Pattern[str]) -> Iterator[Token]:
    """The words of a piece that a pattern finds, a few of each sentence."""
    counts: dict[int, int] = {}
    for match in words.finditer(passage.text):
        sentence = passage.sentence_at(match.start()).start
        counts[sentence] = counts.get(sentence, 0) + 1
        if counts[sentence] <= MOST_IN_SENTENCE:
            yield from passage.tokens_between(*match.span())


def _may_be_source(noun: Token) -> bool:
    if noun.ent_type_ in SOURCE_ENTITIES:
        return True
    if noun.lower_ in DEEDS and any(child.lower_ == "of" for child in noun.rights):
        return False  # "citing the release of prisoners"
    return sort_noun(noun.lower_, is_plural=noun.tag_ in ("NNS", "NNPS")) in SOURCE_SORTS


def _find_citer(passage: Passage, citing: Token, frames: Sequence[Frame]) -> Frame | None:
    """The attribution whose cue "citing" hangs on, else the last one before it in the sentence."""
    at = citing
    for _ in range(CLIMB_LIMIT):
        at = at.head
        found = next((frame for frame in frames if _is_at(at, frame.cue)), None)
        if found is not None:
            return found
    sentence = passage.sentence_at(citing.idx)
    before = [frame for frame in frames if frame.cue and sentence.start <= frame.cue[0].start < citing.idx]
    return max(before, key=lambda frame: frame.cue[0].start, default=None)


def _read_quoted(passage: Passage, frames: list[Frame]) -> Iterator[Frame]:
    """ "An agency quoted X as saying", "X was quoted by an agency as saying": X's words, in the agency's."""
    for token in _list_words(passage, QUOTING):
        as_ = next((child for child in token.children if child.lower_ == "as"), None)
        saying = None if as_ is None else find_child(as_, "pcomp")
        passive = find_child(token, "nsubjpass")
        speaker = passive or find_child(token, "dobj")
        if saying is None or speaker is None or saying.lower_ not in load_cues():
            continue
        said = passage.fit(Span(end_of(saying), end_of(saying.right_edge)))
        source = _name(passage, speaker)
        if said.start >= said.end or source.start >= source.end:
            continue
        cue = Span(token.idx, end_of(token))
        outer = next((frame for frame in frames if _is_at(token, frame.cue)), None)
        teller = _find_agent(token) if passive is not None else find_child(token, "nsubj")
        tellers = (_name(passage, teller),) if teller is not None else ()
        if outer is None:
            if not tellers:
                continue
            outer = Frame(source=tellers, cue=(cue,), content=(said,), confidence=CONFIDENCE)
            frames = [*frames, outer]
        elif passive is not None:
            content = subtract_spans(outer.content, tellers) or outer.content
            changed = replace(outer, source=tellers, content=content)
            frames = [changed if frame is outer else frame for frame in frames]
            outer = changed
        content = tuple(passage.split_lines(said))
        inner = Frame(
            source=(source,), cue=(Span(saying.idx, end_of(saying)),), content=content, within=outer.cue,
            confidence=CONFIDENCE,
        )  # fmt: skip
        frames = [frame for frame in frames if not _is_at(saying, frame.cue) or frame is outer]
        frames.append(inner)
    yield from frames


def _read_seen(passage: Passage, frame: Frame) -> Iterator[Frame]:
    """ "Documents seen by X show": the documents say it, and X says that they do."""
    root = passage.find_root(frame.source[0]) if frame.source else None
    if root is None or frame.within:
        yield frame
        return
    first, last = root.left_edge.i, min(root.right_edge.i, root.i + MOST_TOKENS)
    for token in root.doc[first : last + 1]:
        keeper = _find_keeper(token)
        if keeper is None:
            continue
        preposition, noun = keeper
        source = _name(passage, noun)
        if _is_outlet(passage, noun, source):
            cue = (Span(token.idx, end_of(preposition)),)
            yield replace(frame, within=cue)
            content = subtract_spans(frame.content, [*cue, source])
            yield Frame(source=(source,), cue=cue, content=content, confidence=CONFIDENCE)
            return
    yield frame


def _find_keeper(verb: Token) -> tuple[Token, Token] | None:
    """The preposition and the noun of "seen by X"."""
    if verb.lower_ in SEEN_BY:
        preposition = next((child for child in verb.rights if child.lower_ == "by"), None)
    elif verb.lower_ in HANDED_TO:
        preposition = next((child for child in verb.rights if child.lower_ in ("with", "to")), None)
    else:
        return None
    noun = None if preposition is None else find_child(preposition, "pobj")
    return None if preposition is None or noun is None else (preposition, noun)


def _is_outlet(passage: Passage, noun: Token, words: Span) -> bool:
    known = classify_noun(noun.lower_)
    return is_publication(passage.text[words.start : words.end]) or (known is not None and known.name == "outlet")
