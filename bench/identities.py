"""What it costs to find out who is who in one article more, in stores of two sizes: it should be the same.

    python -m bench.identities --attributions 3000 --attributions 12000

Fills a store with an invented world (`bench.generator`), then saves articles of the same world one by one, and prints
CPU milliseconds an article: of all that is written, and of joining people and organisations alone.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from sqlalchemy import func, select

from bench.generator import DAYS, PIPELINE, START, fill_store, generate
from graph.annotating import save_annotation
from graph.articles import save_article
from graph.identities import identify
from graph.schema import decisions, entities
from graph.store import Store


@click.command()
@click.option("--attributions", "sizes", type=click.IntRange(1), multiple=True, default=(3000, 12_000))
@click.option("--articles", type=click.IntRange(1), default=200, show_default=True)
def main(sizes: tuple[int, ...], articles: int) -> None:
    """Print the cost of an article at each size."""
    with tempfile.TemporaryDirectory() as folder:
        costs = [_measure(Path(folder) / f"{size}.db", size, articles) for size in sizes]
    click.echo(f"joining at the largest over the smallest: {costs[-1] / costs[0]:.2f} times")


def _measure(path: Path, size: int, articles: int) -> float:
    now = START + timedelta(days=DAYS)
    with Store.open(f"sqlite:///{path}") as store:
        made = fill_store(store, size)
        # Another seed gives other stories of the same world: its people and organisations are those of the store.
        further = list(generate(articles * 4, seed=1))[:articles]
        joining = _Timed(identify)
        with patch("graph.annotating.identify", joining):
            started = time.process_time()
            for article, annotation in further:
                saved = save_article(store, article, now=now)
                save_annotation(store, saved.version_id, annotation, pipeline_version=PIPELINE, now=now)
            whole = time.process_time() - started
        with store.reading() as connection:
            held = connection.execute(select(func.count()).select_from(entities)).scalar_one()
            joined = connection.execute(select(func.count()).select_from(decisions)).scalar_one()
            largest = connection.execute(
                select(func.count())
                .select_from(entities)
                .group_by(entities.c.canonical_id)
                .order_by(func.count().desc())
                .limit(1)
            ).scalar_one()
    click.echo(
        f"{made:,} attributions, {held:,} entities, {joined:,} joins, the largest group {largest:,}: "
        f"{1000 * whole / len(further):.1f} ms an article, {1000 * joining.seconds / len(further):.1f} of it joining"
    )
    return joining.seconds


class _Timed:
    """A function that adds up its CPU seconds."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.seconds = 0.0

    def __call__(self, *args: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return self.function(*args, **named)
        finally:
            self.seconds += time.process_time() - started


if __name__ == "__main__":
    main()
