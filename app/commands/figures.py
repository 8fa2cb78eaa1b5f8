"""What several commands do at their beginning or end: count what lists say of the claims and days that have changed."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from app.progress import Reporter, RichReporter

if TYPE_CHECKING:
    from graph.store import Store


def count_figures(store: Store, reporter: Reporter | None = None) -> None:
    """Count, with a bar on stderr unless another `reporter` is given; nothing where nothing has changed."""
    if reporter is None:
        with RichReporter() as bars:
            count_figures(store, bars)
        return
    from graph.days import count_changed_days, refresh_days
    from graph.figures import count_changes, refresh_figures

    with reporter.stage("Counting", count_changes(store) + count_changed_days(store)) as stage:
        for counted in chain(refresh_figures(store), refresh_days(store)):
            stage.advance(counted)
