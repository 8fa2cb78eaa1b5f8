"""The project's own gold texts: short texts in which every attribution is marked, from `data/gold/attributions.txt`.

A text begins with a line `## what it shows | country`. In it, `{1s|...}` is the source of attribution 1, `1q` its cue,
`1c` its content, `1a` its addressee. A part that stands in several places has its mark at each of them, words that
are a part of two attributions have both marks (`{1s,2s|...}`), and marks may stand inside others.

`python -m bench.gold` prints how well the reader finds them, text by text where it is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bench.attribution_scores import MEASURES, Roles, Scores, find_words, make_roles
from bench.attributions import found_roles
from nlp.annotation import Annotation
from nlp.reader import Reader

GOLD = Path(__file__).parents[1] / "data" / "gold" / "attributions.txt"
_HEADER = re.compile(r"^## (.+?) \| (.+)$", re.MULTILINE)
_MARK = re.compile(r"\{(\d+[sqca](?:,\d+[sqca])*)\||\}")
_ROLES = {"s": "source", "q": "cue", "c": "content", "a": "addressee"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldText:
    """`attributions` are maps from role to spans, in the order of their numbers."""

    pattern: str
    country: str
    text: str
    attributions: tuple[dict[str, list[tuple[int, int]]], ...]


def main() -> None:
    golds = read_gold_texts(GOLD)
    scores = Scores()
    for gold, annotation in zip(golds, Reader().read(gold.text for gold in golds), strict=True):
        one = Scores()
        for tally in (scores, one):
            tally.add_article(found_roles(gold.text, annotation), gold_roles(gold))
        exact = one.tallies["exact"]
        if exact.right < max(exact.found, exact.annotated):
            show_difference(gold, annotation)
    print(f"{len(golds)} texts from {len({gold.country for gold in golds})} countries")
    for measure in MEASURES:
        print(f"{measure:12} F1 {scores.tallies[measure].f1:5.1f}")


def read_gold_texts(path: Path) -> list[GoldText]:
    """Raises: ValueError, where a mark is not closed, or closes nothing."""
    parts = _HEADER.split(path.read_text(encoding="utf-8"))[1:]
    return [
        parse_gold_text(body.strip("\n"), pattern=pattern, country=country)
        for pattern, country, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def parse_gold_text(marked: str, *, pattern: str, country: str) -> GoldText:
    plain: list[str] = []
    length = at = 0
    opened: list[tuple[str, int]] = []
    found: dict[int, dict[str, list[tuple[int, int]]]] = {}
    for mark in _MARK.finditer(marked):
        plain.append(marked[at : mark.start()])
        length += mark.start() - at
        at = mark.end()
        if mark[1] is not None:
            opened.append((mark[1], length))
        elif not opened:
            raise ValueError(f"{pattern}: a mark is closed that was not opened, near {marked[at - 20 : at]!r}")
        else:
            labels, start = opened.pop()
            for label in labels.split(","):
                roles = found.setdefault(int(label[:-1]), {name: [] for name in _ROLES.values()})
                roles[_ROLES[label[-1]]].append((start, length))
    if opened:
        raise ValueError(f"{pattern}: mark {opened[-1][0]} is not closed")
    plain.append(marked[at:])
    return GoldText(
        pattern=pattern,
        country=country,
        text="".join(plain),
        attributions=tuple(found[number] for number in sorted(found)),
    )


def gold_roles(gold: GoldText) -> list[Roles]:
    words = find_words(gold.text)
    return [make_roles(words, one["source"], one["cue"], one["content"]) for one in gold.attributions]


def show_difference(gold: GoldText, annotation: Annotation) -> None:
    print(f"{gold.pattern} ({gold.country})")
    for name, rows in (
        ("gold", [(one["source"], one["cue"], one["content"]) for one in gold.attributions]),
        ("found", [(one.source, one.cue, one.content) for one in annotation.attributions]),
    ):
        for parts in rows:
            words = (" … ".join(gold.text[start:end] for start, end in spans) for spans in parts)
            print(f"  {name:6}{' | '.join(words)}")


if __name__ == "__main__":
    main()
