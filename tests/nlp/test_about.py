from __future__ import annotations

import pytest

from nlp.reader import Reader


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The subject before what the text names first.
        ("The judge said that on behalf of Microsoft, Google sued Apple.", ["Google", "Microsoft", "Apple"]),
        # A relative clause is about something else.
        ("The judge said Google lost a case that Microsoft had brought.", ["Google"]),
        # Only where nothing is said of a name directly, what stands deeper.
        ("The judge said it was possible that Google had sued Microsoft.", ["Google", "Microsoft"]),
        ("The judge said Microsoft had denied that Google lost.", ["Microsoft"]),
        ("The judge said the bridge was safe.", []),
        # The target of an accusation.
        ("The judge accused Ann Baker of lying.", ["Ann Baker"]),
    ],
)
def test_a_content_is_about_what_its_main_verb_is_said_of(reader: Reader, text: str, expected: list[str]) -> None:
    (annotation,) = reader.read([text])
    found = [annotation.entities[entity].name for entity in annotation.attributions[0].about]
    assert found == expected
