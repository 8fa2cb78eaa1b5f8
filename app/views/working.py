"""Long work that a page starts: its progress, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import streamlit as st

from app.context import count
from app.progress import Stage
from app.views.common import show_text

if TYPE_CHECKING:
    from app.walk import Tally


class ItemsLeft(Enum):
    """Whether to show the items that failed; one of the sample's feeds is broken on purpose."""

    ARE_FAILURES = auto()
    ARE_MEANT = auto()


class _Bar:
    def __init__(self, bar: Any, name: str, total: int | None) -> None:
        self._bar = bar
        self._name = name
        self._total = total
        self._done = 0

    def advance(self, items: int = 1) -> None:
        self._done += items
        share = min(1.0, self._done / self._total) if self._total else 0.0
        of = f" of {self._total}" if self._total else ""
        self._bar.progress(share, text=f"{self._name}: {self._done}{of}")


class StreamlitReporter:
    """A box with a bar for each stage of a walk. Use in a `with`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._box: Any = None

    def __enter__(self) -> Self:
        self._box = st.status(f"{self._name} ...", expanded=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        done = error is None
        state = "complete" if done else "error"
        self._box.update(label=f"{self._name}: {'done' if done else 'failed'}", state=state, expanded=not done)

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Stage]:
        yield _Bar(self._box.progress(0.0, text=name), name, total)


def show_outcome(tally: Tally, left: ItemsLeft = ItemsLeft.ARE_FAILURES) -> None:
    """What was taken in, and what failed, in words."""
    known = f", {tally.known} held already" if tally.known else ""
    st.success(
        f"{count(tally.articles, 'article')} stored{known}; {tally.read} read, "
        f"{count(tally.attributions, 'attribution')} found."
    )
    if left is ItemsLeft.ARE_FAILURES:
        for problem in tally.problems:
            show_text(f"Failed: {problem}")
    st.button("Show it")  # any click runs the page again, with what is there now
