"""What says something and what only names a thing."""

from __future__ import annotations

import pytest
from spacy.language import Language

from nlp.annotation import Span
from nlp.passages import Passage
from nlp.topics import is_topic


@pytest.mark.parametrize(
    ("text", "content", "expected"),
    [
        ("Dan Malloy criticised the new Religious Freedom Act.", "the new Religious Freedom Act", True),
        ("Marco Rubio attacked Mr. Obama's talks with Iran.", "Mr. Obama's talks with Iran", True),
        ("Mike Huckabee condemned lifting the embargo of Cuba.", "lifting the embargo of Cuba", True),
        ("She asked for comment on the report.", "for comment on the report", True),
        ("Ada Brandt said the plant leaked solvent.", "the plant leaked solvent", False),
        ("Some 400 litres of solvent leaked from the plant into the river, Anand said.",
         "Some 400 litres of solvent leaked from the plant into the river", False),
        ("Trump called the Russia probe a witch hunt.", "the Russia probe a witch hunt", False),
        ("Trump accused Obama of conducting a confusing policy.", "Obama of conducting a confusing policy", False),
        ("Democrats urged Trump to call off the meeting.", "Trump to call off the meeting", False),
    ],
)  # fmt: skip
def test_a_topic_says_nothing(pipeline: Language, text: str, content: str, expected: bool) -> None:
    start = text.index(content)
    assert is_topic(Passage(pipeline(text)), [Span(start, start + len(content))]) is expected
