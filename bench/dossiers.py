"""Small worlds of articles whose answers were written before they were run: `python -m bench.dossiers [--orders N]`.

Each file of data/gold/dossiers holds articles and what a trace of the claim among them has to say. A dossier is right
if all that is expected holds, in every order of arrival that is tried.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from graph.annotating import save_annotation
from graph.articles import save_article
from graph.browsing import trace_by_id
from graph.claim_keys import fold_words
from graph.errors import NotFound
from graph.families import set_family
from graph.ids import Kind, show_id
from graph.linking import Linker
from graph.schema import claims
from graph.store import Store
from graph.trace import Trace
from ingest.article import Article, DateOrigin
from ingest.credit import find_credit
from nlp.annotation import Annotation
from nlp.reader import Reader
from nlp.sentences import SentenceEncoder

FOLDER = Path(__file__).parents[1] / "data" / "gold" / "dossiers"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of dossiers; all without any")
    parser.add_argument("--orders", type=int, default=10)
    options = parser.parse_args()
    reader, encoder = Reader(), SentenceEncoder()
    right = 0
    paths = [
        path
        for path in sorted(FOLDER.glob("*.json"))
        if not options.names or any(n in path.stem for n in options.names)
    ]
    for path in paths:
        wrong = judge(json.loads(path.read_text(encoding="utf-8")), reader, encoder, orders=options.orders)
        right += not wrong
        print(f"{'right' if not wrong else 'WRONG'}  {path.stem}", flush=True)
        for line in sorted(set(wrong)):
            print(f"         {line}")
    print(f"{right} of {len(paths)} right in full, in {options.orders} orders of arrival")


def judge(dossier: dict[str, Any], reader: Reader, encoder: SentenceEncoder, *, orders: int) -> list[str]:
    """What is not as expected, in words; empty if all is, in every order."""
    articles = [_article(fields) for fields in dossier["articles"]]
    readings = dict(zip([a.url for a in articles], reader.read([a.text for a in articles]), strict=True))
    wrong: list[str] = []
    for number in range(orders):
        order = list(articles)
        random.Random(number).shuffle(order)
        with _empty_store() as store:
            _take_in(store, order, readings, encoder)
            for outlet, family in dossier.get("families", {}).items():
                set_family(store, outlet, family, who="dossier", why="", now=NOW)
            wrong += [line for expected in dossier["expected"] for line in _differences(store, expected)]
    return wrong


@contextmanager
def _empty_store() -> Iterator[Store]:
    """A store in a temporary folder, a copy of an empty one: making one anew takes longer than filling it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.db"
        path.write_bytes(_empty_file())
        with Store.open(f"sqlite:///{path}") as store:
            yield store


@cache
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Store.open(f"sqlite:///{path}").close()
        return path.read_bytes()


def _article(fields: dict[str, Any]) -> Article:
    return Article(
        url=fields["url"],
        outlet=fields["outlet"],
        title=fields["title"],
        text=fields["text"],
        credit=fields.get("credit") or find_credit(fields["text"]),
        published_at=datetime.fromisoformat(fields["published"]),
        published_from=DateOrigin.FEED,
    )


def _take_in(
    store: Store, articles: Sequence[Article], readings: dict[str, Annotation], encoder: SentenceEncoder
) -> None:
    for number, article in enumerate(articles):
        at = NOW + timedelta(minutes=number)
        saved = save_article(store, article, now=at)
        save_annotation(store, saved.version_id, readings[article.url], pipeline_version="bench", now=at)
        for _ in Linker(store, encoder).link_new():
            pass


def _differences(store: Store, expected: dict[str, Any]) -> list[str]:
    """What is otherwise than `expected` of one claim, in words."""
    trace = _find(store, expected["claim"])
    if trace is None:
        return [f"no such claim: {expected['claim']}"]
    found = _describe(trace)
    wrong = [
        f"{key}: {found[key]}, not {expected[key]}"
        for key in found
        if key in expected and found[key] != (sorted(expected[key]) if key in _SETS else expected[key])
    ]
    for url, names in expected.get("chains", {}).items():
        chains = [
            [hop.name for hop in trace.chains[item.attribution_id].hops]
            for item in trace.evidence.members
            if item.version.url == url
        ]
        wrong += [] if names in chains else [f"chain of {url}: {chains}, not {names}"]
    urls = {item.version.version_id: item.version.url for item in trace.evidence.members}
    derived = {urls[row.version_id]: [row.kind, row.from_name or row.from_url] for row in trace.derivations}
    wrong += [
        f"derivation of {url}: {derived.get(url)}, not {row}"
        for url, row in expected.get("derivations", {}).items()
        if derived.get(url) != row
    ]
    return wrong


_SETS = ("members", "related", "circular", "declines", "retracted")


def _describe(trace: Trace) -> dict[str, Any]:
    """What a trace says, under the names that dossiers use."""
    members = trace.evidence.members
    oldest = trace.oldest_named
    circular = {item.version.url for item in members if trace.chains[item.attribution_id].is_circular}
    return {
        "articles": len({item.version.url for item in members}),
        "members": sorted({item.version.url for item in members}),
        "origins": [trace.origins.at_least, trace.origins.at_most],
        "denial_origins": [trace.denial_origins.at_least, trace.denial_origins.at_most],
        "earliest": trace.earliest_held.version.url,
        "oldest_named": None if oldest is None else {"name": oldest.name, "on": oldest.on and oldest.on.isoformat()},
        "related": sorted([claim.kind, claim.text] for claim in trace.related),
        "circular": sorted(circular),
        "declines": sorted({item.version.url for item in trace.declines}),
        "retracted": sorted({item.version.url for item in members if item.attribution_id in trace.retracted}),
    }


def _find(store: Store, words: str) -> Trace | None:
    """The trace of the claim one of whose wordings is `words`."""
    with store.reading() as connection:
        rows = connection.execute(select(claims.c.id, claims.c.text)).all()
    for row in rows:
        if fold_words(row.text) == fold_words(words):
            try:
                return trace_by_id(store, show_id(Kind.CLAIM, row.id))
            except NotFound:
                return None
    return None


if __name__ == "__main__":
    main()
