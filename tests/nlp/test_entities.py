from __future__ import annotations

import pytest

from nlp.annotation import Entity, EntityType, Span
from nlp.entities import Mention, clean_name, cluster_mentions

PERSON, ORG, GPE = EntityType.PERSON, EntityType.ORG, EntityType.GPE


def cluster(text: str, *names: tuple[str, EntityType | None]) -> list[tuple[str, EntityType, list[str]]]:
    """Cluster the names, each at its next place in the text."""
    mentions, at = [], 0
    for name, entity_type in names:
        at = text.index(name, at)
        mentions.append(Mention(Span(at, at + len(name)), entity_type))
        at += len(name)
    return [_show(text, entity) for entity in cluster_mentions(text, mentions)]


def _show(text: str, entity: Entity) -> tuple[str, EntityType, list[str]]:
    return entity.name, entity.type, [text[start:end] for start, end in entity.mentions]


@pytest.mark.parametrize(
    ("name", "entity_type", "expected"),
    [
        ("Dana Okafor's", PERSON, "Dana Okafor"),
        ("Dana Okafor’s", PERSON, "Dana Okafor"),
        ("the Supreme Court", ORG, "Supreme Court"),
        ("Sen. Dana Okafor", PERSON, "Dana Okafor"),
        ("Mr. Okafor", PERSON, "Okafor"),
        ("pro-Israel", EntityType.NORP, "Israel"),
        ("Okafor\nThe firm", PERSON, "Okafor"),
        ("U.S.", GPE, "U.S."),
        ("the firms'", ORG, None),
        ("election matchup", PERSON, None),
        ("46%-35%", GPE, None),
        ("AI", ORG, None),
    ],
)
def test_a_name_is_cut_to_the_name_proper(name: str, entity_type: EntityType, expected: str | None) -> None:
    span = clean_name(name, Span(0, len(name)), entity_type)
    assert (None if span is None else name[span.start : span.end]) == expected


def test_a_surname_joins_the_one_full_name_that_has_it() -> None:
    text = "Joseph R. Okafor Jr. spoke. Joseph Okafor left. Okafor laughed. Okafor slept."
    names = [("Joseph R. Okafor Jr.", PERSON), ("Joseph Okafor", PERSON), ("Okafor", PERSON), ("Okafor", ORG)]
    assert cluster(text, *names) == [
        ("Joseph R. Okafor Jr.", PERSON, ["Joseph R. Okafor Jr.", "Joseph Okafor", "Okafor", "Okafor"])
    ]


def test_a_surname_that_two_people_have_stays_by_itself() -> None:
    text = "Bill Okafor met Dana Okafor. Okafor laughed."
    found = cluster(text, ("Bill Okafor", PERSON), ("Dana Okafor", PERSON), ("Okafor", PERSON))
    assert [name for name, _, _ in found] == ["Bill Okafor", "Dana Okafor", "Okafor"]


def test_a_place_that_bears_a_surname_stays_a_place() -> None:
    text = "Denzel Lincoln came. He flew to Lincoln on Monday."
    found = cluster(text, ("Denzel Lincoln", PERSON), ("Lincoln", GPE))
    assert [(name, entity_type) for name, entity_type, _ in found] == [
        ("Denzel Lincoln", PERSON),
        ("Lincoln", GPE),
    ]


def test_an_acronym_in_brackets_joins_its_name() -> None:
    text = "The Kivu Water Board (KWB) met. KWB closed."
    assert cluster(text, ("Kivu Water Board", ORG), ("KWB", ORG), ("KWB", ORG)) == [
        ("Kivu Water Board", ORG, ["Kivu Water Board", "KWB", "KWB"])
    ]


def test_a_country_joins_its_initials() -> None:
    text = "The U.S. and the United States."
    assert cluster(text, ("U.S.", GPE), ("United States", GPE)) == [("United States", GPE, ["U.S.", "United States"])]


def test_an_agency_by_its_short_name_joins_the_full_one() -> None:
    text = "Bloomberg News reported. The Bloomberg report was short."
    found = cluster(text, ("Bloomberg News", ORG), ("Bloomberg", PERSON))
    assert found == [("Bloomberg News", ORG, ["Bloomberg News", "Bloomberg"])]


def test_a_guess_counts_only_where_something_bears_it_out() -> None:
    text = "DeepSeek grew. Sources said DeepSeek fell. Sacks spoke to David Sacks."
    found = cluster(
        text,
        ("DeepSeek", None),
        ("Sources", None),
        ("DeepSeek", None),
        ("Sacks", None),
        ("David Sacks", PERSON),
    )
    assert found == [
        ("DeepSeek", ORG, ["DeepSeek", "DeepSeek"]),
        ("David Sacks", PERSON, ["Sacks", "David Sacks"]),
    ]
