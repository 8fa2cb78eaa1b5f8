from __future__ import annotations

import time

import pytest

from nlp.annotation import Masthead
from nlp.boilerplate import find_boilerplate, read_masthead
from nlp.reader import Reader

ARTICLE = """Ferry firm sues port over berth
By Amina Diallo and Tom Hallam
DAKAR, Senegal (Reuters) - The ferry firm said on Monday it would sue the port.
You may be interested in
- 256 GB Storage
- Titanium Grey
"We have waited long enough," its chief executive said.
(Reporting by Amina Diallo in Dakar; Editing by Ruth Cole and Sam Oti)
Catch all the latest news, subscribe to our newsletter and follow us on Instagram.
"""


def show(text: str) -> list[tuple[str, str]]:
    return [(kind.value, text[start:end].strip()) for kind, (start, end) in find_boilerplate(text).blocks]


def test_all_hidden_parts_of_an_article_are_found_and_nothing_else() -> None:
    assert show(ARTICLE) == [
        ("byline", "By Amina Diallo and Tom Hallam"),
        ("dateline", "DAKAR, Senegal (Reuters) -"),
        ("advert", "You may be interested in"),
        ("advert", "- 256 GB Storage"),
        ("advert", "- Titanium Grey"),
        ("credit", "(Reporting by Amina Diallo in Dakar; Editing by Ruth Cole and Sam Oti)"),
        ("footer", "Catch all the latest news, subscribe to our newsletter and follow us on Instagram."),
    ]


def test_credit_and_dateline_tell_of_the_making() -> None:
    assert read_masthead(ARTICLE, find_boilerplate(ARTICLE)) == Masthead(
        agency="Reuters",
        place="DAKAR, Senegal",
        reporters=("Amina Diallo", "Tom Hallam"),
        editors=("Ruth Cole", "Sam Oti"),
    )


def test_nothing_is_read_from_the_hidden_parts(reader: Reader) -> None:
    (annotation,) = reader.read([ARTICLE])
    spans = [span for entity in annotation.entities for span in entity.mentions]
    spans += [span for one in annotation.attributions for span in (*one.source, *one.cue, *one.content)]
    hidden = find_boilerplate(ARTICLE)
    assert [ARTICLE[span.start : span.end] for span in spans if hidden.holds(span)] == []
    cues = [ARTICLE[one.cue[0].start : one.cue[-1].end] for one in annotation.attributions]
    assert cues.count("said") == 2
    assert annotation.masthead.agency == "Reuters"


@pytest.mark.parametrize(
    "line",
    [
        "Apple (AAPL) - the maker of the iPhone - fell on Monday.",
        "The World Health Organization (WHO) said on Monday that it was ready.",
        "Editing by committee is how the law was made, said Ms Cole.",
        "Subscribe to the theory or not, he said, it works.",
        "“Read more: it is good for you,” she said.",
        "By Monday the river had risen.",
        "Reporting by the Guardian found that the firm had known.",
        "The firm said its newsletter would let users subscribe by email.",
        "Watch dealers said prices fell.",
    ],
)
def test_a_story_is_no_boilerplate(line: str) -> None:
    assert show(line + "\nMore was to come.") == []


@pytest.mark.parametrize("unit", ["(Reporting by ", "By A ", "A (B) ", "and ", "- ", "A, "])
def test_hostile_lines_cost_little(unit: str) -> None:
    started = time.process_time()
    find_boilerplate(unit * (200_000 // len(unit)))
    find_boilerplate((unit * (500 // len(unit)) + "\n") * 100)
    assert time.process_time() - started < 3
