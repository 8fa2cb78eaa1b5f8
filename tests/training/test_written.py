from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.gold import GOLD, read_gold_texts
from training.written import Patterns, read_patterns, write_articles, write_sentence


def test_same_random_numbers_write_the_same_texts() -> None:
    patterns = read_patterns()
    first = write_articles(patterns, 20, random.Random(1))
    assert first == write_articles(patterns, 20, random.Random(1))
    assert first != write_articles(patterns, 20, random.Random(2))


def test_every_attribution_of_a_written_text_has_words_without_marks_and_slots() -> None:
    for article in write_articles(read_patterns(), 300, random.Random(3)):
        assert not set("{}|<>¶") & set(article.text)
        for one in article.versions[0]:
            spans = [*one.source, *one.cue, *one.content]
            assert one.cue
            assert all(article.text[span.start : span.end].strip() for span in spans)


def test_parts_are_found_where_the_text_has_them() -> None:
    patterns = Patterns(
        groups=(("{1s|<who>} {1q|said}¶{1c|it rained} <when>.",),), slots={"who": ("ann",), "when": ("",)}
    )
    (article,) = write_articles(patterns, 1, random.Random(0))
    first = article.versions[0][0]
    assert [article.text[span.start : span.end] for span in (*first.source, *first.cue, *first.content)] == [
        "Ann",
        "said",
        "it rained",
    ]
    assert "rained." in article.text


def test_a_slot_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "patterns.txt"
    path.write_text("## one\n{1s|<nobody>} {1q|said} {1c|so}.\n")
    with pytest.raises(ValueError, match="<nobody>"):
        read_patterns(path)


def test_no_gold_text_can_be_written_from_a_pattern() -> None:
    patterns, rng = read_patterns(), random.Random(5)
    written = {write_sentence(patterns, rng, "\n").text for _ in range(3000)}
    assert not any(
        sentence in gold.text for gold in read_gold_texts(GOLD) for sentence in written if len(sentence) > 40
    )
