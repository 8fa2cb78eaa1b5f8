"""Frames of a text from the attributions that a model's scores make. Numbers and text in, `Frame`s out."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.annotation import Span
from nlp.decoding import Candidate, DecodingSettings, choose
from nlp.edges import fit_content, fit_cue, fit_name
from nlp.frames import Frame, subtract_spans
from nlp.quotations import find_quotations


def make_frames(
    text: str, words: Sequence[Span], candidates: Sequence[Candidate], settings: DecodingSettings
) -> list[Frame]:
    """The attributions of a text in the order of their cues; `words` are its words' places."""
    chosen = choose(candidates, settings)
    quotations = find_quotations(text) if chosen else []
    frames = (make_frame(text, words, candidate, sure, quotations) for candidate, sure in chosen)
    return [frame for frame in frames if frame.content]


def make_frame(
    text: str, words: Sequence[Span], candidate: Candidate, confidence: float, quotations: Sequence[Span]
) -> Frame:
    """One candidate with edges where an annotator would set them; its content may turn out empty."""
    cue = fit_cue(text, _cover(words, candidate.cue))
    source = subtract_spans(fit_name(text, [_cover(words, run) for run in candidate.source]), cue)
    content = fit_content(text, [_cover(words, run) for run in candidate.content], quotations)
    content = subtract_spans(content, [*cue, *source])
    return Frame(source=source, cue=cue, content=content, confidence=confidence)


def _cover(words: Sequence[Span], run: tuple[int, int]) -> Span:
    """The characters from the first of a range of words to the last."""
    return Span(words[run[0]].start, words[run[1] - 1].end)
