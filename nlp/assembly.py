"""From the parse of each piece to the annotation of the whole text.

`read_doc` keeps of a piece what later steps need, as spans into the whole text; `assemble` puts the entities
of all pieces together and says who each source is. Who finds the attributions is passed in: the rules of
`nlp.attributions`, or a trained model (`nlp.attribution_model`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from nlp.about import MOST_NAMES, rank_names
from nlp.annotation import Annotation, Attribution, Entity, QuotationType, Span
from nlp.attributions import find_attributions
from nlp.entities import Mention, cluster_mentions, find_mentions
from nlp.frames import Frame, encloses, hull
from nlp.passages import Passage
from nlp.quotations import classify_quotation
from nlp.sources import Speaker, describe_source, find_speaker
from nlp.stances import Meaning, read_meaning, relay

FindFrames = Callable[[Passage], list[Frame]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A frame and what the parse around it tells. Spans point into the whole text."""

    frame: Frame
    sentence: Span
    speaker: Speaker | None
    is_quoted: bool
    quotation_type: QuotationType
    meaning: Meaning
    about: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in one piece."""

    mentions: tuple[Mention, ...]
    findings: tuple[Finding, ...]


def read_doc(doc: Doc, offset: int, find_frames: FindFrames = find_attributions) -> Reading:
    """Read one parsed piece that begins at `offset` of its text."""
    mentions = find_mentions(doc)
    names = [mention.span for mention in mentions]
    passage = Passage(doc)
    findings = (_interpret(passage, frame, names, offset) for frame in find_frames(passage))
    return Reading(
        mentions=tuple(Mention(_move(mention.span, offset), mention.type) for mention in mentions),
        findings=tuple(findings),
    )


def _interpret(passage: Passage, frame: Frame, names: list[Span], offset: int) -> Finding:
    speaker = find_speaker(passage, frame.source)
    if speaker is not None:
        speaker = speaker._replace(words=_move(speaker.words, offset), head=_move(speaker.head, offset))
    return Finding(
        frame=_move_frame(frame, offset),
        sentence=_move(find_sentences(passage, frame), offset),
        speaker=speaker,
        is_quoted=passage.quotation_at(frame.cue[0].start) is not None,
        quotation_type=classify_quotation(passage.text, frame.content, passage.quotations),
        meaning=read_meaning(passage.text, frame.cue),
        about=tuple(_move(name, offset) for name in rank_names(passage, frame.content, names)),
    )


def find_sentences(passage: Passage, frame: Frame) -> Span:
    """The sentence or sentences that a frame lies in, without the white space around them."""
    spans = (*frame.source, *frame.cue, *frame.content, *frame.addressee)
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    start = min(first, passage.sentence_at(first).start)
    end = max(last, passage.sentence_at(last - 1).end)
    words = passage.text[start:end]
    return Span(end - len(words.lstrip()), start + len(words.rstrip()))


def assemble(text: str, language: str | None, readings: Sequence[Reading]) -> Annotation:
    """The annotation of a text from the readings of its pieces, in order."""
    entities = cluster_mentions(text, (mention for reading in readings for mention in reading.mentions))
    findings = [finding for reading in readings for finding in reading.findings]
    index = _MentionIndex(entities)
    parents = find_parents([finding.frame for finding in findings])
    attributions = tuple(
        _attribute(text, number, finding, entities, index, parent)
        for number, (finding, parent) in enumerate(zip(findings, parents, strict=True))
    )
    return Annotation(language=language, entities=entities, attributions=attributions)


def _attribute(
    text: str,
    number: int,
    finding: Finding,
    entities: tuple[Entity, ...],
    index: _MentionIndex,
    parent: int | None,
) -> Attribution:
    frame, speaker = finding.frame, finding.speaker
    entity = index.find(speaker.head) if speaker is not None else None
    source_type, name = describe_source(
        text, speaker, None if entity is None else entities[entity], is_quoted=finding.is_quoted
    )
    about = dict.fromkeys(found for span in finding.about if (found := index.find(span)) is not None)
    return Attribution(
        id=number,
        source=frame.source,
        cue=frame.cue,
        content=frame.content,
        sentence=finding.sentence,
        addressee=frame.addressee,
        source_entity=None if speaker is not None and speaker.is_joined else entity,
        source_name=name,
        source_type=source_type,
        quotation_type=finding.quotation_type,
        attribution_type=finding.meaning.attribution_type,
        stance=relay(finding.meaning.stance, source_type),
        about=tuple(about)[:MOST_NAMES],
        parent=parent,
        confidence=frame.confidence,
    )


def find_parents(frames: Sequence[Frame]) -> list[int | None]:
    """For each frame the one whose content most closely holds its cue and content, if there is one."""
    hulls = [hull(frame.content) for frame in frames]
    # Longest first where starts are equal: a holder always comes before what it holds.
    order = sorted(range(len(frames)), key=lambda number: (hulls[number].start, -hulls[number].end))
    parents: list[int | None] = [None] * len(frames)
    reaching: list[int] = []  # those whose content may still hold what comes
    for number in order:
        reaching = [other for other in reaching if hulls[other].end > hulls[number].start]
        parents[number] = _closest(frames, number, reaching)
        reaching.append(number)
    return parents


def _closest(frames: Sequence[Frame], number: int, others: Sequence[int]) -> int | None:
    frame = frames[number]
    inner = (*frame.cue, *frame.content)
    holders = [
        other
        for other in others
        if _length(frames[other].content) > _length(frame.content)
        and all(encloses(frames[other].content, span) for span in inner)
    ]
    return min(holders, key=lambda other: (_length(frames[other].content), other), default=None)


def _length(spans: Sequence[Span]) -> int:
    return sum(span.end - span.start for span in spans)


class _MentionIndex:
    """Finds the entity that a span is, or is the head of, a mention of."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        pairs = sorted((span, entity.id) for entity in entities for span in entity.mentions)
        self._spans = [span for span, _ in pairs]
        self._entities = [entity for _, entity in pairs]

    def find(self, span: Span) -> int | None:
        """The entity with a mention that holds the whole span."""
        number = bisect_right(self._spans, (span.start, float("inf"))) - 1
        if number >= 0 and encloses([self._spans[number]], span):
            return self._entities[number]
        return None


def _move(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)


def _move_frame(frame: Frame, offset: int) -> Frame:
    if not offset:
        return frame
    return Frame(
        source=tuple(_move(span, offset) for span in frame.source),
        cue=tuple(_move(span, offset) for span in frame.cue),
        content=tuple(_move(span, offset) for span in frame.content),
        addressee=tuple(_move(span, offset) for span in frame.addressee),
        confidence=frame.confidence,
    )
