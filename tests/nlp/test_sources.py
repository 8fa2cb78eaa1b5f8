from __future__ import annotations

import pytest

from nlp.annotation import SourceType, Span
from nlp.publications import is_publication
from nlp.reader import Reader
from nlp.sources import Speaker, describe_source


@pytest.mark.parametrize(
    ("text", "source_type", "name", "entity"),
    [
        ("Ann Baker said the bridge was safe.", "named_person", "Ann Baker", "Ann Baker"),
        ("Sen. Ann Baker said the bridge was safe.", "named_person", "Ann Baker", "Ann Baker"),
        ("Ann Baker, who said the bridge was safe, resigned.", "named_person", "Ann Baker", "Ann Baker"),
        ("A spokeswoman, Ann Baker, said the bridge was safe.", "named_person", "Ann Baker", "Ann Baker"),
        ("Microsoft said the bridge was safe.", "organisation", "Microsoft", "Microsoft"),
        ("Microsoft and Google said the bridge was safe.", "organisation", "Microsoft and Google", None),
        ("The company said the bridge was safe.", "organisation", "The company", None),
        ("A Microsoft spokesman said the bridge was safe.", "unnamed_person", "A Microsoft spokesman", None),
        ("He said the bridge was safe.", "unnamed_person", "He", None),
        ("They said the bridge was safe.", "unnamed_group", "They", None),
        (
            "People familiar with it said the bridge was safe.",
            "unnamed_group",
            "People familiar with it",
            None,
        ),
        ("Microsoft's engineers said the bridge was safe.", "unnamed_group", "Microsoft's engineers", None),
        ("The report said the bridge was safe.", "document", "The report", None),
        ("He wrote a letter saying the bridge was safe.", "document", "a letter", None),
        ("Reuters said the bridge was safe.", "publication", "Reuters", "Reuters"),
        ("The newspaper said the bridge was safe.", "publication", "The newspaper", None),
        ("We said the bridge was safe.", "author", "We", None),
        ("It was reported that the bridge was safe.", "none", None, None),
    ],
)
def test_a_source_is_what_its_head_is(
    reader: Reader, text: str, source_type: str, name: str | None, entity: str | None
) -> None:
    (annotation,) = reader.read([text])
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
