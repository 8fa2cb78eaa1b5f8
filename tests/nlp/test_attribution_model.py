from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.attribution_model import AttributionReader
from nlp.errors import IncompleteModelError
from nlp.frames import Frame

ARTICLE = (
    "Orsk plant to close\n\n"
    "NAIROBI: The Orsk plant will close in May, inspector Marta Lindqvist said on Tuesday.\n\n"
    "“We found solvent in the river,” she told reporters. “It has to stop.”\n\n"
    "According to the ministry, nobody was hurt.\n"
)
PARTS = [
    *ARTICLE.splitlines(keepends=True),
    "😀 ",
    "\r\n",
    "“",
    "”",
    "said ",
    "she said",
    "漢字",
    "NO, SAID ANN LEE",
    "\u2028",
]


@pytest.fixture(scope="module")
def reader() -> AttributionReader:
    return AttributionReader()


def show(text: str, frame: Frame) -> tuple[str, ...]:
    return tuple(
        " / ".join(text[start:end] for start, end in spans) for spans in (frame.source, frame.cue, frame.content)
    )


def test_reads_who_said_what(reader: AttributionReader) -> None:
    shown = [show(ARTICLE, frame) for frame in reader.read_text(ARTICLE)]
    assert ("inspector Marta Lindqvist", "said", "The Orsk plant will close in May") in shown
    assert ("the ministry", "According to", "nobody was hurt") in shown
    assert ("she", "told", "“We found solvent in the river,” / “It has to stop.”") in shown


@pytest.mark.parametrize("text", ["", "\n", " \r\n ", "😀", "."])
def test_text_without_words_says_nothing(reader: AttributionReader, text: str) -> None:
    assert reader.read_text(text) == []


@settings(deadline=None, max_examples=40)
@given(text=st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=14).map("".join))
def test_every_span_lies_in_the_text(reader: AttributionReader, text: str) -> None:
    for frame in reader.read_text(text):
        assert frame.cue
        assert frame.content
        assert 0.0 <= frame.confidence <= 1.0
        taken: set[int] = set()
        for spans in (frame.source, frame.cue, frame.content):
            end = 0
            for span in spans:
                assert end <= span.start < span.end <= len(text)
                assert text[span.start : span.end].strip() == text[span.start : span.end]
                assert not taken.intersection(range(*span))
                taken.update(range(*span))
                end = span.end


def test_result_does_not_depend_on_what_is_read_beside(reader: AttributionReader) -> None:
    alone = reader.read_text(ARTICLE)
    texts = [ARTICLE[:150], ARTICLE, "NO, SAID ANN LEE", ARTICLE]
    assert [*reader.read(texts)][1::2] == [alone, alone]
    assert AttributionReader(threads=2).read_text(ARTICLE) == alone


def test_windows_line_ends_move_offsets_and_nothing_else(reader: AttributionReader) -> None:
    text = ARTICLE.replace("\n", "\r\n")
    assert [show(text, frame) for frame in reader.read_text(text)] == [
        show(ARTICLE, frame) for frame in reader.read_text(ARTICLE)
    ]


def test_long_text_is_read_to_its_end(reader: AttributionReader) -> None:
    text = "\n".join([ARTICLE] * 12)
    cues = [frame.cue[0].start // (len(ARTICLE) + 1) for frame in reader.read_text(text)]
    assert set(cues) == set(range(12))


def test_missing_part_of_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(IncompleteModelError, match=r"settings\.json"):
        AttributionReader(folder=tmp_path)
