"""Which contents are one claim: the same words, and pointing words only where they stand."""

from __future__ import annotations

import pytest

from graph.claim_keys import claim_key
from nlp.annotation import Stance
from tests.graph.world import Page, Said, annotate


def key_of(
    content: str, *, source: str = "Ada Brandt", before: str = "", stance: Stance = Stance.ASSERTS
) -> int | None:
    text = f"{before}{source} said {content}."
    page = Page(
        url="https://a.example/",
        outlet="A",
        text=text,
        people=(source,),
        said=(Said(source=source, cue="said", content=content, stance=stance),),
    )
    annotation = annotate(page)
    key = claim_key(text, annotation, annotation.attributions[0])
    return None if key is None else key.claim_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the plant leaked solvent into the river", "that the plant leaked solvent into the river"),
        ("the plant leaked solvent into the river", "“The plant leaked solvent into the river,”"),
        ("the plant leaked solvent into the river", "that, the plant leaked solvent into the river"),
        ("the firm's plant leaked solvent twice", "the firm’s plant leaked solvent twice"),
    ],
)
def test_the_same_words_are_one_claim(one: str, other: str) -> None:
    assert key_of(one) == key_of(other, source="Ben Okafor")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the plant leaked 400 litres of solvent", "the plant leaked 4,000 litres of solvent"),
        ("the plant leaked solvent into the river", "the plant leaked solvent into the lake"),
        ("it was a mistake to build there at all", "it was a mistake to build here at all"),
    ],
)
def test_other_words_are_another_claim(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_words_that_point_elsewhere_join_only_within_one_source() -> None:
    assert key_of("it was a grave mistake to wait") == key_of("it was a grave mistake to wait", before="Yes. ")
    assert key_of("it was a grave mistake to wait") != key_of("it was a grave mistake to wait", source="Ben Okafor")


def test_a_short_content_is_no_claim_that_others_share() -> None:
    assert key_of("prices rose sharply") != key_of("prices rose sharply", source="Ben Okafor")


def test_declining_and_punctuation_claim_nothing() -> None:
    assert key_of("to say whether it had leaked", stance=Stance.DECLINES) is None
    assert key_of("to comment on the leak at the plant in Orsk", stance=Stance.DECLINES) is None
    assert key_of("...") is None
    assert key_of("the inquiry") is None


def test_who_asks_or_will_not_say_whether_something_is_so_speaks_of_just_that() -> None:
    stated = key_of("the Orsk plant leaked solvent")
    assert key_of("to say whether the Orsk plant leaked solvent", stance=Stance.DECLINES) == stated
    assert key_of("if the Orsk plant leaked solvent", stance=Stance.ASKS) == stated
    assert key_of("the gold mine in Tarn was closed") == key_of("The gold mine in Tarn was closed")
