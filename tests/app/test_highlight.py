"""Highlighting: every character once, every mark seen, and nothing from outside that a browser would obey."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from app.highlight import Mark, highlight
from nlp.annotation import Span

_TAG = re.compile(r"<sup>\d+</sup>|</?(?:div|span)[^<>]*>")

spans = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
marks = st.lists(
    st.builds(lambda span, role: Mark(span=span, role=role), spans, st.sampled_from(["source", "content"]))
)


@given(st.text(st.characters(categories=["L", "P", "S", "Zs"]), max_size=60), marks)
def test_the_text_is_all_there_and_nothing_else_whatever_is_marked(text: str, marked: list[Mark]) -> None:
    assert unescape(_TAG.sub("", highlight(text, marked))) == text


def test_overlapping_and_nested_marks_are_all_seen() -> None:
    shown = highlight(
        "abcdef",
        [Mark(span=Span(0, 6), role="content", number=1), Mark(span=Span(2, 4), role="content", number=2)],
    )
    assert shown.count("<sup>") == 2
    assert highlight("abcd", [Mark(span=Span(0, 3), role="source"), Mark(span=Span(2, 4), role="cue")]) == (
        '<div class="sayso-text"><span class="source">ab</span><span class="cue source">c</span>'
        '<span class="cue">d</span></div>'
    )


def test_an_offset_shifts_the_marks_of_a_sentence() -> None:
    assert '<span class="cue">said</span>' in highlight("Ada said", [Mark(span=Span(104, 108), role="cue")], offset=100)


def test_hostile_text_is_inert() -> None:
    shown = highlight('<script>alert(1)</script><img onerror="x">\u202e', [Mark(span=Span(3, 12), role="content")])
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown
