"""Pronouns and definite phrases, on texts of a few sentences; more of them in data/gold/nesting."""

from __future__ import annotations

import time

import pytest

from nlp.annotation import Annotation
from nlp.reader import Reader


def resolve(reader: Reader, text: str) -> dict[str, str]:
    """What each resolved word stands for; of a word that stands in several places, the last."""
    (annotation,) = reader.read([text])
    return {
        text[reference.span.start : reference.span.end]: _name(text, annotation, number)
        for number, reference in enumerate(annotation.references)
    }


def _name(text: str, annotation: Annotation, number: int) -> str:
    reference = annotation.references[number]
    if reference.entity is not None:
        return annotation.entities[reference.entity].name
    return text[reference.words.start : reference.words.end]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        # Gender by given name, by title, and by noun.
        ("Sarah Miller met Peter Cole. He left early.", "He", "Peter Cole"),
        ("Ms. Okafor met Mr. Adeyemi. She left early.", "She", "Okafor"),
        ("A spokeswoman met Peter Cole. She said the road was open.", "She", "A spokeswoman"),
        # Nobody of the gender was spoken of.
        ("Sarah Miller met Anna Cole. He left early.", "He", None),
        # A subject is not the object of its own verb.
        ("Peter Cole went home. Tom Miller saw him.", "him", "Peter Cole"),
        # The subject of one's own clause.
        ("Tom Miller told Peter Cole about the sale. Peter Cole sold his house.", "his", "Peter Cole"),
        # Before the name, in a fronted phrase.
        ("In her speech, Sarah Miller said the road was open.", "her", "Sarah Miller"),
        # The speaker of the content around it.
        ("Peter Cole said on Monday that he would resign.", "he", "Peter Cole"),
        # The speaker of a quotation is not its "he".
        ("Peter Cole resigned. “He is a liar,” Tom Miller said.", "He", "Peter Cole"),
        ("“I am tired,” Tom Miller said.", "I", "Tom Miller"),
        # Outside quotations "I" is the author, and no entity of the text.
        ("I met Tom Miller on Monday.", "I", None),
        ("It was clear that Harrow Motors would close.", "It", None),
        ("Harrow Motors closed its plant in Derby.", "its", "Harrow Motors"),
        # A class and its noun.
        ("Harrow Motors, a carmaker, grew. The carmaker said it would hire.", "carmaker", "Harrow Motors"),
        ("The Labour Party won. The party said it would govern.", "party", "Labour Party"),
        ("Harrow Motors and Brandt Airlines met. The company said it would hire.", "company", None),
        ("The report said the dam was safe.", "report", None),
        # Another one is brought up.
        ("A report said the dam was safe. Another report said it was not.", "report", None),
    ],
)
def test_a_word_stands_for_whom_the_text_bears_out(reader: Reader, text: str, word: str, expected: str | None) -> None:
    assert resolve(reader, text).get(word) == expected


def test_a_link_gives_its_reasons(reader: Reader) -> None:
    (annotation,) = reader.read(["Sen. Paul Whitman left. The senator said the cost was too high."])
    (reference,) = annotation.references
    assert reference.reasons[0] == "called senator"
    assert reference.score > 1


@pytest.mark.parametrize(
    "text",
    [
        "He said she said they said it said " * 400,
        "the company and the report and the senator and " * 300,
        "Ann Smith and his wife, " * 600,
        "A" * 30_000 + " said he " + "B" * 30_000,
        "\U0001f600 he said \U0001f600 " * 800,
        "“I said he “we " * 700,
        "X's Y's " * 1500,
    ],
)
def test_hostile_text_costs_in_proportion_to_its_length(reader: Reader, text: str) -> None:
    started = time.process_time()
    list(reader.read([text[: len(text) // 3]]))
    part = time.process_time()
    (annotation,) = reader.read([text])
    # Three times as long; with the square of the length it would be nine times.
    assert time.process_time() - part < 5.5 * (part - started) + 1.0
    assert all(text[reference.span.start : reference.span.end] for reference in annotation.references)
