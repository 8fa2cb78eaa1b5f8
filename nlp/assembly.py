"""From frames and the parse of each piece to the annotation of the whole text.

`read_doc` keeps of a piece what later steps need, as spans into the whole text; `assemble` puts the entities
of all pieces together and says who each source is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from nlp.about import Ranked, choose_about, rank_names
from nlp.addressees import find_audience
from nlp.annotation import Annotation, Attribution, Entity, QuotationType, Reference, Span
from nlp.boilerplate import Boilerplate, read_masthead
from nlp.continuations import continue_quotations
from nlp.cues import Knowledge, know_cue
from nlp.discourse import Speech
from nlp.entities import Mention, cluster_mentions, find_mentions
from nlp.frames import Frame, encloses, hull, intersect_spans, move_span, shift_frame, subtract_spans
from nlp.mentions import Kind, Phrase, move_phrase, read_phrases
from nlp.nesting import complete_scopes, find_nested
from nlp.passages import Passage
from nlp.quotations import classify_quotation
from nlp.relays import read_relays
from nlp.resolver import References, resolve_references
from nlp.silences import find_silences
from nlp.sources import Speaker, find_speaker, identify_source
from nlp.stances import Meaning, read_meaning, relay
from nlp.topics import is_topic

# By dev of PolNeAR: of the cues that no lexicon knows, and that a finder gives less, one in three is one.
LEAST_CONFIDENCE_UNKNOWN = 0.45
MOST_HOLDERS = 30  # contents around one place that are looked at for a parent; more is garbage


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A frame and what the parse around it tells. Spans point into the whole text."""

    frame: Frame
    sentence: Span
    speaker: Speaker | None
    is_quoted: bool
    quotation_type: QuotationType
    meaning: Meaning
    is_topic: bool
    about: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in one piece."""

    mentions: tuple[Mention, ...]
    phrases: tuple[Phrase, ...]
    findings: tuple[Finding, ...]


def read_doc(doc: Doc, offset: int, frames: Sequence[Frame]) -> Reading:
    """Read one parsed piece that begins at `offset` of its text, with the frames of the text whose cues begin in it."""
    mentions = find_mentions(doc)
    names = [mention.span for mention in mentions]
    passage = Passage(doc)
    phrases = read_phrases(passage, names)
    referring = {phrase.head for phrase in phrases if phrase.kind in (Kind.PRONOUN, Kind.DEFINITE)}
    topics = sorted(referring.union(names))
    here = [shift_frame(frame, -offset) for frame in frames]
    findings = (_interpret(passage, frame, topics, offset) for frame in find_frames(passage, here))
    return Reading(
        mentions=tuple(Mention(move_span(mention.span, offset), mention.type) for mention in mentions),
        phrases=tuple(move_phrase(phrase, offset) for phrase in phrases),
        findings=tuple(findings),
    )


def find_frames(passage: Passage, frames: Sequence[Frame]) -> list[Frame]:
    """The frames of a finder, mended, with those that rules on the parse find beside and inside them, in text order."""
    likely = [frame for frame in frames if _is_likely(passage.text, frame)]
    found = [*likely, *find_silences(passage, likely)]
    found = read_relays(passage, complete_scopes(passage, found))
    found += find_nested(passage, found)
    return sorted(continue_quotations(passage, found), key=lambda frame: (frame.start, frame.cue, frame.content))


def _is_likely(text: str, frame: Frame) -> bool:
    """Say whether to believe a finder: a cue that no lexicon knows takes one that is surer."""
    if frame.confidence >= LEAST_CONFIDENCE_UNKNOWN:
        return True
    cue = " ".join(text[start:end] for start, end in frame.cue)
    return know_cue(cue) is Knowledge.OWN or not any(char.isalnum() for char in cue)


def _interpret(passage: Passage, frame: Frame, topics: list[Span], offset: int) -> Finding:
    """What the parse tells of a frame, as far as the frame lies in the passage: a content may go on in the next."""
    whole = frame
    frame = _clip(frame, len(passage.text))
    speaker = find_speaker(passage, frame.source)
    if speaker is not None:
        speaker = speaker._replace(words=move_span(speaker.words, offset), head=move_span(speaker.head, offset))
    audience = find_audience(passage, frame)
    whole = shift_frame(replace(whole, addressee=audience.addressee, channel=audience.channel), offset)
    sentence = move_span(find_sentences(passage, frame), offset)
    return Finding(
        frame=whole,
        sentence=hull([sentence, *whole.source, *whole.cue, *whole.content, *whole.addressee, *whole.channel]),
        speaker=speaker,
        is_quoted=passage.quotation_at(frame.start) is not None and bool(frame.cue),
        quotation_type=classify_quotation(passage.text, frame.content, passage.quotations),
        meaning=read_meaning(passage.text, frame.cue, frame.content),
        is_topic=is_topic(passage, frame.content),
        about=tuple(Ranked(rank, move_span(span, offset)) for rank, span in rank_names(passage, frame.content, topics)),
    )


def find_sentences(passage: Passage, frame: Frame) -> Span:
    """The sentence or sentences that a frame lies in, without the white space around them."""
    spans = (*frame.source, *frame.cue, *frame.content, *frame.addressee)
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    start = min(first, passage.sentence_at(first).start)
    end = max(last, passage.sentence_at(last - 1).end)
    words = passage.text[start:end]
    return Span(end - len(words.lstrip()), start + len(words.rstrip()))


def assemble(text: str, language: str | None, readings: Sequence[Reading], hidden: Boilerplate) -> Annotation:
    """The annotation of a text from the readings of its pieces, in order. `hidden` is what of it is no story."""
    told = [_keep_story(reading, hidden) for reading in readings]
    entities = cluster_mentions(text, (mention for reading in told for mention in reading.mentions))
    findings = [finding for reading in told for finding in reading.findings]
    index = _MentionIndex(entities)
    parents = find_parents([finding.frame for finding in findings])
    phrases = [phrase for reading in told for phrase in reading.phrases]
    references = resolve_references(text, phrases, entities, map(_make_speech, findings))
    attributions = tuple(
        _attribute(text, number, finding, entities, index, references, parent)
        for number, (finding, parent) in enumerate(zip(findings, parents, strict=True))
    )
    return Annotation(
        language=language,
        entities=entities,
        attributions=attributions,
        references=tuple(
            Reference(span=link.head, entity=link.entity, words=link.words, score=link.score, reasons=link.reasons)
            for link in references.list_links()
        ),
        masthead=read_masthead(text, hidden),
    )


def _keep_story(reading: Reading, hidden: Boilerplate) -> Reading:
    """What of a reading is no boilerplate."""
    if not hidden.blocks:
        return reading
    return Reading(
        mentions=tuple(mention for mention in reading.mentions if not hidden.holds(mention.span)),
        phrases=tuple(phrase for phrase in reading.phrases if not hidden.holds(phrase.head)),
        findings=tuple(told for finding in reading.findings if (told := _cut_boilerplate(finding, hidden)) is not None),
    )


def _cut_boilerplate(finding: Finding, hidden: Boilerplate) -> Finding | None:
    frame = cut_boilerplate(finding.frame, hidden)
    return None if frame is None else replace(finding, frame=frame)


def cut_boilerplate(frame: Frame, hidden: Boilerplate) -> Frame | None:
    """A frame without the dateline or credit in its source and content; `None` if no story is left of it."""
    blocks = [block.span for block in hidden.blocks]
    source, content = subtract_spans(frame.source, blocks), subtract_spans(frame.content, blocks)
    if subtract_spans(frame.cue, blocks) != frame.cue or not content or (frame.source and not source):
        return None
    return replace(frame, source=source, content=content)


def _make_speech(finding: Finding) -> Speech:
    return Speech(None if finding.speaker is None else finding.speaker.head, finding.frame.content)


def _attribute(
    text: str,
    number: int,
    finding: Finding,
    entities: tuple[Entity, ...],
    index: _MentionIndex,
    references: References,
    parent: int | None,
) -> Attribution:
    frame, speaker = finding.frame, finding.speaker
    entity = index.find(speaker.head) if speaker is not None else None
    source = identify_source(text, speaker, entity, entities, references, is_quoted=finding.is_quoted)

    def find_topic(span: Span) -> int | None:
        named = index.find(span)
        return references.find_about(span) if named is None else named

    return Attribution(
        id=number,
        source=frame.source,
        cue=frame.cue,
        content=frame.content,
        sentence=finding.sentence,
        addressee=frame.addressee,
        channel=frame.channel,
        source_entity=source.entity,
        source_name=source.name,
        source_type=source.source_type,
        affiliation=source.affiliation,
        quotation_type=finding.quotation_type,
        attribution_type=finding.meaning.attribution_type,
        stance=relay(finding.meaning.stance, source.source_type),
        is_topic=finding.is_topic,
        about=choose_about(finding.about, find_topic),
        parent=parent,
        confidence=frame.confidence,
    )


def find_parents(frames: Sequence[Frame]) -> list[int | None]:
    """For each frame the one that it is said to stand in, else the one whose content most closely holds its cue and
    content, if there is one."""
    hulls = [hull(frame.content) for frame in frames]
    by_cue = {frame.cue: number for number, frame in enumerate(frames) if frame.cue}
    # Longest first where starts are equal: a holder always comes before what it holds.
    order = sorted(range(len(frames)), key=lambda number: (hulls[number].start, -hulls[number].end))
    parents: list[int | None] = [None] * len(frames)
    reaching: list[int] = []  # those whose content may still hold what comes
    for number in order:
        reaching = [other for other in reaching if hulls[other].end > hulls[number].start][-MOST_HOLDERS:]
        told = by_cue.get(frames[number].within)
        parents[number] = _closest(frames, number, reaching) if told in (None, number) else told
        reaching.append(number)
    return parents


def _closest(frames: Sequence[Frame], number: int, others: Sequence[int]) -> int | None:
    frame = frames[number]
    inner = (*frame.cue, *frame.content)
    holders = [
        other
        for other in others
        if frames[other].within != frame.cue  # that one stands in this
        and _length(frames[other].content) > _length(frame.content)
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


def _clip(frame: Frame, length: int) -> Frame:
    bounds = [Span(0, length)]
    return replace(
        frame,
        source=intersect_spans(frame.source, bounds),
        cue=intersect_spans(frame.cue, bounds),
        content=intersect_spans(frame.content, bounds),
    )
