"""How well pronouns and definite phrases are resolved: `python -m bench.pronouns [--gap TSV] [--articles FOLDER]`.

GAP (Webster et al. 2018): for each of its pronouns and pairs of names, is the one, the other or neither meant? The
resolver reads the text as it would an article's: it is not told which names are asked about, and gives no answer where
it would give none there. Beside it "always the nearer name". Rows are numbered from 1; the weights were fitted on rows
1 to 1,000 of the development part, so only later rows tell something (`--from-row 1001`).

FOLDER is laid out as PolNeAR's splits (text/, attributions/). Over the annotated sources: how many are pronouns or
definite phrases, how many of those are resolved, and a random hundred of the resolved with context, to be read by eye.
Who says what is taken from the annotation, so that a finder of attributions has no part in it.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language

from bench.attribution_scores import Tally
from bench.attributions import read_standoff_folder, read_text
from nlp.annotation import Entity, Span
from nlp.discourse import Speech
from nlp.entities import cluster_mentions, find_mentions
from nlp.frames import order_spans
from nlp.mentions import Kind, Phrase, read_phrases
from nlp.models import load_pipeline
from nlp.passages import Passage
from nlp.reader import mark_paragraphs
from nlp.resolver import Link, References, resolve_references
from nlp.sources import find_speaker

CONTEXT_CHARACTERS = 700
SHOWN = 100
SEED = 20260117

Attributions = list[dict[str, list[tuple[int, int]]]]


class GapRow(NamedTuple):
    """A pronoun and two names, as spans; whether each name is meant."""

    text: str
    pronoun: Span
    names: tuple[Span, Span]
    is_meant: tuple[bool, bool]


class ReadText(NamedTuple):
    phrases: list[Phrase]
    entities: tuple[Entity, ...]
    references: References


def main() -> None:
    options = _parse_arguments()
    pipeline = load_pipeline()
    if options.gap is not None:
        score_gap(pipeline, list(read_gap(options.gap))[options.from_row - 1 : options.to_row])
    if options.articles is not None:
        score_sources(pipeline, options.articles, shown=options.show, seed=options.seed)


def read_gap(path: Path) -> Iterator[GapRow]:
    """The rows of a GAP file."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield GapRow(
                text=row["Text"],
                pronoun=_read_span(row, "Pronoun"),
                names=(_read_span(row, "A"), _read_span(row, "B")),
                is_meant=(row["A-coref"].upper() == "TRUE", row["B-coref"].upper() == "TRUE"),
            )


def _read_span(row: dict[str, str], column: str) -> Span:
    start = int(row[f"{column}-offset"])
    return Span(start, start + len(row[column]))


def score_gap(pipeline: Language, rows: list[GapRow]) -> None:
    """Print precision, recall and F1 of the resolver and of the nearer name."""
    ours, nearer, answered = Tally(), Tally(), 0
    for row, (passage, phrases) in zip(rows, _parse_all(pipeline, (row.text for row in rows)), strict=True):
        entities = cluster_mentions(row.text, find_mentions(passage.doc))
        references = resolve_references(row.text, phrases, entities, ())
        link = references.find(row.pronoun)
        answered += link is not None
        _add(ours, row, tuple(link is not None and _is_name(link, entities, name) for name in row.names))
        distances = [abs(name.start - row.pronoun.start) for name in row.names]
        _add(nearer, row, (distances[0] < distances[1], distances[1] <= distances[0]))
    print(f"GAP: {len(rows)} pronouns, {answered} resolved")
    for title, tally in (("sayso", ours), ("the nearer name", nearer)):
        print(f"{title:16} P {tally.precision:5.1f}  R {tally.recall:5.1f}  F1 {tally.f1:5.1f}")


def _add(tally: Tally, row: GapRow, answer: tuple[bool, ...]) -> None:
    for found, meant in zip(answer, row.is_meant, strict=True):
        tally.add(found and meant, found, meant)


def _is_name(link: Link, entities: tuple[Entity, ...], name: Span) -> bool:
    mentions = [link.words] if link.entity is None else list(entities[link.entity].mentions)
    return any(mention.start < name.end and name.start < mention.end for mention in mentions)


def score_sources(pipeline: Language, folder: Path, *, shown: int, seed: int) -> None:
    """Print how many sources are pronouns or definite phrases, how many are resolved, and some of them."""
    gold = read_standoff_folder(folder / "attributions")
    names = [name for name in sorted(gold) if (folder / "text" / f"{name}.txt").exists()]
    texts = [read_text(folder / "text" / f"{name}.txt") for name in names]
    counts: Counter[str] = Counter()
    resolved: list[str] = []
    seconds = 0.0
    for name, (passage, phrases) in zip(names, _parse_all(pipeline, texts), strict=True):
        started = time.process_time()
        entities = cluster_mentions(passage.text, find_mentions(passage.doc))
        speeches = [_read_speech(passage, one) for one in gold[name]]
        references = resolve_references(passage.text, phrases, entities, speeches)
        seconds += time.process_time() - started
        by_head = {phrase.head: phrase for phrase in phrases}
        for speech in speeches:
            phrase = None if speech.source is None else by_head.get(speech.source)
            counts["sources"] += speech.source is not None
            if phrase is None or (kind := _name_kind(phrase)) is None:
                continue
            counts[kind] += 1
            link = references.find(phrase.head)
            if link is not None:
                counts[f"{kind}, resolved"] += 1
                resolved.append(_show(name, passage.text, entities, phrase, link))
    print(f"{len(names)} articles, {counts['sources']} sources; linked in {seconds:.2f} CPU seconds")
    for kind in KINDS:
        print(f"{kind:32} {counts[kind]:5}, resolved {counts[f'{kind}, resolved']:5}")
    for number, one in enumerate(random.Random(seed).sample(resolved, min(shown, len(resolved))), start=1):
        print(f"\n[{number}] {one}")


KINDS = ("third person", "first person", "definite phrase", "phrase with a possessive pronoun")


def _name_kind(phrase: Phrase) -> str | None:
    if phrase.kind is Kind.PRONOUN:
        return "first person" if phrase.word in ("i", "we", "me", "us") else "third person"
    if phrase.kind is Kind.DEFINITE:
        return "phrase with a possessive pronoun" if phrase.is_owner_pronoun else "definite phrase"
    return None


def _read_speech(passage: Passage, attribution: dict[str, list[tuple[int, int]]]) -> Speech:
    source = order_spans(Span(*span) for span in attribution["source"])
    speaker = find_speaker(passage, source)
    content = order_spans(Span(*span) for span in attribution["content"])
    return Speech(None if speaker is None else speaker.head, content)


def _show(name: str, text: str, entities: tuple[Entity, ...], phrase: Phrase, link: Link) -> str:
    meant = text[link.words.start : link.words.end] if link.entity is None else f"*{entities[link.entity].name}*"
    start = max(0, phrase.head.start - CONTEXT_CHARACTERS)
    before = " ".join(text[start : phrase.words.start].split())
    after = " ".join(text[phrase.words.end : phrase.words.end + 80].split())
    words = text[phrase.words.start : phrase.words.end]
    return f"{words} = {meant} ({link.score:.1f}: {'; '.join(link.reasons)}) {name}\n    {before} [[{words}]] {after}"


def _parse_all(pipeline: Language, texts: Iterable[str]) -> Iterator[tuple[Passage, list[Phrase]]]:
    for doc in pipeline.pipe(mark_paragraphs(pipeline.make_doc(text)) for text in texts):
        passage = Passage(doc)
        yield passage, read_phrases(passage, [mention.span for mention in find_mentions(doc)])


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gap", type=Path, help="a file of GAP, tab-separated")
    parser.add_argument("--from-row", type=int, default=1)
    parser.add_argument("--to-row", type=int, default=None)
    parser.add_argument("--articles", type=Path, help="folder with text/ and attributions/")
    parser.add_argument("--show", type=int, default=SHOWN, help="how many resolved sources to print")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
