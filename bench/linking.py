"""What joining claims costs as a store grows: `python -m bench.linking [--attributions 100000]`.

A generated world (`bench.generator`) goes into a store in a temporary folder; after each batch of articles the claims
that are new are linked, the sentence encoder's work included, on one thread. Printed are attributions a CPU second, in
all and for the last batches before each mark, so that a cost that grows with the store shows; and what a trace of the
largest claim takes. CPU seconds, since other work on the machine does not count in them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from bench.apart import run_apart
from bench.figures import ONE_THREAD, Figure, Sources
from bench.generator import generate, write_batch
from bench.stores import empty_store
from graph.claim_keys import claim_key
from graph.linking import BATCH, Linker
from graph.schema import claim_members, claims
from graph.store import Store
from graph.trace import load_trace
from ingest.article import Article
from nlp.annotation import Annotation
from nlp.sentences import SentenceEncoder

ARTICLES_AT_ONCE = 250
# So many attributions before a mark are its window.
WINDOW = 5_000
MARKS = (10_000, 50_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attributions", type=int, default=MARKS[-1])
    parser.add_argument("--url", help="the store, which must be empty; SQLite in a temporary folder without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{folder}/linking.db"
        with Store.open(url) as store:
            for mark in link_growing(store, options.attributions, index_path=Path(folder) / "claims.index"):
                print(
                    f"{mark.attributions:>7,} attributions: {mark.per_second:,.0f} a CPU second in all, "
                    f"{mark.lately:,.0f} in the last {WINDOW:,}, {mark.milliseconds_a_claim:.1f} ms a new claim there; "
                    f"{mark.by_the_clock:,.0f} by the clock",
                    flush=True,
                )
            _trace_largest(store)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Attributions so far; linked a CPU second in all and in the last `WINDOW`, and a second by the clock.

    A story that goes on brings few new claims and a new one many, so the cost of a new claim in that window tells more.
    """

    attributions: int
    per_second: float
    lately: float
    milliseconds_a_claim: float
    by_the_clock: float


def figures(attributions: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks. The baseline makes the same vectors and compares nothing."""
    os.environ.update(ONE_THREAD)
    ours, plain = run_apart(_link, attributions, sources), run_apart(_encode, attributions)
    yield Figure(
        value=ours.result,
        unit="attributions linked per CPU second",
        peak_megabytes=ours.peak_megabytes,
        baseline="their vectors alone",
        baseline_value=plain.result,
    )


def _link(attributions: int, sources: Sources) -> float:
    with empty_store(sources) as store:
        index = sources.scratch / f"linking-{attributions}.index"
        *_, last = link_growing(store, attributions, index_path=index)
    return last.per_second


def _encode(attributions: int) -> float:
    """Attributions per CPU second whose claims are made vectors of, each claim once."""
    texts = {
        found.text
        for article, annotation in generate(attributions)
        for each in annotation.attributions
        if (found := claim_key(article.text, annotation, each)) is not None
    }
    encoder = SentenceEncoder()
    ordered, started = sorted(texts), time.process_time()
    for first in range(0, len(ordered), BATCH):
        encoder.encode(ordered[first : first + BATCH])
    return attributions / (time.process_time() - started)


def link_growing(store: Store, attributions: int, *, index_path: Path) -> Iterator[Mark]:
    """Fill the store, link each batch, and yield how fast it went at each of `MARKS` and at the end."""
    linker = Linker(store, SentenceEncoder(), index_path=index_path)
    done: list[tuple[int, int, float]] = []  # of each batch attributions, new claims, CPU seconds
    wall = 0.0
    marks = [mark for mark in MARKS if mark < attributions] + [attributions]
    for batch in _batches(attributions):
        write_batch(store, batch)
        began, cpu = time.perf_counter(), time.process_time()
        new = sum(linker.link_new())
        wall += time.perf_counter() - began
        done.append((sum(len(annotation.attributions) for _, annotation in batch), new, time.process_time() - cpu))
        total = sum(count for count, _, _ in done)
        if total >= marks[0]:
            seconds = sum(spent for _, _, spent in done)
            attributions_lately, claims_lately, seconds_lately = _sum_last(done)
            yield Mark(
                attributions=marks.pop(0),
                per_second=total / seconds,
                lately=attributions_lately / seconds_lately,
                milliseconds_a_claim=1000 * seconds_lately / max(1, claims_lately),
                by_the_clock=total / wall,
            )
            if not marks:
                break
    linker.save_index()


def _batches(attributions: int) -> Iterator[Sequence[tuple[Article, Annotation]]]:
    made = generate(attributions)
    while batch := list(islice(made, ARTICLES_AT_ONCE)):
        yield batch


def _sum_last(done: Sequence[tuple[int, int, float]]) -> tuple[int, int, float]:
    """Attributions, new claims and CPU seconds of the last batches that make a window."""
    count, new, seconds = 0, 0, 0.0
    for made, claims_made, spent in reversed(done):
        count, new, seconds = count + made, new + claims_made, seconds + spent
        if count >= WINDOW:
            break
    return count, new, seconds


def _trace_largest(store: Store) -> None:
    members = func.count().label("members")
    query = (
        select(claims.c.canonical_id, members)
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .group_by(claims.c.canonical_id)
        .order_by(members.desc())
        .limit(1)
    )
    with store.reading() as connection:
        claim_id, number = connection.execute(query).one()
        began, cpu = time.perf_counter(), time.process_time()
        load_trace(connection, claim_id)
        spent, seconds = time.process_time() - cpu, time.perf_counter() - began
    print(f"a trace of the largest claim, {number:,} attributions: {spent:.2f} CPU seconds, {seconds:.2f} by the clock")


if __name__ == "__main__":
    main()
