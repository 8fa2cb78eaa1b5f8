"""Files → `Article`: pages, texts, JSON Lines, archives, folders. What cannot be taken comes back as an error value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingest.article import Article, DateOrigin, Flag, Link
from ingest.credit import find_credit
from ingest.dates import parse_iso_time
from ingest.errors import BadInput, IngestError, NoText
from ingest.pages import SHORT_TEXT_CHARACTERS, detect_language, extract_article
from ingest.plain import split_title
from ingest.urls import article_url, is_web_url
from ingest.warc import read_warc

FILE_LIMIT_BYTES = 20_000_000
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
    with path.open("rb") as stream:
        raw = stream.read(FILE_LIMIT_BYTES + 1)  # a device or pipe has no size to ask for
    if len(raw) > FILE_LIMIT_BYTES:
        raise BadInput(str(path), f"one article has at most {FILE_LIMIT_BYTES / 1e6:.0f} MB, and this file has more")
    return raw


def _text_article(path: Path, raw: bytes, outlet: str | None) -> Article:
    """A plain text: its first line is the title if it is short and more follows."""
    title, text = split_title(_decode(path, raw))
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


def _decode(path: Path, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(
            str(path), "not UTF-8 but UTF-16, at byte 0; convert it first, for example with: iconv -f UTF-16 -t UTF-8"
        )
    if b"\0" in raw:
        raise BadInput(str(path), f"no text: it has a zero byte at {raw.index(0)}")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(
            str(path),
            f"not UTF-8 (byte {raw[error.start]:#04x} at {error.start}); "
            "convert it first, for example with: iconv -f WINDOWS-1252 -t UTF-8",
        ) from error


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
    if not text or not text.strip():
        raise BadInput(where, '"text" is missing or empty')
    published_at = _published(value, where)
    return Article(
        url=_address(url, where),
        outlet=_field(value, "outlet", where) or outlet,
        title=_field(value, "title", where) or "",
        text=text,
        published_at=published_at,
        published_from=DateOrigin.NONE if published_at is None else DateOrigin.GIVEN,
        byline=_field(value, "byline", where),
        credit=_field(value, "credit", where) or find_credit(text),
        language=_language(value, where) or detect_language(text),
        links=tuple(_links(value.get("links"), where)),
        flags=(Flag.SHORT,) if len(text) < SHORT_TEXT_CHARACTERS else (),
    )


def _field(value: dict[str, Any], name: str, where: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise BadInput(where, f'"{name}" must be a string')
    return found if found and found.strip() else None


def _address(url: str | None, where: str) -> str:
    try:
        return article_url(url or "")
    except BadInput as error:
        raise BadInput(where, '"url" must be an http or https address') from error


def _language(value: dict[str, Any], where: str) -> str | None:
    """The code of "en-GB"; what is no code ("English") is not believed, and the text is looked at instead."""
    code = (_field(value, "language", where) or "").replace("_", "-").split("-")[0].strip().lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else None


def _published(value: dict[str, Any], where: str) -> datetime | None:
    """A time without a zone is taken as UTC, a day as its midnight."""
    text = _field(value, "published", where)
    at = parse_iso_time(text) if text is not None else None
    if text is not None and at is None:
        raise BadInput(where, f'"published" must be ISO 8601 (2026-03-05T14:00:00Z), not {text[:40]!r}')
    return at


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
