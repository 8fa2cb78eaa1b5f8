"""Text from outside as HTML in which attributions can be seen, every piece of it escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.context import printable
from nlp.annotation import Span

# Told apart by form as well as by colour; semi-transparent, so that they do in a dark theme too.
STYLE = """<style>
.sayso-text {white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.65; font-size: 1.02rem; max-width: 52rem}
.sayso-text .content {background: rgba(245, 179, 0, .22); border-radius: 2px}
.sayso-text .content.nested {background: rgba(245, 150, 0, .45); box-shadow: inset 0 -1px 0 rgba(190, 110, 0, .9)}
.sayso-text .source {font-weight: 700; border-bottom: 2px solid #2a8a57}
.sayso-text .cue {font-style: italic; border-bottom: 2px dashed #c05a1c}
.sayso-text .addressee {border-bottom: 3px double #3f6fb5}
.sayso-text .channel {border-bottom: 2px dotted #7a55a8}
.sayso-text .mention {text-decoration: underline dotted; text-underline-offset: 2px}
.sayso-text sup {font-size: .7em; opacity: .75; padding: 0 .15em}
.sayso-chain {font-size: .95rem; line-height: 1.7; overflow-wrap: anywhere}
.sayso-chain .words {opacity: .8; font-style: italic}
.sayso-list {margin: 0; padding-left: 1.1rem; line-height: 1.6; overflow-wrap: anywhere}
.sayso-list .why, .sayso-fact .why {opacity: .72}
.sayso-fact {line-height: 1.5; overflow-wrap: anywhere}
.sayso-fact .stance {border: 1px solid currentColor; border-radius: 3px; padding: 0 .35em; font-weight: 600;
  margin-right: .4em}
.sayso-fact .stance.denies {border-style: dashed; border-color: #c0392b}
.sayso-legend {font-size: .85rem; line-height: 1.9}
.sayso-legend .key {white-space: nowrap; margin-right: 1.2em}
.sayso-legend .line {display: inline-block; width: 1.9em; vertical-align: middle}
.sayso-chain .how {font-size: .8em; opacity: .65; border: 1px solid currentColor; border-radius: 3px; padding: 0 .3em}
</style>"""

LEGEND = (
    '<div class="sayso-text" style="font-size:.85rem">'
    '<span class="source">source</span> · <span class="cue">cue</span> · <span class="content">content</span> · '
    '<span class="content nested">content inside content</span> · <span class="addressee">addressee</span> · '
    '<span class="channel">channel</span> · <span class="mention">name</span></div>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span with its role; `number` is shown before it."""

    span: Span
    role: str  # source, cue, content, addressee, channel, mention: a class of `STYLE`
    number: int | None = None


def highlight(text: str, marks: Iterable[Mark], *, offset: int = 0) -> str:
    """Return `text` as HTML with its marks. Spans count from `offset`; marks may overlap and lie in each other."""
    placed = _clip(marks, offset, len(text))
    edges = sorted({0, len(text), *(edge for mark in placed for edge in mark.span)})
    starts: dict[int, list[Mark]] = {}
    for mark in placed:
        starts.setdefault(mark.span.start, []).append(mark)
    pieces = []
    active: list[Mark] = []
    for start, end in pairwise(edges):
        active = [mark for mark in active if mark.span.end > start] + starts.get(start, [])
        numbers = sorted({mark.number for mark in starts.get(start, []) if mark.number is not None})
        pieces += [f"<sup>{number}</sup>" for number in numbers]
        pieces.append(_piece(text[start:end], _classes(active)))
    return f'<div class="sayso-text">{"".join(pieces)}</div>'


def escape(text: str) -> str:
    """Text for HTML: inert, and what would turn the direction of writing made visible."""
    return html.escape(printable(text))


def _clip(marks: Iterable[Mark], offset: int, length: int) -> Sequence[Mark]:
    clipped = []
    for mark in marks:
        start, end = max(0, mark.span.start - offset), min(length, mark.span.end - offset)
        if start < end:
            clipped.append(Mark(span=Span(start, end), role=mark.role, number=mark.number))
    return clipped


def _classes(active: Sequence[Mark]) -> list[str]:
    roles = [mark.role for mark in active]
    nested = ["nested"] if roles.count("content") > 1 else []
    return sorted(set(roles)) + nested


def _piece(text: str, roles: list[str]) -> str:
    return f'<span class="{" ".join(roles)}">{escape(text)}</span>' if roles else escape(text)
