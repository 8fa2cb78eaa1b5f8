"""Files → `Article`: pages, texts, JSON Lines, archives, folders. What cannot be taken comes back as an error value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingest.article import Article, DateOrigin, Flag, Link
from ingest.credit import find_credit
from ingest.errors import BadInput, IngestError, NoText
from ingest.pages import SHORT_TEXT_CHARACTERS, detect_language, extract_article
from ingest.urls import clean_url, is_web_url
from ingest.warc import read_warc

FILE_LIMIT_BYTES = 20_000_000
TITLE_CHARACTERS = 200
_PAGES = frozenset({".html", ".htm", ".xhtml"})
_LINES = frozenset({".jsonl", ".ndjson"})
_ARCHIVES = (".warc", ".warc.gz")
_KNOWN = (*_PAGES, *_LINES, *_ARCHIVES, ".txt")


def read_path(path: Path, *, now: datetime, outlet: str | None = None) -> Iterator[Article | IngestError]:
    """Yield the articles of a file, or of all known files below a folder, in the order of their names.

    An error among them is an item that failed; the others go on. `outlet` is used where a file does not name one.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.name.lower().endswith(_KNOWN) and file.is_file())
        if not files:
            yield BadInput(str(path), "no .html, .txt, .jsonl or .warc file is in this folder")
        for file in files:
            yield from _read_file(file, now, outlet)
    else:
        yield from _read_file(path, now, outlet)


def _read_file(path: Path, now: datetime, outlet: str | None) -> Iterator[Article | IngestError]:
    try:
        if path.suffix.lower() in _LINES:
            yield from _read_lines(path, outlet)
        elif path.name.lower().endswith(_ARCHIVES):
            yield from read_warc(path, now=now, outlet=outlet)
        else:
            raw = _read_whole(path)
            if path.suffix.lower() in _PAGES:
                url = path.resolve().as_uri()
                yield extract_article(raw, url=url, headers={}, now=now, outlet=outlet)
            else:
                yield _text_article(path, raw, outlet)
    except IngestError as error:
        yield error
    except OSError as error:
        yield BadInput(str(path), f"cannot be read: {error.strerror}")


def _read_whole(path: Path) -> bytes:
    size = path.stat().st_size
    if size > FILE_LIMIT_BYTES:
        raise BadInput(str(path), f"{size / 1e6:.0f} MB; one article has at most {FILE_LIMIT_BYTES / 1e6:.0f} MB")
    return path.read_bytes()


def _text_article(path: Path, raw: bytes, outlet: str | None) -> Article:
    """A plain text: its first line is the title if it is short and more follows."""
    try:
        whole = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            str(path),
            f"not UTF-8 (byte {raw[error.start]:#04x} at {error.start}); "
            "convert it first, for example with: iconv -f WINDOWS-1252 -t UTF-8",
        ) from error
    whole = whole.strip()
    first, _, rest = whole.partition("\n")
    is_titled = bool(rest.strip()) and len(first) <= TITLE_CHARACTERS
    title, text = (first.strip(), rest.strip()) if is_titled else ("", whole)
    if not text:
        raise NoText(str(path), "the file is empty")
    return Article(
        url=path.resolve().as_uri(),
        outlet=outlet,
        title=title or path.stem,
        text=text,
        credit=find_credit(text),
        language=detect_language(text),
        flags=(Flag.SHORT,) if len(text) < SHORT_TEXT_CHARACTERS else (),
    )


def _read_lines(path: Path, outlet: str | None) -> Iterator[Article | IngestError]:
    with path.open("rb") as stream:
        for number, line in enumerate(_lines(stream), start=1):
            where = f"{path}:{number}"
            if line is None:
                yield BadInput(where, f"a line of more than {FILE_LIMIT_BYTES / 1e6:.0f} MB")
            elif line.strip():
                try:
                    yield article_from_json(line, where=where, outlet=outlet)
                except IngestError as error:
                    yield error


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines; `None` for one over the limit, which is never held in memory as a whole."""
    while line := stream.readline(FILE_LIMIT_BYTES + 1):
        if len(line) <= FILE_LIMIT_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(FILE_LIMIT_BYTES)
        yield None


def article_from_json(line: bytes, *, where: str, outlet: str | None = None) -> Article:
    """Read one line of JSON: `url` and `text`, and what is known of the fields that `Article` has.

    Raises:
        BadInput: it is no such object; the message names the field.
    """
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInput(where, f"not JSON in UTF-8: {error}") from error
    if not isinstance(value, dict):
        raise BadInput(where, "each line must be a JSON object")
    url, text = _field(value, "url", where), _field(value, "text", where)
    if not url or not is_web_url(url):
        raise BadInput(where, '"url" must be an http or https address')
    if not text or not text.strip():
        raise BadInput(where, '"text" is missing or empty')
    published_at = _published(value, where)
    return Article(
        url=clean_url(url),
        outlet=_field(value, "outlet", where) or outlet,
        title=_field(value, "title", where) or "",
        text=text,
        published_at=published_at,
        published_from=DateOrigin.NONE if published_at is None else DateOrigin.GIVEN,
        byline=_field(value, "byline", where),
        credit=_field(value, "credit", where) or find_credit(text),
        language=_field(value, "language", where) or detect_language(text),
        links=tuple(_links(value.get("links"), where)),
        flags=(Flag.SHORT,) if len(text) < SHORT_TEXT_CHARACTERS else (),
    )


def _field(value: dict[str, Any], name: str, where: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise BadInput(where, f'"{name}" must be a string')
    return found or None


def _published(value: dict[str, Any], where: str) -> datetime | None:
    """A time without a zone is taken as UTC, a day as its midnight."""
    text = _field(value, "published", where)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(where, f'"published" must be ISO 8601 (2026-03-05T14:00:00Z), not {text!r}') from error

    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _links(found: object, where: str) -> Iterator[Link]:
    if found is None:
        return
    if not isinstance(found, list):
        raise BadInput(where, '"links" must be a list')
    for link in found:
        url, text = (link.get("url"), link.get("text")) if isinstance(link, dict) else (link, "")
        if not isinstance(url, str) or not isinstance(text or "", str):
            raise BadInput(where, '"links" must hold addresses, or objects with "url" and "text"')
        if is_web_url(url):
            yield Link(url=url, text=text or "")
