"""Texts written from patterns, for kinds of statement that the annotated corpus hardly has.

`patterns.txt` holds sentences with marks (as `data/gold` has them) and slots; a text is some of them, filled in at
random and strung together in paragraphs. The same random numbers give the same texts. They teach how such a
statement is built, not how often it occurs, so that they stay a small part of what a model reads.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from bench.gold import GoldText, parse_gold_text
from nlp.annotation import Span
from training.corpus import ROLES, Annotated, Article

PATTERNS = Path(__file__).with_name("patterns.txt")
PARAGRAPHS = (1, 6)  # of a text, the last number excluded
SENTENCES = (1, 4)  # of a paragraph
PARAGRAPH_ENDS = ("\n\n", "\n\n", "\n")
STRAIGHT_MARKS = 0.4  # of texts have straight quotation marks
BREAK = "¶"
_SLOT = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    groups: tuple[tuple[str, ...], ...]  # sentences of one kind
    slots: dict[str, tuple[str, ...]]


def read_patterns(path: Path = PATTERNS) -> Patterns:
    """Raises: ValueError, where a pattern asks for a slot that is not there, or its marks are not closed."""
    slots: dict[str, tuple[str, ...]] = {}
    groups: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, choices = line[1:].partition(":")
            slots[name] = tuple(choice.strip() for choice in choices.split("|"))
        elif line.startswith("## "):
            groups.append([])
        elif line and not line.startswith("#"):
            groups[-1].append(line)
    patterns = Patterns(groups=tuple(map(tuple, groups)), slots=slots)
    sentences = list(chain.from_iterable(groups))
    for text in chain(sentences, chain.from_iterable(slots.values())):
        missing = [name for name in _SLOT.findall(text) if name not in slots]
        if missing:
            raise ValueError(f"{path.name}: '{text}' asks for <{missing[0]}>, for which there is no line @{missing[0]}")
    for line in sentences:
        parse_gold_text(line, pattern=line, country="")
    return patterns


def write_articles(patterns: Patterns, count: int, rng: random.Random) -> list[Article]:
    return [_write_article(patterns, f"written-{number}", rng) for number in range(count)]


def _write_article(patterns: Patterns, name: str, rng: random.Random) -> Article:
    paragraph_end = rng.choice(PARAGRAPH_ENDS)
    is_straight = rng.random() < STRAIGHT_MARKS
    text, annotated = "", []
    for number in range(rng.randrange(*PARAGRAPHS)):
        text += paragraph_end if number else ""
        for place in range(rng.randrange(*SENTENCES)):
            text += " " if place else ""
            sentence = write_sentence(patterns, rng, paragraph_end)
            annotated += [_move(one, len(text)) for one in sentence.attributions]
            text += sentence.text
    if is_straight:
        text = text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"})
    return Article(name=name, text=text, versions=(tuple(annotated),))


def write_sentence(patterns: Patterns, rng: random.Random, paragraph_end: str) -> GoldText:
    pattern = rng.choice(rng.choice(patterns.groups))
    filled = re.sub(" +", " ", _fill(pattern, patterns, rng)).replace(" .", ".").strip()
    return parse_gold_text(_capitalize(filled).replace(BREAK, paragraph_end), pattern=pattern, country="")


def _fill(text: str, patterns: Patterns, rng: random.Random) -> str:
    return _SLOT.sub(lambda slot: _fill(rng.choice(patterns.slots[slot[1]]), patterns, rng), text)


def _capitalize(marked: str) -> str:
    """A capital for the first letter of the sentence, which may stand behind a mark."""
    start = re.match(r"(?:\{[^|]*\|)?", marked)
    at = start.end() if start else 0
    return marked[:at] + marked[at : at + 1].upper() + marked[at + 1 :]


def _move(one: dict[str, list[tuple[int, int]]], offset: int) -> Annotated:
    def spans(role: str) -> Sequence[Span]:
        return [Span(start + offset, end + offset) for start, end in sorted(one.get(role, []))]

    return Annotated(**{role: tuple(spans(role)) for role in ROLES})
