"""Frames of a text from the attributions that a model's scores make. Numbers and text in, `Frame`s out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from nlp.annotation import Span
from nlp.decoding import Candidate, DecodingSettings, choose
from nlp.edges import find_paragraph_start, fit_content, fit_cue, fit_name, join_empty_subject
from nlp.frames import Frame, order_spans, subtract_spans
from nlp.quotations import OPENING, find_quotations


def make_frames(
    text: str, words: Sequence[Span], candidates: Sequence[Candidate], settings: DecodingSettings
) -> list[Frame]:
    """The attributions of a text in the order of their cues; `words` are its words' places."""
    chosen = choose(candidates, settings)
    quotations = find_quotations(text) if chosen else []
    frames = [make_frame(text, words, candidate, sure, quotations) for candidate, sure in chosen]
    return give_back_quotations(text, [frame for frame in frames if frame.content])


def make_frame(
    text: str, words: Sequence[Span], candidate: Candidate, confidence: float, quotations: Sequence[Span]
) -> Frame:
    """One candidate with edges where an annotator would set them; its content may turn out empty."""
    source = fit_name(text, [_cover(words, run) for run in candidate.source])
    cue = join_empty_subject(text, source, fit_cue(text, _cover(words, candidate.cue)))
    source = subtract_spans(source, cue)
    content = fit_content(text, [_cover(words, run) for run in candidate.content], quotations)
    content = subtract_spans(content, [*cue, *source])
    return Frame(source=source, cue=cue, content=content, confidence=confidence)


def give_back_quotations(text: str, frames: Sequence[Frame]) -> list[Frame]:
    """Leave a quotation to who speaks last before it in its paragraph, not to a cue of a paragraph below."""
    contents = [list(frame.content) for frame in frames]
    cues = [frame.cue[0].start for frame in frames]
    for number, frame in enumerate(frames):
        for part in frame.content:
            if part.end > frame.cue[0].start or text[part.start] not in OPENING + '"':
                continue
            start = find_paragraph_start(text, part.start)
            if find_paragraph_start(text, frame.cue[0].start) <= part.start:
                continue
            speaker = bisect_left(cues, part.start) - 1
            if speaker >= 0 and cues[speaker] >= start:
                contents[number].remove(part)
                contents[speaker].append(part)
    return [
        replace(frame, content=order_spans(content)) for frame, content in zip(frames, contents, strict=True) if content
    ]


def _cover(words: Sequence[Span], run: tuple[int, int]) -> Span:
    """The characters from the first of a range of words to the last."""
    return Span(words[run[0]].start, words[run[1] - 1].end)
