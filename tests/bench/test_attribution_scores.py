from __future__ import annotations

import pytest

from bench.attribution_scores import Roles, Scores, find_words, make_roles
from bench.attributions import read_standoff

TEXT = "Lopez said the old bridge was safe. Baker denied it."
WORDS = find_words(TEXT)


def roles(source: str, cue: str, content: str) -> Roles:
    return make_roles(WORDS, *([_place(part)] if part else [] for part in (source, cue, content)))


def _place(part: str) -> tuple[int, int]:
    start = TEXT.index(part)
    return start, start + len(part)


def score(found: list[Roles], annotated: list[Roles]) -> dict[str, tuple[float, float]]:
    scores = Scores()
    scores.add_article(found, annotated)
    return {name: (tally.precision, tally.recall) for name, tally in scores.tallies.items()}


GOLD = roles("Lopez", "said", "the old bridge was safe")


@pytest.mark.parametrize(
    ("found", "measure", "expected"),
    [
        ([GOLD], "exact", (100.0, 100.0)),
        (
            [roles("Lopez", "said", "the old bridge was safe.")],
            "exact",
            (100.0, 100.0),
        ),  # punctuation is no word
        ([roles("Lopez", "said", "old bridge was")], "attribution", (100.0, 100.0)),  # 3 of 5 words
        ([roles("Lopez", "said", "old bridge was")], "exact", (0.0, 0.0)),
        ([roles("Lopez", "said", "was safe")], "attribution", (0.0, 0.0)),  # 2 of 5 words
        ([roles("Baker", "said", "the old bridge was safe")], "attribution", (0.0, 0.0)),
        ([roles("", "said", "the old bridge was safe")], "attribution", (0.0, 0.0)),
        ([GOLD, roles("Baker", "denied", "it")], "attribution", (50.0, 100.0)),
        ([GOLD, GOLD], "attribution", (50.0, 100.0)),  # one to one
        ([roles("Lopez", "said", "the old bridge was safe. Baker")], "content", (100 * 5 / 6, 100.0)),
        ([], "content", (0.0, 0.0)),
    ],
)
def test_measures_are_those_of_the_corpus(found: list[Roles], measure: str, expected: tuple[float, float]) -> None:
    assert score(found, [GOLD])[measure] == pytest.approx(expected)


def test_standoff_is_read_with_split_spans() -> None:
    standoff = (
        "T1\tSource 0 5\tLopez\nT2\tCue 6 10\tsaid\nT3\tContent 11 14;15 18\tthe old\n"
        "E1\tAttribution:T2 Source:T1 Cue:T2 Content:T3\nT4\tContent 20 22\tx\nE2\tOther:T4 Content:T4\n"
    )
    assert read_standoff(standoff) == [{"source": [(0, 5)], "cue": [(6, 10)], "content": [(11, 14), (15, 18)]}]
