"""Outlet families: one publisher with several mastheads. Whoever uses a store says which; each change is kept.

Outlets of one family are not independent of each other (`graph.origins`). The latest row of an outlet holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from graph.errors import NotFound
from graph.ids import stable_id
from graph.rows import storable
from graph.schema import articles, outlet_families, outlets
from graph.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyChange:
    """Who put an outlet into a family (`None`: into none), when and why."""

    number: int
    outlet: str
    family: str | None
    who: str
    why: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletSummary:
    name: str
    family: str | None
    articles: int


def set_family(store: Store, outlet: str, family: str | None, *, who: str, why: str, now: datetime) -> bool:
    """Put the outlet of this name into a family, or with `None` into none; say whether that changed anything.

    Raises:
        NotFound: no outlet of this name is in the store.
    """
    name = storable(" ".join((family or "").split())) or None
    with store.writing() as connection:
        row = _find_outlet(connection, outlet)
        if row.family == name:
            return False
        change = {"outlet_id": row.id, "family": name, "who": who, "why": why, "decided_at": now}
        connection.execute(outlet_families.insert().values(**change))
        connection.execute(update(outlets).where(outlets.c.id == row.id).values(family=name))
        return True


def list_outlets(store: Store) -> Sequence[OutletSummary]:
    """Return all outlets with their numbers of articles, families together, the rest by name."""
    query = (
        select(outlets.c.name, outlets.c.family, func.count(articles.c.id).label("articles"))
        .outerjoin(articles, articles.c.outlet_id == outlets.c.id)
        .group_by(outlets.c.id)
    )
    with store.reading() as connection:
        found = [OutletSummary(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda row: (row.family is None, (row.family or "").casefold(), row.name.casefold()))


def list_family_changes(store: Store) -> Sequence[FamilyChange]:
    """Return the log, the latest change first."""
    query = (
        select(outlet_families, outlets.c.name)
        .join(outlets, outlets.c.id == outlet_families.c.outlet_id)
        .order_by(outlet_families.c.id.desc())
    )
    with store.reading() as connection:
        return [
            FamilyChange(
                number=row.id,
                outlet=row.name,
                family=row.family,
                who=row.who,
                why=row.why,
                decided_at=row.decided_at,
            )
            for row in connection.execute(query)
        ]


def _find_outlet(connection: Connection, name: str) -> Row[Any]:
    key = stable_id("outlet", storable(" ".join(name.split())).casefold())
    row = connection.execute(select(outlets).where(outlets.c.id == key)).first()
    if row is None:
        raise NotFound(name, "no outlet of this name is in this store; `sayso outlet list` shows them")
    return row
