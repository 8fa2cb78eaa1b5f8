"""Outlets that pass something on, and to whom and by what it was said, on attributions that are marked by hand."""

from __future__ import annotations

import pytest
from spacy.language import Language

from nlp.annotation import Annotation, SourceType, Stance
from tests.nlp.marked import read_marked
from tests.nlp.test_nesting import list_statements, words

SAFE = "the dam was safe"


@pytest.mark.parametrize(
    ("marked", "outer", "inner"),
    [
        (
            "{1s|Reuters} {1q|reported}, citing two officials, {1c|that the dam was safe}.",
            ("Reuters", "reported", f"that {SAFE}", None),
            ("two officials", "citing", f"that {SAFE}", "reported"),
        ),
        (
            # A finder that takes the sources for what is said.
            "{1c|The dam was safe}, {1s|{2s|Reuters}} {1q|reported}, {2q|citing} {2c|people familiar with the matter}.",
            ("Reuters", "reported", "The dam was safe", None),
            ("people familiar with the matter", "citing", "The dam was safe", "reported"),
        ),
        (
            "{1c|The dam was safe}, {1q|according to} {1s|documents seen by the Guardian}.",
            ("the Guardian", "seen by", "The dam was safe", None),
            ("documents seen by the Guardian", "according to", "The dam was safe", "seen by"),
        ),
        (
            "{1s|An email obtained by AFP} {1q|showed} {1c|that the dam was safe}.",
            ("AFP", "obtained by", f"that {SAFE}", None),
            ("An email obtained by AFP", "showed", f"that {SAFE}", "obtained by"),
        ),
        (
            "{1s|Reuters} {1q|quoted} {1c|Ann Baker as saying that the dam was safe}.",
            ("Reuters", "quoted", f"Ann Baker as saying that {SAFE}", None),
            ("Ann Baker", "saying", f"that {SAFE}", "quoted"),
        ),
    ],
)
def test_an_outlet_is_a_statement_of_its_own_around_its_source(
    pipeline: Language, marked: str, outer: tuple[str, ...], inner: tuple[str, ...]
) -> None:
    text, annotation = read_marked(pipeline, marked)
    assert sorted(list_statements(text, annotation), key=str) == sorted([outer, inner], key=str)


def test_an_outlet_relays_and_its_source_asserts(pipeline: Language) -> None:
    _, annotation = read_marked(pipeline, "{1s|Reuters} {1q|reported}, citing two officials, {1c|that it rained}.")
    assert [(one.source_type, one.stance) for one in annotation.attributions] == [
        (SourceType.PUBLICATION, Stance.RELAYS),
        (SourceType.UNNAMED_GROUP, Stance.ASSERTS),
    ]


@pytest.mark.parametrize(
    "marked",
    [
        "{1s|The judge} {1q|said} {1c|the man was free}, citing a lack of evidence.",
        "{1s|The judge} {1q|said} {1c|the man was free}, citing the release of two others.",
        "{1c|The dam was safe}, {1q|according to} {1s|documents seen by the police}.",
        "{1s|Ann Baker} {1q|told} Reuters {1c|that the dam was safe}.",
    ],
)
def test_what_passes_nothing_on_is_no_relay(pipeline: Language, marked: str) -> None:
    _, annotation = read_marked(pipeline, marked)
    assert [one.parent for one in annotation.attributions] == [None]


def read_audience(pipeline: Language, marked: str) -> tuple[str, str]:
    text, annotation = read_marked(pipeline, marked)
    return words(text, annotation.attributions[0], "addressee"), words(text, annotation.attributions[0], "channel")


@pytest.mark.parametrize(
    ("marked", "addressee", "channel"),
    [
        ("{1s|Ann Baker} {1q|told} Reuters {1c|that the dam was safe}.", "Reuters", ""),
        ("{1s|Ann Baker} {1q|told} a hearing in Accra {1c|that the dam was safe}.", "a hearing", ""),
        ("{1s|Ann Baker} {1q|told} CNN's Bob Cole {1c|that the dam was safe}.", "CNN's Bob Cole", ""),
        ("{1c|“The dam is safe,”} {1s|Ann Baker} {1q|said} to reporters.", "reporters", ""),
        ("{1s|Ann Baker} {1q|said} in an interview with the BBC {1c|that it was safe}.", "the BBC", "an interview"),
        # A finder that takes the channel for a part of the cue.
        ("{1s|Ann Baker} {1q|said in a post on X} {1c|that it was safe}.", "", "a post on X"),
        ("{1c|“The dam is safe,”} {1s|Ann Baker} {1q|wrote} on Facebook.", "", "Facebook"),
        ("In a letter to the court, {1s|Ann Baker} {1q|said} {1c|it was safe}.", "the court", "a letter"),
        ("{1s|Ann Baker} {1q|said} in Berlin on Monday {1c|that the dam was safe}.", "", ""),
        ("{1s|Ann Baker} {1q|said} in French {1c|that the dam was safe}.", "", ""),
        ("{1s|Ann Baker} {1q|pointed} to reports {1c|that the dam was safe}.", "", ""),
        ("{1s|Ann Baker} {1q|told} a man who had asked {1c|that the dam was safe}.", "a man", ""),
    ],
)
def test_whom_and_by_what(pipeline: Language, marked: str, addressee: str, channel: str) -> None:
    assert read_audience(pipeline, marked) == (addressee, channel)


def test_who_was_told_is_not_the_source(pipeline: Language) -> None:
    marked = "{1s|Reporters} {1q|were told} by the police {1c|that the dam was safe}."
    text, annotation = read_marked(pipeline, marked)
    (one,) = annotation.attributions
    assert (words(text, one, "source"), words(text, one, "addressee")) == ("the police", "Reporters")


def find_continuation(annotation: Annotation, text: str) -> tuple[str | None, str, str, Stance] | None:
    for one in annotation.attributions:
        if not one.cue:
            return one.source_name, words(text, one, "source"), words(text, one, "content"), one.stance
    return None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "{1c|“The mine is closed,”} {1s|Ann Baker} {1q|said}.\n“Nobody will be paid.”",
            ("Ann Baker", "Ann Baker", "“Nobody will be paid.”", Stance.ASSERTS),
        ),
        (
            # It is not denied because the sentence before was a denial.
            "{1s|Ann Baker} {1q|denied} {1c|the charge}.\n{1c|“I never owned a ship.”}",
            ("Ann Baker", "Ann Baker", "“I never owned a ship.”", Stance.ASSERTS),
        ),
        (
            "{1c|“It is over,”} {1s|Ann Baker} {1q|said}. “They took the boats.”",
            ("Ann Baker", "Ann Baker", "“They took the boats.”", Stance.ASSERTS),
        ),
        ("Exports rose.\n“It was a good month.”", None),
        ("{1c|“It is over,”} {1s|Ann Baker} {1q|said}. ‘Legend of the coal fields.’", None),
        ("{1c|“The mine is closed,”} {1s|Ann Baker} {1q|said}.\nIt rained.\n“Nobody will be paid.”", None),
        ("{1s|Reuters} {1q|reported} {1c|that it rained}.\n“Nobody told us of it.”", None),
    ],
)
def test_a_quotation_goes_on_with_its_speaker(
    pipeline: Language, marked: str, expected: tuple[str, str, str, Stance] | None
) -> None:
    text, annotation = read_marked(pipeline, marked)
    assert find_continuation(annotation, text) == expected
