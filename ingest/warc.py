"""Web archives (WARC) → `Article`, streamed: one record in memory at a time."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from ingest.article import Article
from ingest.dates import parse_iso_time
from ingest.errors import BadInput, IngestError
from ingest.pages import PAGE_LIMIT_BYTES, extract_article
from ingest.urls import is_web_url


def read_warc(path: Path, *, now: datetime, outlet: str | None = None) -> Iterator[Article | IngestError]:
    """Yield the article of each page in an archive; other records (images, robots.txt, requests) are passed over.

    A page without an article is an error value, and an archive that breaks off is one at its end.
    """
    if not _begins_like_an_archive(path):
        yield BadInput(str(path), "this is no web archive (WARC)")
        return
    with path.open("rb") as stream:
        try:
            for record in ArchiveIterator(stream):
                if _is_page(record):
                    yield _read_record(record, path, now, outlet)
        except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
            yield BadInput(str(path), f"this archive is damaged or is none: {error}")


def _begins_like_an_archive(path: Path) -> bool:
    """warcio takes any line for the head of an old ARC record, so the first bytes are looked at here."""
    with path.open("rb") as stream:
        is_compressed = stream.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_compressed else path.open("rb") as stream:
            return stream.read(5) == b"WARC/"
    except (OSError, EOFError):
        return False


def _is_page(record: ArcWarcRecord) -> bool:
    if record.rec_type != "response" or record.http_headers is None:
        return False
    kind = (record.http_headers.get_header("content-type") or "").lower()
    return record.http_headers.get_statuscode() == "200" and "html" in kind


def _read_record(record: ArcWarcRecord, path: Path, now: datetime, outlet: str | None) -> Article | IngestError:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if not is_web_url(url):
        return BadInput(f"{path}: {url!r}", "the record has no web address")
    body = record.content_stream().read(PAGE_LIMIT_BYTES + 1)
    if len(body) > PAGE_LIMIT_BYTES:
        return BadInput(url, f"the page has more than {PAGE_LIMIT_BYTES / 1e6:.0f} MB")
    if getattr(record.raw_stream, "limit", 0) > 0:  # what the record promises and the archive does not hold
        return BadInput(url, "the archive breaks off in this page")
    headers = {"content-type": record.http_headers.get_header("content-type") or ""}
    try:
        return extract_article(body, url=url, headers=headers, now=_seen_at(record) or now, outlet=outlet)
    except IngestError as error:
        return error


def _seen_at(record: ArcWarcRecord) -> datetime | None:
    return parse_iso_time(record.rec_headers.get_header("WARC-Date") or "")
