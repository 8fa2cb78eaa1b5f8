"""Accuracy of the attributions that the reader finds: `python -m bench.attributions FOLDER`.

FOLDER holds `text/NAME.txt` and brat standoff `attributions/NAME_ANNOTATOR.ann`, as PolNeAR does; of several
annotators the first by name counts. Definitions in `bench.attribution_scores`. The corpus puts each token
into at most one attribution, so that what we find nested in another cannot be right there; the second table
leaves that out.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from bench.attribution_scores import MEASURES, Roles, Scores, find_words, make_roles
from nlp.annotation import Annotation
from nlp.annotation_json import annotation_to_dict
from nlp.attribution_model import AttributionReader
from nlp.reader import Reader


def main() -> None:
    options = _parse_arguments()
    names = sorted(path.stem for path in (options.folder / "text").glob("*.txt"))
    gold = read_standoff_folder(options.folder / "attributions")
    names = [name for name in names if name in gold]
    texts = [read_text(options.folder / "text" / f"{name}.txt") for name in names]
    reader = Reader(attributions=AttributionReader() if options.model else None)
    annotations = list(reader.read(texts))
    if options.out is not None:
        write_predictions(options.out, names, annotations)
    refused = sum(annotation.language not in (None, "en") for annotation in annotations)
    print(f"{len(names)} articles, {refused} not read for their language")
    for title, with_nested in (("all", True), ("without nested", False)):
        scores = Scores()
        for name, text, annotation in zip(names, texts, annotations, strict=True):
            scores.add_article(_found_roles(text, annotation, with_nested=with_nested), _gold_roles(text, gold[name]))
        print_scores(title, scores)


def read_text(path: Path) -> str:
    """The text with its line ends as they are: offsets count them."""
    return path.read_bytes().decode("utf-8")


def read_standoff_folder(folder: Path) -> dict[str, list[dict[str, list[tuple[int, int]]]]]:
    """The attributions of each article by its name, each a map from role to spans."""
    first: dict[str, Path] = {}
    for path in sorted(folder.glob("*.ann")):
        first.setdefault(path.stem.rsplit("_", 1)[0], path)
    return {name: read_standoff(path.read_text(encoding="utf-8")) for name, path in first.items()}


def read_standoff(standoff: str) -> list[dict[str, list[tuple[int, int]]]]:
    """The attribution events of one brat file."""
    spans: dict[str, list[tuple[int, int]]] = {}
    events: list[list[str]] = []
    for line in standoff.splitlines():
        fields = line.split("\t")
        if line.startswith("T") and len(fields) > 1:
            pairs = fields[1].split(" ", 1)[1].split(";")
            spans[fields[0]] = [(int(start), int(end)) for start, end in (pair.split() for pair in pairs)]
        elif line.startswith("E") and len(fields) > 1 and fields[1].startswith("Attribution"):
            events.append(fields[1].split()[1:])
    attributions = [_read_event(event, spans) for event in events]
    return [one for one in attributions if one["content"] or one["cue"]]


def _read_event(arguments: list[str], spans: dict[str, list[tuple[int, int]]]) -> dict[str, list[tuple[int, int]]]:
    roles: dict[str, list[tuple[int, int]]] = {"source": [], "cue": [], "content": []}
    for argument in arguments:
        role, span = argument.split(":")
        role = re.sub(r"\d+$", "", role).lower()
        if role in roles:
            roles[role] += spans.get(span, [])
    return roles


def write_predictions(path: Path, names: list[str], annotations: list[Annotation]) -> None:
    """JSON Lines as `sayso extract` prints them, for another scorer."""
    with path.open("w", encoding="utf-8") as out:
        for name, annotation in zip(names, annotations, strict=True):
            line: dict[str, Any] = {"id": name, **annotation_to_dict(annotation)}
            out.write(json.dumps(line) + "\n")


def print_scores(title: str, scores: Scores) -> None:
    for measure in MEASURES:
        tally = scores.tallies[measure]
        print(f"{title:15} {measure:12} P {tally.precision:5.1f}  R {tally.recall:5.1f}  F1 {tally.f1:5.1f}")


def _found_roles(text: str, annotation: Annotation, *, with_nested: bool) -> list[Roles]:
    words = find_words(text)
    return [
        make_roles(words, one.source, one.cue, one.content)
        for one in annotation.attributions
        if with_nested or one.parent is None
    ]


def _gold_roles(text: str, attributions: list[dict[str, list[tuple[int, int]]]]) -> list[Roles]:
    words = find_words(text)
    return [make_roles(words, one["source"], one["cue"], one["content"]) for one in attributions]


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with text/ and attributions/")
    parser.add_argument("--model", action="store_true", help="read by the trained model, not by rules")
    parser.add_argument("--out", type=Path, help="also write what was found, as JSON Lines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
