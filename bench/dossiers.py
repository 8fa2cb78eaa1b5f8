"""Small worlds of articles whose answers were written before they were run: `python -m bench.dossiers [--orders N]`.

Each file of data/gold/dossiers holds articles and what a trace of the claim among them has to say. A dossier is right
if all that is expected holds, in every order of arrival that is tried.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graph.annotating import save_annotation
from graph.articles import save_article
from graph.browsing import trace_by_id
from graph.claim_keys import fold_words
from graph.errors import NotFound
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
    parser.add_argument("--orders", type=int, default=3)
    options = parser.parse_args()
    reader, encoder = Reader(), SentenceEncoder()
    right = 0
    paths = sorted(FOLDER.glob("*.json"))
    for path in paths:
        wrong = judge(json.loads(path.read_text(encoding="utf-8")), reader, encoder, orders=options.orders)
        right += not wrong
        print(f"{'right' if not wrong else 'WRONG'}  {path.stem}")
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
        with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/dossier.db") as store:
            _take_in(store, order, readings, encoder)
            wrong += _differences(store, dossier["expected"])
    return wrong


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
    trace = _find(store, expected["claim"])
    if trace is None:
        return ["the claim is not there"]
    members = trace.evidence.members
    found: dict[str, Any] = {
        "articles": len({item.version.url for item in members}),
        "origins": [trace.origins.at_least, trace.origins.at_most],
        "denial_origins": [trace.denial_origins.at_least, trace.denial_origins.at_most],
        "earliest": trace.earliest_held.version.url,
        "related": sorted(claim.kind for claim in trace.related),
    }
    wrong = [
        f"{key}: {found[key]}, not {expected[key]}" for key in found if key in expected and found[key] != expected[key]
    ]
    for url, names in expected.get("chains", {}).items():
        chains = [[hop.name for hop in trace.chains[m.attribution_id].hops] for m in members if m.version.url == url]
        wrong += [] if names in chains else [f"chain of {url}: {chains}, not {names}"]
    made = {row.version_id: [row.kind, row.from_name or row.from_url] for row in trace.evidence.derivations}
    derived = {item.version.url: made.get(item.version.version_id) for item in members}
    wrong += [
        f"derivation of {url}: {derived.get(url)}, not {row}"
        for url, row in expected.get("derivations", {}).items()
        if derived.get(url) != row
    ]
    return wrong


def _find(store: Store, words: str) -> Trace | None:
    """The trace of the claim one of whose wordings is `words`."""
    from sqlalchemy import select

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
