"""Replay recorded snapshots of feeds into a store, with the clock of the recording.

    python -m bench.replay DIR --db URL

DIR/OUTLET/UNIXTIME_anything.xml or .xml.gz is what the feed of OUTLET answered at that time. Snapshots are polled in
order through the code that polls real feeds, but for HTTP. Prints one JSON object: for each outlet the numbers of
snapshots, failed ones among them, items, versions (changes of items, the first text not counted), duplicates (items
beyond the first at one canonical URL) and gaps. What is in the store already is not polled again, so a run that was
killed goes on where it was, and a second run writes nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from graph.following import add_feeds, count_items, list_feeds
from graph.polls import list_polls, save_polls
from graph.store import Store
from ingest.errors import IngestError
from ingest.feed import FeedState
from ingest.feeds import parse_feed
from ingest.polling import Poll, new_feed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--db", required=True, metavar="URL")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"{arguments.folder} is no folder")
    with Store.open(arguments.db) as store:
        figures = {
            folder.name: replay_outlet(store, folder)
            for folder in sorted(arguments.folder.iterdir())
            if folder.is_dir()
        }
    print(json.dumps(figures, indent=2))
    return 0


def replay_outlet(store: Store, folder: Path) -> dict[str, int]:
    """Poll the snapshots of one outlet that come after its last poll, and return its figures."""
    url = f"https://replay.invalid/{folder.name}"
    snapshots = list(find_snapshots(folder))
    if not snapshots:
        return {}
    state = next((state for state in list_feeds(store) if state.url == url), None)
    if state is None:
        state = new_feed(url, folder.name, now=snapshots[0][0])
        add_feeds(store, [state])
    for at, path in snapshots:
        if state.last_polled_at is None or at > state.last_polled_at:
            state = replay_snapshot(store, state, path, at)
    items = count_items(store, url)
    return {
        "snapshots": len(snapshots),
        "failed": sum(record.outcome.startswith("failed") for record in list_polls(store, url)),
        "items": items.items,
        "versions": items.changes,
        "duplicates": items.duplicates,
        "gaps": state.gaps,
    }


def replay_snapshot(store: Store, state: FeedState, path: Path, at: datetime) -> FeedState:
    """Poll one snapshot as if it were answered now, and return the feed's next state."""
    try:
        outcome = Poll(status=200, headers={}, feed=parse_feed(read_snapshot(path), url=state.url, headers={}, now=at))
    except IngestError as error:
        outcome = Poll(error=error)
    (saved,) = save_polls(store, [(state, outcome)], now=at, chance=lambda: 0.5)
    return saved.state


def find_snapshots(folder: Path) -> Iterator[tuple[datetime, Path]]:
    """Yield the snapshots of a folder with their times, the oldest first; other files are passed over."""
    timed = [(path.name.split("_")[0], path) for path in folder.iterdir() if path.name.endswith((".xml", ".xml.gz"))]
    for seconds, path in sorted((int(stamp), path) for stamp, path in timed if stamp.isdecimal()):
        yield datetime.fromtimestamp(seconds, UTC), path


def read_snapshot(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


if __name__ == "__main__":
    sys.exit(main())
