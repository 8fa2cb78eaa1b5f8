"""How long people wait for an answer from a large store: claims, who, trace, articles, and what the dashboard asks.

    python -m bench.generator sqlite:////tmp/large.db --attributions 1000000
    python -m bench.queries sqlite:////tmp/large.db --rounds 40

Each question is asked about many things: the largest claim and the entity that is named most often first, then others
at random, the same for the same seed. Printed are the median, the 95th percentile and the longest in milliseconds, and
the tables that a question reads from end to end, if any. Exit code 1 where a 95th percentile is over --most ms.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import click
from sqlalchemy import func, select

from bench.apart import run_apart
from bench.figures import Figure, Sources, percentile_95
from bench.plans import find_scans
from bench.stores import fill_generated_store
from graph.browsing import list_claims, load_status, trace_by_id, view_article, view_entity
from graph.ids import Kind, show_id
from graph.schema import articles, attributions, claim_members, claims, entities, metadata
from graph.store import Store
from graph.views import view_citations, view_provenance, view_surroundings

ROUNDS = 40
COUNT = "a count of all attributions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`ask` is given a number, and asks about the thing of that number: 0 is the worst."""

    name: str
    ask: Callable[[int], Any]


def make_questions(store: Store, *, things: int, seed: int = 0) -> list[Question]:
    """The questions, about up to so many things of each kind."""
    random = Random(seed)
    claim_ids = _largest_and_others(store, claim_members.c.claim_id, things, random)
    entity_ids = _largest_and_others(store, attributions.c.source_entity_id, things, random)
    with store.reading() as connection:
        rows = connection.execute(select(claims.c.id, claims.c.canonical_id, claims.c.text).where(
            claims.c.id.in_(claim_ids))).all()  # fmt: skip
        texts = {row.id: (row.canonical_id, row.text) for row in rows}
        named = connection.execute(select(entities.c.id, entities.c.name).where(entities.c.id.in_(entity_ids)))
        names = {row.id: row.name for row in named}
        urls = list(connection.execute(select(articles.c.url).order_by(articles.c.id).limit(things)).scalars())
    shown = [show_id(Kind.CLAIM, texts[key][0]) for key in claim_ids]
    words = [texts[key][1].split() for key in claim_ids]
    called = [names[key] for key in entity_ids]
    ids = [show_id(Kind.ENTITY, key) for key in entity_ids]
    return [
        Question(name="claims, latest", ask=lambda _: list_claims(store)),
        Question(name="claims, a common word", ask=lambda n: list_claims(store, words[n % len(words)][0])),
        Question(name="claims, three words", ask=lambda n: list_claims(store, " ".join(words[n % len(words)][:3]))),
        Question(name="who", ask=lambda n: view_entity(store, called[n % len(called)])),
        Question(name="trace", ask=lambda n: trace_by_id(store, shown[n % len(shown)])),
        Question(name="article", ask=lambda n: view_article(store, urls[n % len(urls)])),
        Question(name="picture of a claim", ask=lambda n: view_provenance(store, shown[n % len(shown)])),
        Question(name="picture of an entity", ask=lambda n: view_surroundings(store, ids[n % len(ids)])),
        Question(name="who cites whom", ask=lambda _: view_citations(store)),
        Question(name="status", ask=lambda _: load_status(store)),
    ]


def _largest_and_others(store: Store, column: Any, things: int, random: Random) -> list[int]:
    """The id that occurs most often in `column`, then others at random."""
    query = select(column).where(column.is_not(None)).group_by(column).order_by(func.count().desc(), column).limit(5000)
    with store.reading() as connection:
        found = list(connection.execute(query).scalars())
    return [found[0], *random.sample(found[1:], min(things - 1, len(found) - 1))]


def measure(question: Question, rounds: int) -> list[float]:
    """Milliseconds of each round, the shortest first."""
    taken = []
    for number in range(rounds):
        started = time.perf_counter()
        question.ask(number)
        taken.append(1000 * (time.perf_counter() - started))
    return sorted(taken)


def figures(size: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks: the slowest question."""
    yield _find_slowest(size, sources, None)


def figures_of_traces(size: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks: traces, of the largest claim and of others."""
    yield _find_slowest(size, sources, "trace")


def _find_slowest(size: int, sources: Sources, only: str | None) -> Figure:
    url = fill_generated_store(size, sources)
    asked = run_apart(_ask, url, only)
    taken = {name: percentile_95(times) for name, times in asked.result.items()}
    counting = taken.pop(COUNT)
    slowest = max(taken, key=lambda name: taken[name])
    return Figure(
        value=taken[slowest],
        unit=f"ms, 95th percentile of: {slowest}",
        peak_megabytes=asked.peak_megabytes,
        baseline=COUNT,
        baseline_value=counting,
    )


def _ask(url: str, only: str | None) -> dict[str, list[float]]:
    """Milliseconds of each question, or of one, and of a plain count."""
    with Store.open(url, create=False) as store:
        questions = [each for each in make_questions(store, things=ROUNDS) if only in (None, each.name)]
        questions.append(Question(name=COUNT, ask=lambda _: count_attributions(store)))
        return {question.name: measure(question, ROUNDS) for question in questions}


def count_attributions(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(attributions)).scalar_one()


@click.command()
@click.argument("url")
@click.option("--rounds", type=click.IntRange(1), default=ROUNDS, show_default=True)
@click.option("--most", type=float, default=500.0, show_default=True, help="Milliseconds that are bearable.")
def main(url: str, rounds: int, most: float) -> None:
    """Ask the store at URL."""
    slow = False
    with Store.open(url, create=False) as store:
        print(f"{store.dialect}, {count_attributions(store):,} attributions; milliseconds")
        print(f"{'':24}{'median':>10}{'95%':>10}{'longest':>10}  reads whole")
        for question in make_questions(store, things=rounds):
            scans = find_scans(store, lambda question=question: question.ask(0))  # type: ignore[misc]
            taken = measure(question, rounds)
            worst = percentile_95(taken)
            slow = slow or worst > most
            tables = ", ".join(sorted(scans.keys() & metadata.tables.keys()))
            print(f"{question.name:24}{taken[rounds // 2]:10.1f}{worst:10.1f}{taken[-1]:10.1f}  {tables}", flush=True)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
