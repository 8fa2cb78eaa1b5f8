"""How well pages become articles, on pages with gold text: `python -m bench.extraction FOLDER [--show N]`.

FOLDER/COUNTRY holds NAME_DATE.html.gz pages, NAME.json with the gold articles of that publisher, and meta.info with the
address and crawl date of each page (the layout of flairNLP/fundus' tests). A page is matched with the gold article of
its publisher whose text it holds most of; one that holds less than half of each is left out and counted.

Text: precision, recall and F1 over words as a multiset, averaged over pages. Title: the gold title is in ours, or ours
in it, after case and punctuation are set aside. Date: the same day as the gold, of the pages whose gold has one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import trafilatura

from bench.apart import run_apart
from bench.figures import Figure, Sources
from ingest.article import Article
from ingest.errors import IngestError
from ingest.pages import extract_article

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, the gold article on it, and what it was fetched as."""

    name: str
    html: bytes
    url: str
    crawled_at: datetime
    text: str
    title: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    name: str
    precision: float
    recall: float
    f1: float
    has_title: bool
    has_date: bool | None  # `None` where the gold has no date
    article: Article | None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", type=int, default=0, help="show so many of the worst pages")
    arguments = parser.parse_args()
    pages = list(read_pages(arguments.folder))
    scores = [score_page(page) for page in pages]
    if not scores:
        parser.error(f"{arguments.folder} holds no page with gold text")
    print_scores(scores)
    for score in sorted(scores, key=lambda score: score.f1)[: arguments.show]:
        print(f"{score.f1:.2f} P {score.precision:.2f} R {score.recall:.2f} {score.name}")
    for score in [score for score in scores if not score.has_title or score.has_date is False][: arguments.show]:
        got = score.article and (score.article.title, score.article.published_at)
        print(f"{score.name}: title {score.has_title}, date {score.has_date}: {got}")
    return 0


def figures(pages: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks: how fast, of so many pages of a folder."""
    folder = (sources.shared or Path()) / "feeds" / "pages"
    ours, plain = (run_apart(measure_speed, extract, folder, pages) for extract in (_extract, _extract_plainly))
    yield Figure(
        value=ours.result,
        unit="pages per CPU second",
        peak_megabytes=ours.peak_megabytes,
        baseline="trafilatura alone",
        baseline_value=plain.result,
    )


def measure_speed(extract: Callable[[Page], object], folder: Path, most: int) -> float:
    """Pages per CPU second, after one to warm up."""
    pages = list(islice(read_pages(folder), most))
    extract(pages[0])
    started = time.process_time()
    for page in pages:
        extract(page)
    return len(pages) / (time.process_time() - started)


def _extract(page: Page) -> Article | None:
    with suppress(IngestError):
        return extract_article(page.html, url=page.url, headers={}, now=page.crawled_at)
    return None


def _extract_plainly(page: Page) -> object:
    return trafilatura.bare_extraction(page.html, url=page.url, with_metadata=True)


def print_scores(scores: list[Score]) -> None:
    dated = [score for score in scores if score.has_date is not None]
    print(f"{len(scores)} pages, {sum(score.article is None for score in scores)} without text")
    for name in ("precision", "recall", "f1"):
        print(f"{name:10} {sum(getattr(score, name) for score in scores) / len(scores):.3f}")
    print(f"{'title':10} {sum(score.has_title for score in scores) / len(scores):.3f}")
    print(f"{'date':10} {sum(score.has_date is True for score in dated) / len(dated):.3f} of {len(dated)}")


def score_page(page: Page) -> Score:
    article = _extract(page)
    if article is None:
        return Score(name=page.name, precision=0.0, recall=0.0, f1=0.0, has_title=False, has_date=False, article=None)
    gold, found = Counter(_WORD.findall(page.text)), Counter(_WORD.findall(article.text))
    shared = (gold & found).total()
    precision, recall = shared / max(1, found.total()), shared / max(1, gold.total())
    title, other = _fold(page.title), _fold(article.title)
    return Score(
        name=page.name,
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if shared else 0.0,
        has_title=bool(other) and (title in other or other in title),
        has_date=_same_day(page.published_at, article.published_at),
        article=article,
    )


def read_pages(folder: Path) -> Iterator[Page]:
    for country in sorted(path for path in folder.iterdir() if path.is_dir()):
        meta = json.loads((country / "meta.info").read_text(encoding="utf-8"))
        for path in sorted(country.glob("*.html.gz")):
            gold_path = country / f"{path.name.split('_')[0]}.json"
            if path.name in meta and gold_path.exists():
                page = _match(path, meta[path.name], json.loads(gold_path.read_text(encoding="utf-8")))
                if page is not None:
                    yield page


def _match(path: Path, meta: dict[str, str], gold: dict[str, Any]) -> Page | None:
    html = gzip.decompress(path.read_bytes())
    words = Counter(_WORD.findall(html.decode("utf-8", "replace")))
    held = {name: _share(_gold_text(entry), words) for name, entry in gold.items() if isinstance(entry, dict)}
    best = max(held, key=lambda name: held[name], default=None)
    if best is None or held[best] < 0.5:
        return None
    date = gold[best].get("publishing_date")
    return Page(
        name=path.name,
        html=html,
        url=meta["url"],
        crawled_at=datetime.fromisoformat(meta["crawl_date"]).replace(tzinfo=UTC),
        text=_gold_text(gold[best]),
        title=gold[best].get("title") or "",
        published_at=datetime.fromisoformat(date) if date else None,
    )


def _gold_text(entry: dict[str, Any]) -> str:
    body = entry.get("body") or {}
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*section.get("headline", []), *section.get("paragraphs", [])]
    return "\n".join(parts)


def _share(text: str, words: Counter[str]) -> float:
    gold = Counter(_WORD.findall(text))
    return (gold & words).total() / max(1, gold.total()) if gold.total() > 20 else 0.0


def _same_day(gold: datetime | None, found: datetime | None) -> bool | None:
    if gold is None:
        return None
    return found is not None and gold.astimezone(UTC).date() == found.date()


def _fold(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


if __name__ == "__main__":
    sys.exit(main())
