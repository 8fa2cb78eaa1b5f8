from __future__ import annotations

import pytest

from nlp.language import identify_language

GERMAN = (
    "Die Bundesregierung hat am Dienstag mitgeteilt, dass sie die neuen Regeln für Unternehmen im kommenden "
    "Jahr einführen werde. Der Minister sagte, man habe lange darüber gesprochen und sei zu einem Ergebnis "
    "gekommen."
)
FRENCH = (
    "Le gouvernement a annoncé mardi que les nouvelles règles entreraient en vigueur l'an prochain. Le "
    "ministre a déclaré que les discussions avaient été longues, mais que tous étaient "
    "maintenant satisfaits."
)
ENGLISH = (
    "NAIROBI: The ministry announced on Tuesday that the new rules would take effect next year. Minister "
    "Wanjiku Kamau told reporters that the talks with Mombasa's dock workers had been long and hard. "
    "All were satisfied."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (ENGLISH, "en"),
        (ENGLISH.upper(), "en"),
        (GERMAN[:150], None),
        ("1 2 3 " * 100, None),
        ("Apple Google Microsoft Samsung Sony Nokia Huawei Xiaomi " * 10, None),
        ("\ud800" * 300, None),
        ("", None),
    ],
)
def test_a_language_is_named_only_where_it_is_sure(text: str, expected: str | None) -> None:
    assert identify_language(text) == expected
