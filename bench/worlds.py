"""A generated store many times over, in minutes: what `bench.generator` would need hours for.

    python -m bench.generator sqlite:////tmp/large.db --attributions 100000
    python -m bench.worlds sqlite:////tmp/large.db --times 10

Each further world has the articles, attributions and claims of the first with other numbers in their words ("cut 154
jobs" becomes "cut 265 jobs"), at the same times. Outlets and organisations are the same in all of them, and a person of
a further world is joined with the one of the first, so that who is in the news most is so many times over.

SQLite copies the rows itself, `id + n` for world n; triggers and indexes see each of them. Only `shingles`, by which
copies of a text are found when it comes in, the vectors of claims, and the ids are not those of the new words: nothing
that browses asks whether they are. `sayso copy` brings the store to PostgreSQL.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import click
from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)

from graph import schema
from graph.days import refresh_days
from graph.figures import refresh_figures
from graph.store import Store

# In an order in which nothing refers to what is not there yet. Not here: what all worlds have in common, what triggers
# keep, and what a generated store has none of.
_COPIED = (
    schema.articles,
    schema.article_versions,
    schema.annotations_table,
    schema.entities,
    schema.entity_signs,
    schema.aliases,
    schema.mentions,
    schema.attributions,
    schema.attribution_spans,
    schema.attribution_about,
    schema.claims,
    schema.claim_members,
    schema.claim_vectors,
    schema.claim_links,
    schema.claim_figures,
    schema.shingles,
    schema.text_overlaps,
    schema.derivations,
)
_OWN_IDS = {table.c.id for table in _COPIED if "id" in table.c}
_PERSONS_ARE_ONE = {schema.entities.c.canonical_id}
_WITH_NUMBERS = {
    schema.article_versions.c.title,
    schema.article_versions.c.text,
    schema.claims.c.text,
    schema.text_overlaps.c.words,
    schema.derivations.c.evidence,
}
_URLS = {schema.articles.c.url, schema.claim_figures.c.earliest_held}
_DIGITS = "0123456789"
_CACHE_KILOBYTES = 4_000_000  # of memory at most, so that indexes are not written out while they grow


def add_worlds(store: Store, further: int) -> Iterator[str]:
    """Add so many copies (1 to 9) of all that `store` holds, in one transaction; yield each table that is done."""
    worlds = union_all(*(select(literal(number).label("world")) for number in range(1, further + 1))).subquery()
    with store.writing() as connection:
        _teach_sqlite(connection)
        for table in _COPIED:
            columns = [_moved(column, worlds.c.world).label(column.name) for column in table.c]
            rows = select(*columns).select_from(table.join(worlds, literal(1) == 1))
            if table is schema.entities:
                rows = rows.where(table.c.article_id.is_not(None))
            if table is schema.aliases:
                rows = rows.where(_is_person(table.c.entity_id))
            connection.execute(insert(table).from_select([column.name for column in table.c], rows))
            yield table.name
        # The figures came with the rows; what triggers noted would only count them again.
        connection.execute(delete(schema.claim_changes))


def _moved(column: Any, world: ColumnElement[int]) -> Any:
    """What a column of the first world is in another one."""
    if column in _PERSONS_ARE_ONE:
        return column
    if column in _WITH_NUMBERS:
        return _turned(column, world)
    if column in _URLS:
        return column + "?world=" + cast(world, String)
    if column is schema.article_versions.c.sha256:
        return func.sha256(_turned(schema.article_versions.c.text, world))
    if column in _OWN_IDS or column is schema.shingles.c.hash:
        return column + world
    targets = {key.column for key in column.foreign_keys}
    if schema.entities.c.id in targets:
        return case((_is_person(column), column + world), else_=column)
    return column + world if targets & _OWN_IDS else column


def _is_person(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether this entity is one of an article, and not the same everywhere."""
    other = schema.entities.alias()
    return select(other.c.article_id).where(other.c.id == column).scalar_subquery().is_not(None)


def _turned(text: ColumnElement[str], world: ColumnElement[int]) -> ColumnElement[str]:
    """Each digit becomes the one that stands `world` places after it, so that the words keep their places."""
    return func.translate(text, _DIGITS, func.substr(_DIGITS * 2, world + 1, len(_DIGITS)))


def _teach_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
    driver.create_function("translate", 3, _translate, deterministic=True)
    driver.create_function("sha256", 1, lambda text: sha256(text.encode()).hexdigest(), deterministic=True)


def _translate(text: str | None, old: str, new: str) -> str | None:
    return None if text is None else text.translate(str.maketrans(old, new))


@click.command()
@click.argument("url")
@click.option("--times", type=click.IntRange(2, 10), default=10, show_default=True, help="As large as it is now.")
def main(url: str, times: int) -> None:
    """Make the generated store at URL so many times as large."""
    started = time.perf_counter()
    with Store.open(url, create=False) as store:
        for _ in refresh_figures(store):
            pass
        for name in add_worlds(store, times - 1):
            print(f"{time.perf_counter() - started:6.0f} s  {name}", file=sys.stderr, flush=True)
        for _ in refresh_days(store):
            pass


if __name__ == "__main__":
    main()
