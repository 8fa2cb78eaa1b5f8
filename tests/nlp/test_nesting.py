"""Statements inside statements, on outer ones that are marked by hand; more of them in data/gold/nesting."""

from __future__ import annotations

import time

import pytest
from spacy.language import Language

from nlp.annotation import Annotation, Attribution, Span
from nlp.assembly import find_frames
from nlp.frames import Frame
from nlp.passages import Passage
from nlp.reader import Reader
from tests.nlp.marked import MarkedFinder, read_marked


def words(text: str, attribution: Attribution, role: str) -> str:
    return " | ".join(text[start:end] for start, end in getattr(attribution, role))


def list_statements(text: str, annotation: Annotation) -> list[tuple[str, str, str, str | None]]:
    """Source, cue, content and the cue of the parent, of all."""
    found = []
    for one in annotation.attributions:
        parent = None if one.parent is None else words(text, annotation.attributions[one.parent], "cue")
        found.append((words(text, one, "source"), words(text, one, "cue"), words(text, one, "content"), parent))
    return found


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "{1s|The report} {1q|said} {1c|that engineers believed that the dam was safe}.",
            ("engineers", "believed", "that the dam was safe", "said"),
        ),
        (
            "{1s|The report} {1q|said} {1c|that Ann Baker had told reporters that the dam was safe}.",
            ("Ann Baker", "had told", "that the dam was safe", "said"),
        ),
        (
            "{1s|The minister} {1q|said} {1c|he could not say when the road would open}.",
            ("he", "could not say", "when the road would open", "said"),
        ),
        (
            "{1s|Northwind} {1q|said} {1c|that Ann Baker denied the charge}.",
            ("Ann Baker", "denied", "the charge", "said"),
        ),
        (
            "{1s|Northwind} {1q|rejected} {1c|claims by former staff that it had hidden losses}.",
            ("former staff", "claims", "that it had hidden losses", "rejected"),
        ),
    ],
)
def test_a_statement_in_a_content_is_found(
    pipeline: Language, marked: str, expected: tuple[str, str, str, str]
) -> None:
    text, annotation = read_marked(pipeline, marked)
    assert expected in list_statements(text, annotation)
    assert len(annotation.attributions) == 2


@pytest.mark.parametrize(
    "content",
    [
        "nobody believed that the dam was safe",
        "you should not say that the dam was safe",
        "they would leave if the minister said that the dam was safe",
        "it was said that the dam was safe",
        "the trust wanted a plan that spoke to young people",
        "she had gone to the station to tell the crew that the dam was safe",
        "the fact showed that the dam was safe",
        "the team had proved that the dam was safe",
        "people who hoped that the dam was safe had left",
        "the firm planned to close the dam",
    ],
)
def test_what_nobody_said_is_no_statement(pipeline: Language, content: str) -> None:
    text, annotation = read_marked(pipeline, f"{{1s|Ann Baker}} {{1q|said}} {{1c|{content}}}.")
    assert [one[1] for one in list_statements(text, annotation)] == ["said"]


@pytest.mark.parametrize(
    "marked",
    [
        "{1c|“I think that the dam is safe,”} {1s|Ann Baker} {1q|said}.",
        "{1s|Ann Baker} {1q|said} {1c|she hoped that the dam was safe}.",
        "{1c|“Everybody who lives here knows that the dam is safe,”} {1s|Ann Baker} {1q|said}.",
    ],
)
def test_what_a_speaker_thinks_while_speaking_is_no_statement_of_its_own(pipeline: Language, marked: str) -> None:
    assert len(read_marked(pipeline, marked)[1].attributions) == 1


def test_what_a_speaker_promised_is_one(pipeline: Language) -> None:
    marked = "{1s|Ann Baker} {1q|said} {1c|she had promised that the dam would be safe}."
    assert len(read_marked(pipeline, marked)[1].attributions) == 2


@pytest.mark.parametrize(
    ("cue", "confidence", "is_kept"), [("buy", 0.4, False), ("buy", 0.5, True), ("say", 0.3, True)]
)
def test_a_cue_that_no_lexicon_knows_takes_a_surer_finder(
    pipeline: Language, cue: str, confidence: float, is_kept: bool
) -> None:
    text = f"Shops {cue} that the dam is safe."
    frame = Frame(source=(Span(0, 5),), cue=(Span(6, 9),), content=(Span(10, len(text) - 1),), confidence=confidence)
    assert bool(find_frames(Passage(pipeline(text)), [frame])) is is_kept


def test_what_is_reported_after_it_is_reported_whole(pipeline: Language) -> None:
    """Also where a finder cut the two apart."""
    marked = (
        "{1s|Northwind's engineers} {1q|observed} {1c|that thieves had copied} {2c|a large number of files}, "
        "{2s|the newspaper} {2q|said}."
    )
    text, annotation = read_marked(pipeline, marked)
    whole = "Northwind's engineers observed that thieves had copied a large number of files"
    assert list_statements(text, annotation) == [
        ("Northwind's engineers", "observed", "that thieves had copied a large number of files", "said"),
        ("the newspaper", "said", whole, None),
    ]


def test_a_statement_alone_keeps_the_content_that_the_finder_gave_it(pipeline: Language) -> None:
    marked = "Rain fell on the town, but {1c|the dam was safe}, {1s|the engineers} {1q|said}."
    text, annotation = read_marked(pipeline, marked)
    assert [one[2] for one in list_statements(text, annotation)] == ["the dam was safe"]


@pytest.mark.parametrize(
    "unit", ["Ann said that ", "according to Ann, ", "Ann's claim that ", "Ann, citing Bob, said ", "“Ann told Bob ”\n"]
)
def test_hostile_contents_cost_little(pipeline: Language, unit: str) -> None:
    finder = MarkedFinder(["{1s|Bob} {1q|said} {1c|" + (unit * 1200).strip() + "}"])
    started = time.process_time()
    (annotation,) = Reader(pipeline, finder).read(finder.texts)
    assert time.process_time() - started < 15  # most of it is the parser's
    assert len(annotation.attributions) < 3000
