"""Speed and memory of reading, beside spaCy's own full pipeline: `python -m bench.reading FOLDER`.

FOLDER holds text files. Each measurement is a process of its own with one thread, so that peak memory is its
own; plain spaCy and sayso take turns, so that a machine that is busy for a while is so for both. Times are
CPU seconds of the reading alone, after the model is loaded and has read one text.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from nlp.models import name_model

READERS = ("spacy", "sayso")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")
WARM_UP = "The company said on Monday that it had not been told."


def main() -> None:
    options = _parse_arguments()
    if options.only is not None:
        print(json.dumps(measure(options.only, options.folder)))
        return
    results: dict[str, list[dict[str, float]]] = {reader: [] for reader in READERS}
    for _ in range(options.rounds):
        for reader in READERS:
            results[reader].append(_measure_apart(reader, options.folder))
    for reader in READERS:
        speed = statistics.median(result["words"] / result["seconds"] for result in results[reader])
        memory = max(result["peak_bytes"] for result in results[reader]) / 1e6
        print(f"{reader:6} {speed:8.0f} words per CPU second, peak memory {memory:6.0f} MB")
    ratios = [
        ours["seconds"] / plain["seconds"] for ours, plain in zip(results["sayso"], results["spacy"], strict=True)
    ]
    rounds = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"sayso costs {statistics.median(ratios):.2f} times plain spaCy (rounds: {rounds})")


def measure(reader: str, folder: Path) -> dict[str, float]:
    """Read all texts of a folder in this process."""
    texts = [path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.txt"))]
    read = _make_plain_spacy() if reader == "spacy" else _make_sayso()
    read([WARM_UP])
    start = time.process_time()
    read(texts)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"words": sum(len(text.split()) for text in texts), "seconds": seconds, "peak_bytes": peak}


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


def _measure_apart(reader: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.reading", str(folder), "--only", reader]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of text files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=READERS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
