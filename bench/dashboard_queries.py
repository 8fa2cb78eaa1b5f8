"""What the dashboard's pages ask of a store, each many times: how long the slowest of twenty takes.

    python -m bench.generator sqlite:////tmp/large.db --attributions 100000
    python -m bench.dashboard_queries sqlite:////tmp/large.db

Each page is asked for things of its own, chosen by chance: claims, people and outlets as often as they are in the news,
so that those who are in everything are among them. A plain count of all attributions is timed between them, for a busy
machine makes all of it slow alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from random import Random

import click
from sqlalchemy import select

from bench.apart import run_apart
from bench.figures import Figure, Sources, percentile_95
from bench.queries import COUNT, count_attributions
from bench.stores import fill_generated_store
from graph.article_history import load_history
from graph.browsing import load_status, trace_by_id, view_article
from graph.claim_list import ClaimFilter, ClaimOrder, list_matching_claims
from graph.days import count_changed_days, refresh_days
from graph.decision_log import list_decisions
from graph.failures import list_failures
from graph.figures import count_changes, refresh_figures
from graph.following import list_feeds
from graph.ids import Kind, show_id
from graph.memberships import load_memberships
from graph.outlet_figures import list_citations, list_outlets
from graph.people import list_entities, load_profile
from graph.provenance import lay_out_provenance
from graph.schema import article_versions, attributions, claim_members, claims, entities
from graph.store import Store
from graph.timeline import load_timeline
from graph.today import find_latest_time, load_today

MUST_MILLISECONDS = 300
ROUNDS = 20
SHOWN = 100
_WORDS = ("leak river", "fine", "closed", "permit", "workers", "report", "power plant", "million")


class _Questions:
    """What is asked, one question a page, of things that are drawn by chance."""

    def __init__(self, store: Store, random: Random) -> None:
        self._store = store
        self._random = random
        with store.reading() as connection:
            claim = select(claims.c.canonical_id).join(claim_members, claim_members.c.claim_id == claims.c.id)
            source = select(entities.c.canonical_id, entities.c.name).join(
                attributions, attributions.c.source_entity_id == entities.c.id
            )
            # One row an attribution: what is in many is drawn often.
            self._claims = connection.execute(claim).scalars().all()
            self._people = connection.execute(source).all()
            self._articles = connection.execute(select(article_versions.c.article_id)).scalars().all()
        latest = find_latest_time(store)
        assert latest is not None  # noqa: S101  a store without claims is refused before
        self._latest = latest

    def pages(self) -> Iterator[tuple[str, Callable[[], object]]]:
        store = self._store
        for days in (1, 7, 30):
            yield f"Today, {days} days", lambda days=days: self._today(days)  # type: ignore[misc]
        for order in ClaimOrder:
            yield f"Claims, by {order}", lambda order=order: self._claims_by(order)  # type: ignore[misc]
        yield "Claims, by words", lambda: self._list(words=self._random.choice(_WORDS))
        yield "Claims, said by", lambda: self._list(source=self._person()[1])
        yield "Claims, about", lambda: self._list(about=self._person()[1])
        yield "Claims, contested", lambda: self._list(is_contested=True)
        yield "Claims, denied", lambda: self._list(stances=("denies",))
        yield "Claims, of documents", lambda: self._list(source_types=("document",))
        yield "Claims, 3 origins", lambda: self._list(least_origins=3)
        yield "Claim", self._claim
        yield "People", lambda: list_entities(store)
        yield "People, by name", lambda: list_entities(store, self._person()[1][:3])
        yield "Person", lambda: load_profile(store, show_id(Kind.ENTITY, self._person()[0]))
        yield "Article", self._article
        for days in (7, 30):
            yield f"Outlets, {days} days", lambda days=days: self._outlets(days)  # type: ignore[misc]
        yield "Feeds", lambda: (load_status(store), list_feeds(store), list_failures(store))
        yield "Corrections", lambda: list_decisions(store)

    def _person(self) -> tuple[int, str]:
        row = self._random.choice(self._people)
        return row[0], row[1]

    def _list(self, **asked: object) -> object:
        return list_matching_claims(self._store, ClaimFilter(**asked), limit=SHOWN)  # type: ignore[arg-type]

    def _claims_by(self, order: ClaimOrder) -> object:
        return list_matching_claims(self._store, ClaimFilter(), order=order, limit=SHOWN)

    def _today(self, days: int) -> object:
        until = self._latest - timedelta(days=self._random.randrange(30))
        since = until - timedelta(days=days)
        return (
            find_latest_time(self._store),
            load_timeline(self._store, since=since, until=until),
            load_today(self._store, since=since, until=until),
        )

    def _claim(self) -> object:
        claim_id = self._random.choice(self._claims)
        trace = trace_by_id(self._store, show_id(Kind.CLAIM, claim_id))
        return lay_out_provenance(trace), load_memberships(self._store, claim_id)

    def _article(self) -> object:
        article_id = self._random.choice(self._articles)
        return view_article(self._store, show_id(Kind.ARTICLE, article_id)), load_history(self._store, article_id)

    def _outlets(self, days: int) -> object:
        since = self._latest - timedelta(days=days)
        return (
            list_outlets(self._store, since=since, until=self._latest),
            list_citations(self._store, since=since, until=self._latest),
        )


def figures(size: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks: the slowest page."""
    url = fill_generated_store(size, sources)
    asked = run_apart(_ask, url)
    counting = asked.result.pop(COUNT)
    slowest = max(asked.result, key=lambda name: asked.result[name])
    yield Figure(
        value=asked.result[slowest],
        unit=f"ms, 95th percentile of: {slowest}",
        peak_megabytes=asked.peak_megabytes,
        baseline=COUNT,
        baseline_value=counting,
    )


def _ask(url: str) -> dict[str, float]:
    """The 95th percentile of each page and of a plain count, in milliseconds of the clock."""
    with Store.open(url, create=False, is_mapped=True) as store:
        asked = ((COUNT, lambda: count_attributions(store)), *_Questions(store, Random(0)).pages())
        return {name: percentile_95(_time(ask)[0] for _ in range(ROUNDS)) for name, ask in asked}


@click.command()
@click.argument("url")
@click.option("--rounds", type=click.IntRange(2), default=ROUNDS, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(url: str, rounds: int, seed: int) -> None:
    """Time what each page of the dashboard asks of the store at URL.

    Exit with 1 if a page asks for more than it may, by the clock.
    """
    with Store.open(url, create=False, is_mapped=True) as store:  # as the dashboard does
        if count_changes(store) or count_changed_days(store):
            click.echo("counting what lists say of claims and days ...", err=True)
            for _ in chain(refresh_figures(store), refresh_days(store)):
                pass
        if find_latest_time(store) is None:
            raise click.UsageError("there is no claim in this store")
        questions = _Questions(store, Random(seed))
        click.echo(f"milliseconds of {rounds} times; by the clock, 95 % must be under {MUST_MILLISECONDS}")
        click.echo(f"{'page':28} {'clock':>8} {'95 %':>8} {'CPU':>8} {'95 %':>8}")
        slow = []
        for name, ask in ((COUNT, lambda: count_attributions(store)), *questions.pages()):
            times = [_time(ask) for _ in range(rounds)]
            measured = [figure for side in zip(*times, strict=True) for figure in _median_and_slow(side)]
            is_slow = measured[1] >= MUST_MILLISECONDS
            slow += [name] if is_slow else []
            click.echo(f"{name:28}" + "".join(f" {figure:8.0f}" for figure in measured) + "   too slow" * is_slow)
    if slow:
        raise SystemExit(1)


def _time(ask: Callable[[], object]) -> tuple[float, float]:
    """In milliseconds of the clock, and of this thread's CPU time: that others do not lengthen, but the work of
    PostgreSQL is not in it."""
    started, clock = time.thread_time(), time.perf_counter()
    ask()
    return (time.perf_counter() - clock) * 1000, (time.thread_time() - started) * 1000


def _median_and_slow(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
