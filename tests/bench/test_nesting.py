from __future__ import annotations

from functools import reduce
from pathlib import Path

import pytest

from bench.nesting import GOLD, Outcome, add, judge, read_texts
from nlp.reader import Reader

TEXTS = [text for path in sorted(GOLD.glob("*.txt")) for text in read_texts(path)]
# Read on 30 November 2026: 98.4% of the expected links, 1.5% invented; the floor is what the project promises.
LEAST_RIGHT = 0.90
MOST_INVENTED = 0.05


def test_expected_links_are_read_and_few_invented() -> None:
    annotations = Reader().read(text.text for text in TEXTS)
    outcomes = [judge(text, annotation) for text, annotation in zip(TEXTS, annotations, strict=True)]
    total = reduce(add, outcomes, Outcome())
    assert total.expected >= 800
    assert total.right / total.expected >= LEAST_RIGHT, total.problems
    assert total.invented / total.read <= MOST_INVENTED, total.problems


def test_there_are_many_texts_from_many_countries_each_once() -> None:
    assert len({text.text for text in TEXTS}) == len(TEXTS) >= 100
    assert len({text.country for text in TEXTS}) >= 60
    assert all(text.attributions or text.references or text.no_entities or text.unread for text in TEXTS)


def test_a_missed_and_an_invented_link_are_told_apart() -> None:
    outcome = Outcome()
    outcome.compare("of", "Northwind", "-")
    outcome.compare("of", "-", "Kestrel")
    outcome.compare("of", "Kestrel", "Kestrel")
    outcome.compare("of", "-", "-")
    outcome.compare("of", "*", "Kestrel")
    assert (outcome.expected, outcome.right, outcome.read, outcome.invented) == (2, 1, 2, 1)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.txt"
    path.write_text("## title | Kenya\nHe left.\n> said | He | He | author | off=X\n", encoding="utf-8")
    with pytest.raises(ValueError, match="unknown off"):
        read_texts(path)
