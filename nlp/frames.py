"""A frame: the spans of one attribution as a finder saw them, before anything is made of their meaning.

This is what a finder of attributions gives, whichever way it works: `nlp.attribution_model` and `nlp.silences` do. All
offsets count code points of the text that was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nlp.annotation import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One source, cue and content, each in text order and disjoint; no source where the text names none, no cue where a
    quotation goes on without one.

    `within` is the cue of the frame that this one stands in, where its content is no part of that one's: "citing two
    officials".
    """

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    addressee: tuple[Span, ...] = ()
    channel: tuple[Span, ...] = ()
    within: tuple[Span, ...] = ()
    confidence: float

    @property
    def start(self) -> int:
        """Where its cue begins, or what is said without one."""
        return (self.cue or self.content)[0].start


def order_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In text order, without empty ones, with those that touch or overlap joined."""
    joined: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def subtract_spans(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `spans` outside `holes`."""
    left = list(spans)
    for hole in holes:
        pieces = (
            piece
            for span in left
            for piece in (
                Span(span.start, min(span.end, hole.start)),
                Span(max(span.start, hole.end), span.end),
            )
            if span.start < hole.end and hole.start < span.end
        )
        left = [span for span in left if not (span.start < hole.end and hole.start < span.end)] + list(pieces)
    return order_spans(left)


def intersect_spans(spans: Iterable[Span], within: Iterable[Span]) -> tuple[Span, ...]:
    """What of `spans` lies in `within`."""
    bounds = list(within)
    return order_spans(
        Span(max(span.start, bound.start), min(span.end, bound.end)) for span in spans for bound in bounds
    )


def hull(spans: Iterable[Span]) -> Span:
    """The shortest span that holds all of the (at least one) spans."""
    held = list(spans)
    return Span(min(span.start for span in held), max(span.end for span in held))


def move_span(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)


def shift_frame(frame: Frame, offset: int) -> Frame:
    """The frame in a text that it begins `offset` later in."""
    if not offset:
        return frame

    def move(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(move_span(span, offset) for span in spans)

    return replace(
        frame,
        source=move(frame.source),
        cue=move(frame.cue),
        content=move(frame.content),
        addressee=move(frame.addressee),
        channel=move(frame.channel),
        within=move(frame.within),
    )


def encloses(outer: Iterable[Span], inner: Span) -> bool:
    """Say whether `inner` lies in one of the `outer` spans."""
    return any(span.start <= inner.start and inner.end <= span.end for span in outer)
