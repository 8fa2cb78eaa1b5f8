from __future__ import annotations

import pytest
from spacy.language import Language

from nlp.annotation import SourceType, Span
from nlp.publications import is_publication
from nlp.sources import Speaker, describe_source
from tests.nlp.marked import read_marked

SAID = " {1q|said} {1c|the bridge was safe}."


@pytest.mark.parametrize(
    ("text", "source_type", "name", "entity"),
    [
        ("{1s|Ann Baker}" + SAID, "named_person", "Ann Baker", "Ann Baker"),
        ("{1s|Sen. Ann Baker}" + SAID, "named_person", "Ann Baker", "Ann Baker"),
        ("Ann Baker, {1s|who}" + SAID, "named_person", "Ann Baker", "Ann Baker"),
        (
            "{1s|A spokeswoman, Ann Baker}," + SAID,
            "named_person",
            "Ann Baker",
            "Ann Baker",
        ),
        ("{1s|Microsoft}" + SAID, "organisation", "Microsoft", "Microsoft"),
        ("{1s|Microsoft and Google}" + SAID, "organisation", "Microsoft and Google", None),
        ("{1s|The company}" + SAID, "organisation", "The company", None),
        (
            "{1s|A Microsoft spokesman}" + SAID,
            "unnamed_person",
            "A Microsoft spokesman",
            None,
        ),
        ("{1s|He}" + SAID, "unnamed_person", "He", None),
        ("{1s|They}" + SAID, "unnamed_group", "They", None),
        (
            "{1s|People familiar with it}" + SAID,
            "unnamed_group",
            "People familiar with it",
            None,
        ),
        (
            "{1s|Microsoft's engineers}" + SAID,
            "unnamed_group",
            "Microsoft's engineers",
            None,
        ),
        ("{1s|The report}" + SAID, "document", "The report", None),
        ("He wrote {1s|a letter} {1q|saying} {1c|the bridge was safe}.", "document", "a letter", None),
        ("{1s|Reuters}" + SAID, "publication", "Reuters", "Reuters"),
        ("{1s|The newspaper}" + SAID, "publication", "The newspaper", None),
        ("{1s|We}" + SAID, "author", "We", None),
        ("{1q|It was reported} {1c|that the bridge was safe}.", "none", None, None),
    ],
)
def test_a_source_is_what_its_head_is(
    pipeline: Language, text: str, source_type: str, name: str | None, entity: str | None
) -> None:
    _, annotation = read_marked(pipeline, text)
    (found,) = annotation.attributions
    assert (found.source_type, found.source_name) == (source_type, name)
    resolved = None if found.source_entity is None else annotation.entities[found.source_entity].name
    assert resolved == entity


def test_i_inside_a_quotation_is_not_the_author() -> None:
    speaker = Speaker(words=Span(0, 1), head=Span(0, 1), is_plural=False, is_name=False, is_joined=False)
    assert describe_source("I", speaker, None, is_quoted=True) == (SourceType.UNNAMED_PERSON, "I")
    assert describe_source("I", speaker, None, is_quoted=False) == (SourceType.AUTHOR, "I")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Reuters", True),
        ("the New York Times", True),
        ("The Kivu Herald", True),
        ("Microsoft", False),
        ("Mail", False),
        ("", False),
    ],
)
def test_outlets_are_known_by_list_or_ending(name: str, expected: bool) -> None:
    assert is_publication(name) is expected
