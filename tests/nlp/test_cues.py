from __future__ import annotations

import pytest

from nlp.annotation import AttributionType, Stance
from nlp.cues import Knowledge, find_noun, know_cue, list_forms, load_cues


@pytest.mark.parametrize(
    ("lemma", "irregular", "expected"),
    [
        ("deny", (), {"deny", "denies", "denied", "denying"}),
        ("write", ("writing", "wrote", "written"), {"write", "writes", "writing", "wrote", "written"}),
        ("say", ("said",), {"say", "says", "said", "saying"}),
        ("agree", (), {"agree", "agrees", "agreed", "agreeing"}),
        ("confess", (), {"confess", "confesses", "confessed", "confessing"}),
    ],
)
def test_a_verb_has_its_forms(lemma: str, irregular: tuple[str, ...], expected: set[str]) -> None:
    assert list_forms(lemma, irregular) == expected


@pytest.mark.parametrize(
    ("form", "attribution_type", "stance"),
    [
        ("said", AttributionType.ASSERTION, Stance.ASSERTS),
        ("denied", AttributionType.ASSERTION, Stance.DENIES),
        ("confirmed", AttributionType.ASSERTION, Stance.SUPPORTS),
        ("believes", AttributionType.BELIEF, Stance.ASSERTS),
        ("vowed", AttributionType.EVENTUALITY, Stance.ASSERTS),
        ("knew", AttributionType.FACT, Stance.ASSERTS),
        ("declined", AttributionType.ASSERTION, Stance.DECLINES),
        ("asked", AttributionType.ASSERTION, Stance.ASKS),
    ],
)
def test_the_lexicon_knows_type_and_stance(form: str, attribution_type: AttributionType, stance: Stance) -> None:
    cue = load_cues()[form]
    assert (cue.attribution_type, cue.stance) == (attribution_type, stance)


@pytest.mark.parametrize(
    ("cue", "knowledge"),
    [
        ("has repeatedly claimed", Knowledge.OWN),
        ("'s allegations", Knowledge.OWN),
        ("made it clear", Knowledge.OWN),
        ("in", Knowledge.WEAK),
        (":", Knowledge.WEAK),
        ("flibbertigibbeted", Knowledge.UNKNOWN),
    ],
)
def test_what_is_known_of_a_cue(cue: str, knowledge: Knowledge) -> None:
    assert know_cue(cue) is knowledge


def test_a_noun_that_is_a_verb_too_is_found_as_a_noun() -> None:
    assert find_noun("claims") is not None
    assert find_noun("claimed") is None
    assert find_noun("bridge") is None
