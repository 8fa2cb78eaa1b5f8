from __future__ import annotations

import pytest

from nlp.annotation import AttributionType, SourceType, Span, Stance
from nlp.stances import read_meaning, relay


@pytest.mark.parametrize(
    ("cue", "attribution_type", "stance"),
    [
        ("said", AttributionType.ASSERTION, Stance.ASSERTS),
        ("according to", AttributionType.ASSERTION, Stance.ASSERTS),
        ("denied", AttributionType.ASSERTION, Stance.DENIES),
        ("has repeatedly denied", AttributionType.ASSERTION, Stance.DENIES),
        ("did not deny", AttributionType.ASSERTION, Stance.DECLINES),
        ("did not say", AttributionType.ASSERTION, Stance.DECLINES),
        ("wouldn’t say", AttributionType.ASSERTION, Stance.DECLINES),
        ("didn't confirm", AttributionType.ASSERTION, Stance.DOUBTS),
        ("does not believe", AttributionType.BELIEF, Stance.DOUBTS),
        ("doubts", AttributionType.BELIEF, Stance.DOUBTS),
        ("could not be immediately reached", AttributionType.ASSERTION, Stance.DECLINES),
        ("vowed", AttributionType.EVENTUALITY, Stance.ASSERTS),
        ("declined to say", AttributionType.ASSERTION, Stance.DECLINES),
        ("refused to confirm", AttributionType.ASSERTION, Stance.DECLINES),
        ("neither confirmed nor denied", AttributionType.ASSERTION, Stance.DECLINES),
        ("failed to respond", AttributionType.ASSERTION, Stance.DECLINES),
        ("cannot confirm", AttributionType.ASSERTION, Stance.DOUBTS),
        ("not only denied", AttributionType.ASSERTION, Stance.DENIES),
        # The negation of what is said is no negation of the saying.
        ("promised not", AttributionType.EVENTUALITY, Stance.ASSERTS),
        # Nouns, adjectives, and verbs that tell little.
        ("issued a denial", AttributionType.ASSERTION, Stance.DENIES),
        ("has no doubt", AttributionType.BELIEF, Stance.ASSERTS),
        ("is confident", AttributionType.BELIEF, Stance.ASSERTS),
        ("is not convinced", AttributionType.BELIEF, Stance.DOUBTS),
        ("made it clear", AttributionType.ASSERTION, Stance.ASSERTS),
        ("'s refusal", AttributionType.ASSERTION, Stance.DECLINES),
        (":", AttributionType.ASSERTION, Stance.ASSERTS),
        ("asked", AttributionType.ASSERTION, Stance.ASKS),
    ],
)
def test_the_words_of_the_cue_give_type_and_stance(cue: str, attribution_type: AttributionType, stance: Stance) -> None:
    assert read_meaning(cue, [Span(0, len(cue))]) == (attribution_type, stance)


def test_a_publication_relays_what_it_asserts_and_only_that() -> None:
    assert relay(Stance.ASSERTS, SourceType.PUBLICATION) is Stance.RELAYS
    assert relay(Stance.DENIES, SourceType.PUBLICATION) is Stance.DENIES
    assert relay(Stance.ASSERTS, SourceType.ORGANISATION) is Stance.ASSERTS


@pytest.mark.parametrize(
    ("content", "stance"),
    [
        ("“No comment,”", Stance.DECLINES),
        ("no comment on the sale", Stance.DECLINES),
        ("“No comments were deleted,”", Stance.ASSERTS),
        ("there was no comment", Stance.ASSERTS),
    ],
)
def test_who_says_no_comment_declines(content: str, stance: Stance) -> None:
    text = f"{content} said"
    found = read_meaning(text, [Span(len(content) + 1, len(text))], [Span(0, len(content))])
    assert found.stance is stance
