"""Speed and memory of reading, beside spaCy's own full pipeline: `python -m bench.reading FOLDER`.

FOLDER holds text files. Each measurement is a process of its own with one thread, so that peak memory is its
own; plain spaCy and sayso take turns, so that a machine that is busy for a while is so for both. Times are
CPU seconds of the reading alone, after the model is loaded and has read one text. `--stages` says how they are spent.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.apart import Apart, run_apart
from bench.figures import ONE_THREAD, Figure, Sources
from nlp.models import name_model

if TYPE_CHECKING:
    from spacy.language import Language

READERS = ("spacy", "sayso")
WARM_UP = "The company said on Monday that it had not been told."


def main() -> None:
    options = _parse_arguments()
    if options.stages:
        show_stages(options.folder)
        return
    os.environ.update(ONE_THREAD)
    runs: dict[str, list[Apart[Speed]]] = {reader: [] for reader in READERS}
    for _ in range(options.rounds):
        for reader in READERS:
            runs[reader].append(run_apart(measure, reader, options.folder))
    for reader in READERS:
        speed = statistics.median(run.result.per_second for run in runs[reader])
        memory = max(run.peak_megabytes for run in runs[reader])
        print(f"{reader:6} {speed:8.0f} words per CPU second, peak memory {memory:6.0f} MB")
    ratios = [
        ours.result.seconds / plain.result.seconds for ours, plain in zip(runs["sayso"], runs["spacy"], strict=True)
    ]
    rounds = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"sayso costs {statistics.median(ratios):.2f} times plain spaCy (rounds: {rounds})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    words: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.words / self.seconds


def figures(articles: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks."""
    os.environ.update(ONE_THREAD)
    folder = (sources.shared or Path()) / "polnear" / "dev" / "text"
    plain, ours = (run_apart(measure, reader, folder, articles) for reader in READERS)
    yield Figure(
        value=ours.result.per_second,
        unit="words per CPU second",
        peak_megabytes=ours.peak_megabytes,
        baseline="plain spaCy",
        baseline_value=plain.result.per_second,
    )


def measure(reader: str, folder: Path, most: int | None = None) -> Speed:
    """Read the texts of a folder in this process, or the first of them."""
    texts = [path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.txt"))[:most]]
    read = _make_plain_spacy() if reader == "spacy" else _make_sayso()
    read([WARM_UP])
    start = time.process_time()
    read(texts)
    return Speed(words=sum(len(text.split()) for text in texts), seconds=time.process_time() - start)


def _make_plain_spacy() -> Callable[[Iterable[str]], None]:
    import spacy

    pipeline = spacy.load(name_model())

    def read(texts: Iterable[str]) -> None:
        for _ in pipeline.pipe(texts):
            pass

    return read


def _make_sayso() -> Callable[[Iterable[str]], None]:
    from nlp.reader import Reader

    reader = Reader()

    def read(texts: Iterable[str]) -> None:
        for _ in reader.read(texts):
            pass

    return read


def show_stages(folder: Path) -> None:
    """Print the share of each stage; those of the pipeline are what it costs more with each of its components."""
    from nlp.models import load_pipeline
    from nlp.reader import Reader, load_finder

    texts = [path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.txt"))]
    pipeline, finder = load_pipeline(), load_finder()
    for warm in (Reader(pipeline, finder).read([WARM_UP]), finder.read([WARM_UP])):
        list(warm)
    costs = {"model of attributions": _time(lambda: list(finder.read(texts)))}
    before = 0.0
    for number in range(len(pipeline.pipe_names) + 1):
        with pipeline.memory_zone():
            cost = _time(partial(_parse, pipeline, texts, pipeline.pipe_names[number:]))
        costs[pipeline.pipe_names[number - 1] if number else "tokens"] = cost - before
        before = cost
    whole = _time(lambda: list(Reader(pipeline, finder).read(texts)))
    costs["who says what of whom"] = whole - sum(costs.values())
    for name, cost in costs.items():
        print(f"{name:24} {cost:7.1f} CPU seconds {cost / whole:6.1%}")


def _parse(pipeline: Language, texts: list[str], unused: list[str]) -> None:
    for _ in pipeline.pipe(texts, disable=unused):
        pass


def _time(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of text files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stages", action="store_true", help="what each stage costs, in one process")
    return parser.parse_args()


if __name__ == "__main__":
    main()
