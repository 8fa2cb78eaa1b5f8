"""Short texts, each with all the attributions that are to be found in it: source, cue, content, addressee."""

from __future__ import annotations

import pytest
from spacy.language import Language

from nlp.annotation import Span
from nlp.attributions import find_attributions
from nlp.passages import Passage
from nlp.reader import mark_paragraphs

Found = tuple[str, str, str, str]


def find(pipeline: Language, text: str) -> list[Found]:
    doc = pipeline(mark_paragraphs(pipeline.make_doc(text)))
    return [
        tuple(show(text, spans) for spans in (frame.source, frame.cue, frame.content, frame.addressee))  # type: ignore[misc]
        for frame in find_attributions(Passage(doc))
    ]


def show(text: str, spans: tuple[Span, ...]) -> str:
    return " | ".join(text[span.start : span.end] for span in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The minister said that the bridge was safe.",
            [("The minister", "said", "that the bridge was safe", "")],
        ),
        (
            'Maria Lopez, the mayor, told Channel 4 that it was "possible" that the firm stole the plans.',
            [
                (
                    "Maria Lopez, the mayor",
                    "told",
                    'that it was "possible" that the firm stole the plans',
                    "Channel 4",
                )
            ],
        ),
        (
            '"We have nothing to hide," Lopez said. "Come and look."',
            [("Lopez", "said", '"We have nothing to hide," | "Come and look."', "")],
        ),
        (
            "“We have nothing to hide,” said Lopez.",
            [("Lopez", "said", "“We have nothing to hide,”", "")],
        ),
        (
            'Lopez wrote: "We have nothing to hide. Come and look."',
            [("Lopez", "wrote", '"We have nothing to hide. Come and look."', "")],
        ),
        (
            "The bridge is safe, the ministry said on Tuesday.",
            [("the ministry", "said", "The bridge is safe", "")],
        ),
        (
            "According to two officials, the bridge was closed.",
            [("two officials", "According to", "the bridge was closed", "")],
        ),
        (
            "The bridge was closed on Monday, according to people familiar with the matter.",
            [
                (
                    "people familiar with the matter",
                    "according to",
                    "The bridge was closed on Monday",
                    "",
                )
            ],
        ),
        (
            "Lopez was told by engineers that the bridge was safe.",
            [("engineers", "was told | by", "that the bridge was safe", "Lopez")],
        ),
        (
            "It was reported that the bridge was safe.",
            [("", "was reported", "that the bridge was safe", "")],
        ),
        (
            "Northwind declined to comment.",
            [("Northwind", "declined", "to comment", "")],
        ),
        (
            "Northwind did not respond to a request for comment.",
            [("Northwind", "did not respond", "to a request for comment", "")],
        ),
        (
            "Northwind could not be reached for comment.",
            [("Northwind", "could not be reached", "for comment", "")],
        ),
        (
            "Lopez accused Northwind of stealing the plans.",
            [("Lopez", "accused", "Northwind of stealing the plans", "")],
        ),
        (
            "Lopez, who said the bridge was safe, resigned.",
            [("who", "said", "the bridge was safe", "")],
        ),
        (
            '"We are done," Lopez said. "Go home" signs hung on the wall.',
            [("Lopez", "said", '"We are done,"', "")],
        ),
        (
            "Asked whether the bridge was safe, Lopez nodded.",
            [("", "Asked", "whether the bridge was safe", "Lopez")],
        ),
        ("The bridge was closed on Monday.", []),
        ("She reached the bridge and returned home.", []),
        ("", []),
    ],
)
def test_attributions_are_found_with_their_spans(pipeline: Language, text: str, expected: list[Found]) -> None:
    assert find(pipeline, text) == expected


def test_a_paragraph_that_is_all_quotation_belongs_to_who_spoke_before(pipeline: Language) -> None:
    text = 'A spokeswoman said in a statement the bridge was safe.\n\n"We check it each year."\n\nIt rained.'
    assert find(pipeline, text) == [("A spokeswoman", "said", 'the bridge was safe | "We check it each year."', "")]


def test_a_speaker_who_says_what_he_thinks_is_one_attribution(pipeline: Language) -> None:
    found = find(pipeline, '"I think the bridge is safe," Lopez said.')
    assert found == [("Lopez", "said", '"I think the bridge is safe,"', "")]


def test_what_stands_in_a_relayed_sentence_ends_before_the_relay(pipeline: Language) -> None:
    text = "Northwind's own engineers found that the bridge was unsafe, the report said."
    assert find(pipeline, text) == [
        ("Northwind's own engineers", "found", "that the bridge was unsafe", ""),
        (
            "the report",
            "said",
            "Northwind's own engineers found that the bridge was unsafe",
            "",
        ),
    ]
