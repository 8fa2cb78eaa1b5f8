"""What every command is handed, and how it says that some items failed."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from graph.store import Store
    from ingest.http import Fetcher


Rest = Callable[[float, asyncio.Event], Awaitable[None]]


class ItemsFailed(Exception):
    """The command did what it could, and some items failed; they have been named on stderr."""


async def rest(seconds: float, wake: asyncio.Event) -> None:
    """Wait so long, or until `wake` is set."""
    try:
        await asyncio.wait_for(wake.wait(), seconds)
    except TimeoutError:
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The address of the store, the networks that may be asked although they are not public, the clock, and how to wait
    by it."""

    store_url: str
    allowed_networks: tuple[str, ...] = ()
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    rest: Rest = rest

    def open_store(self, *, create: bool = False, is_patient: bool = False) -> Store:
        """Open the store; `create` is for the commands that put something in.

        `is_patient` is for what nobody sits and waits for: it gives another writer two minutes, not seconds.
        """
        from graph.store import BUSY_TIMEOUT_SECONDS, LOCK_TIMEOUT_SECONDS, Store

        patience = LOCK_TIMEOUT_SECONDS if is_patient else BUSY_TIMEOUT_SECONDS
        return Store.open(self.store_url, create=create, busy_timeout_seconds=patience)

    def make_fetcher(self) -> Fetcher:
        """Return what fetches URLs, within the networks that the user allows."""
        from ingest.addresses import read_networks
        from ingest.http import Fetcher

        try:
            allowed = read_networks(self.allowed_networks)
        except ValueError as error:
            raise click.UsageError(f"--allow-network: {error}; write 10.0.0.0/8, or an address") from error
        return Fetcher(allowed=allowed)


def read_date(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """Of an option: a day or time, in UTC where it names no zone."""
    from ingest.dates import parse_iso_time

    found = None if value is None else parse_iso_time(value)
    if value is not None and found is None:
        raise click.BadParameter(f"{value!r} is no date; write 2026-03-05, or 2026-03-05T12:00Z")
    return found


def print_json(value: Any) -> None:
    """One line of JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def complain(message: str) -> None:
    """One line on stderr."""
    click.echo(f"sayso: {printable(message)}", err=True)


def count(number: int, one: str, many: str | None = None) -> str:
    """`number` with its word: "1 feed", "2 feeds", "2 entries"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def printable(text: str) -> str:
    """`text` with whatever a terminal would obey (escape codes, text direction) made visible as U+FFFD."""
    return "".join("\ufffd" if _is_command(character) else character for character in text)


def _is_command(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTIONS


# The bidirectional overrides and isolates, with which a text can be made to look like another.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
