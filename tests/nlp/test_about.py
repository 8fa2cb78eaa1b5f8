from __future__ import annotations

import pytest
from spacy.language import Language

from tests.nlp.marked import read_marked

JUDGE = "{1s|The judge} {1q|said} "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The subject before what the text names first.
        (
            JUDGE + "{1c|that on behalf of Microsoft, Google sued Apple}.",
            ["Google", "Microsoft", "Apple"],
        ),
        # A relative clause is about something else.
        (JUDGE + "{1c|Google lost a case that Microsoft had brought}.", ["Google"]),
        # Only where nothing is said of a name directly, what stands deeper.
        (JUDGE + "{1c|it was possible that Google had sued Microsoft}.", ["Google", "Microsoft"]),
        (JUDGE + "{1c|Microsoft had denied that Google lost}.", ["Microsoft"]),
        (JUDGE + "{1c|the bridge was safe}.", []),
        # The target of an accusation.
        ("{1s|The judge} {1q|accused} {1c|Ann Baker of lying}.", ["Ann Baker"]),
    ],
)
def test_a_content_is_about_what_its_main_verb_is_said_of(pipeline: Language, text: str, expected: list[str]) -> None:
    _, annotation = read_marked(pipeline, text)
    found = [annotation.entities[entity].name for entity in annotation.attributions[0].about]
    assert found == expected
