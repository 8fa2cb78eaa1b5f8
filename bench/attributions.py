"""Accuracy of the attributions that the reader finds: `make bench-accuracy`, `python -m bench.attributions FOLDER`.

FOLDER holds `text/NAME.txt` and brat standoff `attributions/NAME_ANNOTATOR.ann`, as PolNeAR does; of several
annotators the first by name counts. Definitions in `bench.attribution_scores`. PolNeAR draws no statement inside
another ("each token is involved in at most one attribution"), sayso does: what it finds is scored with these, each of
which then counts as wrong, and without. The figures of the others were measured
with the same definitions on PolNeAR's dev split, and mean nothing beside another corpus.
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
from nlp.reader import Reader

# F1 on PolNeAR dev; source: the README beside our copy of the corpus.
PEERS = {
    "textacy 0.13, direct quotations": (15, 14, 36, 17, 6),
    "a 50-line spaCy rule": (35, 58, 59, 39, 30),
    "Gender Gap Tracker's quote extractor": (36, 59, 68, 41, 29),
    "BBC Citron, retrained on the same train split": (50, 69, 70, 53, 37),
    "sayso's rules, before the model": (55, 72, 81, 59, 50),
    "one human annotator against another": (70, 81, 91, 75, 64),
}


def main() -> None:
    options = _parse_arguments()
    names = sorted(path.stem for path in (options.folder / "text").glob("*.txt"))
    gold = read_standoff_folder(options.folder / "attributions")
    names = [name for name in names if name in gold]
    texts = [read_text(options.folder / "text" / f"{name}.txt") for name in names]
    annotations = list(Reader().read(texts))
    if options.out is not None:
        write_predictions(options.out, names, annotations)
    refused = sum(annotation.language not in (None, "en") for annotation in annotations)
    print(f"{len(names)} articles, {refused} not read for their language")
    scores, outer = Scores(), Scores()
    for name, text, annotation in zip(names, texts, annotations, strict=True):
        annotated = _gold_roles(text, gold[name])
        scores.add_article(found_roles(text, annotation), annotated)
        outer.add_article(found_roles(text, annotation, with_nested=False), annotated)
    print_scores(scores, outer)


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


def print_scores(scores: Scores, outer: Scores) -> None:
    """A table: sayso's F1, precision and recall, and the F1 of others, a column a measure."""
    print(f"{'':44}" + "".join(f"{measure:>12}" for measure in MEASURES))
    for title, figures in PEERS.items():
        print(f"{title:44}" + "".join(f"{figure:12}" for figure in figures))
    for title, shown in (("sayso, without statements in statements", outer), ("sayso, all that it finds", scores)):
        tallies = [shown.tallies[measure] for measure in MEASURES]
        for row, of in ((f"{title}, F1", "f1"), ("  precision", "precision"), ("  recall", "recall")):
            print(f"{row:44}" + "".join(f"{getattr(tally, of):12.1f}" for tally in tallies))


def found_roles(text: str, annotation: Annotation, *, with_nested: bool = True) -> list[Roles]:
    """What the reader found in a text, as numbers of words; at will without what stands in another's content."""
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
    parser.add_argument("--out", type=Path, help="also write what was found, as JSON Lines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
