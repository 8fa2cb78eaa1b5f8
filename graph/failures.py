"""What failed, so that a person can see it and the next run can try it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select

from graph.ids import stable_id
from graph.rows import insert_new, storable
from graph.schema import failures, feed_entries, feeds
from graph.store import Store
from graph.times import CLOCK_ERROR

# Waits of 15 min, 30 min, 1 h ... up to a week: an item is tried for ever, but seldom.
FIRST_WAIT_SECONDS = 15 * 60.0
LONGEST_WAIT_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One item that failed at one stage. `next_try_at` is `None` where trying again by itself would not help."""

    stage: str
    item: str
    error: str
    message: str
    attempts: int
    first_at: datetime
    last_at: datetime
    next_try_at: datetime | None


def must_wait(now: datetime) -> ColumnElement[bool]:
    """Of a failure: whether its item is not to be tried now. One of the future was dated by a clock that was ahead."""
    later = (failures.c.next_try_at > now) & (failures.c.last_at <= now + CLOCK_ERROR)
    return failures.c.next_try_at.is_(None) | later


def record_failure(
    store: Store,
    *,
    stage: str,
    item: str,
    error: Exception,
    now: datetime,
    is_final: bool,
    retry_after_seconds: float | None = None,
) -> None:
    """Record that `item` failed at `stage`, as `insert_failure` does, in a transaction of its own."""
    with store.writing() as connection:
        insert_failure(
            connection,
            stage=stage,
            item=item,
            error=error,
            now=now,
            is_final=is_final,
            retry_after_seconds=retry_after_seconds,
        )


def insert_failure(
    connection: Connection,
    *,
    stage: str,
    item: str,
    error: Exception,
    now: datetime,
    is_final: bool,
    retry_after_seconds: float | None = None,
    next_try_at: datetime | None = None,
) -> None:
    """Record that `item` failed at `stage`; a repeated failure of one item is one row with its attempts counted.

    It is tried again at `next_try_at` where that is known, else after a wait that grows; never, if it `is_final`.
    """
    item = storable(item)
    failure_id = stable_id("failure", stage, item)
    row = connection.execute(select(failures).where(failures.c.id == failure_id)).first()
    attempts = 1 if row is None else row.attempts + 1
    values = {
        "error": type(error).__name__,
        "message": storable(str(error)),
        "attempts": attempts,
        "last_at": now,
        "next_try_at": None if is_final else next_try_at or now + _wait(attempts, retry_after_seconds),
    }
    if row is None:
        insert_new(connection, failures, [{"id": failure_id, "stage": stage, "item": item, "first_at": now, **values}])
    else:
        connection.execute(failures.update().where(failures.c.id == failure_id).values(**values))


def clear_failures(connection: Connection, *, stage: str, items: Iterable[str]) -> None:
    """Forget the failures of items that have now succeeded."""
    ids = [stable_id("failure", stage, storable(item)) for item in items]
    if ids:
        connection.execute(delete(failures).where(failures.c.id.in_(ids)))


def list_failures(store: Store, *, limit: int = 100) -> Sequence[Failure]:
    """The latest failures first."""
    with store.reading() as connection:
        rows = connection.execute(select(failures).order_by(failures.c.last_at.desc()).limit(limit)).all()
    return [Failure(**{name: value for name, value in row._mapping.items() if name != "id"}) for row in rows]


def retry_all_now(store: Store, *, now: datetime) -> None:
    """Let the next run try everything that failed again."""
    with store.writing() as connection:
        connection.execute(failures.update().values(next_try_at=now))


def retry_now(store: Store, chosen: Sequence[Failure], *, now: datetime) -> list[str]:
    """Let the next run try these again. Return the pages among them that no feed shows: no run asks for those."""
    ids = [stable_id("failure", failure.stage, storable(failure.item)) for failure in chosen]
    polled = {failure.item for failure in chosen if failure.stage == "poll"}
    fetched = {failure.item for failure in chosen if failure.stage == "fetch"}
    item = func.coalesce(feed_entries.c.url, feeds.c.url + "#" + feed_entries.c.entry_id)
    shown = select(item).join(feeds, feeds.c.id == feed_entries.c.feed_id).where(item.in_(fetched))
    with store.writing() as connection:
        connection.execute(failures.update().where(failures.c.id.in_(ids)).values(next_try_at=now))
        due = feeds.update().where(feeds.c.url.in_(polled)).values(next_due_at=now, due_reason="to be tried again")
        connection.execute(due)
        return sorted(fetched - set(connection.execute(shown).scalars()))


def forget_failures(store: Store, *, stage: str, items: Iterable[str]) -> None:
    """Forget the failures of items that have now succeeded, as `clear_failures` does, in a transaction of its own."""
    with store.writing() as connection:
        clear_failures(connection, stage=stage, items=items)


def _wait(attempts: int, retry_after_seconds: float | None) -> timedelta:
    seconds = min(FIRST_WAIT_SECONDS * 2.0 ** min(attempts - 1, 16), LONGEST_WAIT_SECONDS)
    return timedelta(seconds=max(seconds, retry_after_seconds or 0.0))
