"""What a monitor wants to know of a running sayso, in Prometheus's form."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from app.walk import Tally
from graph.browsing import load_status
from graph.store import Store

_SECONDS = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600)


class Metrics:
    """Counts what was done since the start, and how much is waiting."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = {
            "feeds": "Polls of feeds that succeeded",
            "entries": "New entries of feeds",
            "articles": "Articles stored",
            "read": "Article versions read",
            "attributions": "Attributions found",
            "linked": "Claims looked at for others that say the same",
        }
        self._counters = {name: Counter(f"sayso_{name}", text, registry=self.registry) for name, text in names.items()}
        self._failed = Counter("sayso_failed_items", "Items that failed", registry=self.registry)
        gauges = {
            "unread_versions": "Article versions that wait to be read",
            "pending_entries": "Entries whose page waits to be fetched",
            "feeds_in_error": "Feeds whose last poll failed",
        }
        self._gauges = {name: Gauge(f"sayso_{name}", text, registry=self.registry) for name, text in gauges.items()}
        self._done_at = Gauge(
            "sayso_stage_done_timestamp_seconds", "When a stage was last through", ["stage"], registry=self.registry
        )
        self._seconds = Histogram(
            "sayso_stage_seconds", "How long a stage took", ["stage"], buckets=_SECONDS, registry=self.registry
        )
        self._failures = Counter(
            "sayso_stage_failures", "Stages that stopped halfway, to be tried again", ["stage"], registry=self.registry
        )

    def serve(self, port: int, address: str) -> None:
        start_http_server(port, addr=address, registry=self.registry)

    def add(self, tally: Tally) -> None:
        for name, counter in self._counters.items():
            counter.inc(getattr(tally, name))
        self._failed.inc(len(tally.problems))

    def stage_done(self, stage: str, *, seconds: float, now: datetime) -> None:
        self._done_at.labels(stage).set(now.timestamp())
        self._seconds.labels(stage).observe(seconds)

    def stage_failed(self, stage: str) -> None:
        self._failures.labels(stage).inc()

    def observe(self, store: Store) -> None:
        status = load_status(store)
        for name, gauge in self._gauges.items():
            gauge.set(getattr(status, name))
