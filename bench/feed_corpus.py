"""How often the expectations inside feedparser's own test files hold: `python -m bench.feed_corpus FOLDER`.

Each file of FOLDER (wellformed, illformed, encoding, entities, json) says in its first comment what must be true of it
after parsing (`Expect:`, a Python expression), and with which headers it came (`Header:`). They are held against plain
feedparser and against feedparser as sayso calls it, with the HTML inside left as it is: sayso makes plain text of it by
itself (ingest/plain.py). Many expectations are about feedparser's own cleaning of HTML; the third column is plain
feedparser without that. What this does to the text that sayso keeps is shown by the last figure: the entries of each
file, made of a document that feedparser has cleaned, and by `parse_feed`.

The expressions are run: only for files that are trusted.
"""

from __future__ import annotations

import argparse
import codecs
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from ingest.errors import NotAFeed
from ingest.feed import Feed
from ingest.feeds import read_document, reduce_document

NOW = datetime(2026, 3, 5, tzinfo=UTC)
URL = "http://127.0.0.1:8097/"  # where feedparser's own tests serve their files
_EXPECT = re.compile(r"Expect:\s*(.*?)\s*(?:-->|$)", re.DOTALL)
_HEADER = re.compile(r"^\s*Header:\s*([^:\s]+):[ \t]*(.*?)\s*$", re.MULTILINE)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x3c\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00\x3c", "utf-32-be"),
    (b"\x3c\x00\x3f\x00", "utf-16-le"),
    (b"\x00\x3c\x00\x3f", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    path: Path
    body: bytes
    headers: dict[str, str]
    expectation: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", type=int, default=0, help="so many files that only plain feedparser gets right")
    arguments = parser.parse_args()
    ways: dict[str, Callable[[Case], Any]] = {"plain": parse_plain, "sayso": parse_ours, "raw html": parse_raw}
    met: dict[str, Counter[str]] = {name: Counter() for name in ways}
    total: Counter[str] = Counter()
    refused = 0
    worse: list[Path] = []
    different: list[Path] = []
    for case in read_cases(arguments.folder):
        group = case.path.relative_to(arguments.folder).parts[0]
        total[group] += 1
        holds = {name: expectation_holds(case, parse_it) for name, parse_it in ways.items()}
        for name, is_met in holds.items():
            met[name][group] += is_met
        if holds["plain"] and not holds["sayso"] and holds["raw html"]:
            worse.append(case.path)
        ours = parse(case, parse_ours)
        refused += ours is None
        if ours != parse(case, parse_plain):
            different.append(case.path)
    print(f"{'':12}" + "".join(f"{name:>12}" for name in ways) + f"{'of':>8}")
    for group in sorted(total):
        print(f"{group:12}" + "".join(f"{met[name][group]:12}" for name in ways) + f"{total[group]:8}")
    print(f"{total.total()} files, no crash; {refused} are said to be no feed")
    for title, paths in (("met by both plain ones and not by sayso", worse), ("entries that differ", different)):
        print(f"{title}: {len(paths)}")
        for path in paths[: arguments.show]:
            print(f"  {path}")
    return 0


def read_cases(folder: Path) -> Iterator[Case]:
    """The files that say what they expect; those that need a library which is not there are left out."""
    for path in sorted(folder.rglob("*.*ml")) + sorted(folder.rglob("*.json")):
        body = path.read_bytes()
        text = _decode(body)
        if found := _EXPECT.search(text):
            headers = {"content-type": "application/xml"} | {
                name.lower(): value for name, value in _HEADER.findall(text)
            }
            yield Case(path=path, body=body, headers=headers, expectation=" ".join(found.group(1).split()))


def parse_plain(case: Case) -> Any:
    return feedparser.parse(io.BytesIO(case.body), response_headers={"content-location": URL, **case.headers})


def parse_raw(case: Case) -> Any:
    return feedparser.parse(
        io.BytesIO(case.body),
        response_headers={"content-location": URL, **case.headers},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def parse_ours(case: Case) -> Any:
    return read_document(case.body, url=URL, headers=case.headers)


def parse(case: Case, read: Callable[[Case], Any]) -> Feed | None:
    """What sayso keeps of a file, or `None` where it is said to be no feed."""
    try:
        return reduce_document(read(case), case.body, url=URL, now=NOW)
    except NotAFeed:
        return None


def expectation_holds(case: Case, parse: Callable[[Case], Any]) -> bool:
    try:
        return bool(eval(case.expectation, {}, parse(case)))  # noqa: S307 - the corpus is trusted, and says so itself
    except Exception:  # noqa: BLE001 - an expectation of what is not there does not hold
        return False


def _decode(body: bytes) -> str:
    encoding = next((name for mark, name in _BOMS if body.startswith(mark)), "latin-1")
    return body.decode(encoding, "replace")


if __name__ == "__main__":
    sys.exit(main())
