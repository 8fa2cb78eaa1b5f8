"""Pages → `Article`: the text in paragraphs, the title, who published it and when, the links in it, the agency credit.

trafilatura finds the text, in its precision mode. What a feed said of an entry wins over what the page says of the
date, and its text stands in, flagged, where the page has none.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import py3langid
import trafilatura
from lxml.html import HtmlElement

from ingest.article import MOST_LINKS, Article, DateOrigin, Flag, Link
from ingest.charset import decode_page
from ingest.credit import find_credit, find_credit_line
from ingest.errors import BadInput, NoText
from ingest.feed import Entry
from ingest.http import Fetcher
from ingest.metadata import PageMetadata, read_metadata
from ingest.plain import html_to_text, split_title
from ingest.robots import Robots
from ingest.urls import article_url, domain_of, is_web_url
from ingest.workers import Run, run_here

PAGE_LIMIT_BYTES = 5_000_000
SHORT_TEXT_CHARACTERS = 200
# A feed's text of this length is the whole of it, unless it says otherwise. Of 27 real outlets (docs/decisions.md) the
# teasers have up to 1,600 characters, and the whole texts 3,000 in the middle.
FULL_TEXT_CHARACTERS = 2000
_GOES_ON = re.compile(
    r"(?:\.\.\.|…|(?:^|[\n\[(.!?])\s*(?:read\s+(?:more|the\s+full\b.*|on)|continue\s+reading\b.*))\W*$", re.IGNORECASE
)
_PAGE_KINDS = frozenset(
    {"text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml", "application/rss+xml", ""}
)
_LANGUAGE_CHARACTERS = 2000
_FUTURE_SLACK = timedelta(days=1)
GZIP_LEVEL = 3  # twice as fast as 6 on real pages, and a tenth larger
_BLOCKS = frozenset({"p", "li", "blockquote", "td", "h1", "h2", "h3", "h4", "h5", "h6", "div"})
_BLOCK_CHARACTERS = 5000
# What a credit line has, wherever it stands; few pages do, and only these are read for one.
_MAY_CREDIT = re.compile(
    r"\b(?:reporting|writing|editing|compiled)\s+by\b|contributed\s+to\s+this|with\s+(?:inputs?|files)\b", re.IGNORECASE
)
_LINES_BEHIND = 12
_TITLE_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " · ")


async def fetch_article(
    fetcher: Fetcher,
    url: str,
    *,
    now: datetime,
    entry: Entry | None = None,
    outlet: str | None = None,
    robots: Robots | None = None,
    run: Run = run_here,
) -> Article:
    """Fetch a page and extract its article with `run`. `robots` is asked first, where it is given.

    Raises:
        IngestError: as `Fetcher.fetch` and `extract_article` say.
    """
    if entry is not None and (entry.url is None or has_full_text(entry)):
        return _from_entry(entry, url=url if entry.url is None else article_url(url), outlet=outlet)
    if robots is not None:
        await robots.check(url)
    response = await fetcher.fetch(url, max_bytes=PAGE_LIMIT_BYTES)
    return await run(
        url,
        extract_and_pack,
        html=response.body,
        url=response.url,
        headers=dict(response.headers),
        now=now,
        entry=entry,
        outlet=outlet,
    )


def has_full_text(entry: Entry) -> bool:
    """Whether the feed carries the whole article, so that its page need not be fetched."""
    text = entry.content or ""
    return len(text) >= FULL_TEXT_CHARACTERS and "\n" in text and not _GOES_ON.search(text[-100:])


def extract_and_pack(html: bytes, **arguments: Any) -> Article:
    """As `extract_article`, and keep the page, compressed: work for the worker, and less to send back."""
    return replace(extract_article(html, **arguments), html_gzip=gzip.compress(html, GZIP_LEVEL, mtime=0))


def extract_article(
    html: bytes,
    *,
    url: str,
    headers: Mapping[str, str],
    now: datetime,
    entry: Entry | None = None,
    outlet: str | None = None,
) -> Article:
    """Extract the article of a page that came from `url`, through the feed entry `entry` if there is one.

    Raises:
        NoText: the page has no article text, and the entry has none to stand in.
        BadInput: it is no page (an image, a PDF ...).
    """
    kind = headers.get("content-type", "text/html").split(";")[0].strip().lower()
    if kind not in _PAGE_KINDS:
        raise BadInput(url, f"this is no page but {kind}")
    if _looks_like_feed(html):
        raise BadInput(url, "this is a feed, not a page; follow it with: sayso feeds add URL")
    decoded = decode_page(html, headers)
    if kind == "text/plain" and not _is_html(html):
        text = decoded if isinstance(decoded, str) else decoded.decode("utf-8", "replace")
        return _from_plain_text(text, url=url, entry=entry, outlet=outlet)
    tree = trafilatura.load_html(decoded)
    if tree is None:
        return _stand_in(entry, url=url, outlet=outlet)
    metadata = read_metadata(tree, url=url)
    has_date = metadata.published_at is not None or (entry is not None and entry.published_at is not None)
    extracted = _extract(tree, url, now, has_date=has_date)
    if extracted is None or not (extracted.text or "").strip():
        return _stand_in(entry, url=url, outlet=outlet)
    published_at, published_from = _date(entry, metadata, extracted.date, now)
    address = metadata.canonical or (article_url(url) if is_web_url(url) else url)
    found_outlet = outlet or metadata.outlet or (domain_of(address) if is_web_url(address) else None)
    title = _title(metadata.title or extracted.title or (entry.title if entry else ""), found_outlet)
    text = with_credit(_without_title(extracted.text.strip(), title), decoded)
    return Article(
        url=address,
        outlet=found_outlet,
        title=title,
        text=text,
        published_at=published_at,
        published_from=published_from,
        byline=extracted.author or (entry.author if entry else None),
        credit=find_credit(text),
        language=metadata.language or detect_language(text),
        links=tuple(_links(tree, text, url if is_web_url(url) else address)),
        flags=_flags(text, is_free=metadata.is_free),
    )


def detect_language(text: str) -> str | None:
    """Return the language of a text (ISO 639-1), or `None` where it is too short to tell."""
    if len(text) < SHORT_TEXT_CHARACTERS:
        return None
    return str(py3langid.classify(text[:_LANGUAGE_CHARACTERS])[0])


def _extract(tree: HtmlElement, url: str, now: datetime, *, has_date: bool) -> Any:
    """The text and what trafilatura knows of the page. Where the date is known, it need not look for one everywhere."""
    dates = {"original_date": True, "max_date": f"{now + _FUTURE_SLACK:%Y-%m-%d}", "extensive_search": not has_date}
    return trafilatura.bare_extraction(
        tree,
        url=url if is_web_url(url) else None,
        favor_precision=True,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=dates,
    )


def _stand_in(entry: Entry | None, *, url: str, outlet: str | None) -> Article:
    """What the feed says, for a page without text. Raises: NoText, where it says nothing either."""
    if entry is None or not (entry.content or entry.summary):
        raise NoText(url, "no article text was found on this page")
    return _from_entry(entry, url=article_url(url), outlet=outlet)


def with_credit(text: str, page: str | bytes) -> str:
    """The text with the credit that stands just behind it on the page, where it has none.

    Outlets set credits like footers, and so extractors cut them; but they say whose report it is.
    """
    if find_credit(text) is not None or not isinstance(page, str) or not _MAY_CREDIT.search(page):
        return text
    lines = html_to_text(page).split("\n")
    last = _fold(text.rpartition("\n")[2])
    place = next((number for number in range(len(lines) - 1, -1, -1) if last in _fold(lines[number])), None)
    if not last or place is None:
        return text
    behind = lines[place + 1 : place + 1 + _LINES_BEHIND]
    credit = next((found for line in behind if (found := find_credit_line(line))), None)
    return text if credit is None else f"{text}\n{credit}"


def _from_entry(entry: Entry, *, url: str, outlet: str | None) -> Article:
    """What the feed itself carries: its full text, or only a part of it, which is flagged."""
    text = entry.content or entry.summary
    if not text:
        raise NoText(url, "the entry has neither a page nor text")
    # An entry without a page has no more than it says.
    partial = () if entry.content and (entry.url is None or has_full_text(entry)) else (Flag.PARTIAL,)
    return Article(
        url=url,
        outlet=outlet or (domain_of(url) if is_web_url(url) else None),
        title=entry.title,
        text=text,
        published_at=entry.published_at,
        published_from=DateOrigin.NONE if entry.published_at is None else DateOrigin.FEED,
        byline=entry.author,
        credit=find_credit(text),
        language=detect_language(text),
        links=tuple(_entry_links(entry, url)),
        flags=(*partial, *_flags(text, is_free=True)),
    )


def _from_plain_text(whole: str, *, url: str, entry: Entry | None, outlet: str | None) -> Article:
    title, text = split_title(whole.replace("\r\n", "\n"))
    if not text:
        raise NoText(url, "the page is empty")
    address = article_url(url)
    published_at = entry.published_at if entry else None
    return Article(
        url=address,
        outlet=outlet or domain_of(address),
        title=(entry.title if entry else None) or title or address,
        text=text,
        published_at=published_at,
        published_from=DateOrigin.NONE if published_at is None else DateOrigin.FEED,
        byline=entry.author if entry else None,
        credit=find_credit(text),
        language=detect_language(text),
        flags=_flags(text, is_free=True),
    )


def _date(
    entry: Entry | None, metadata: PageMetadata, found: str | None, now: datetime
) -> tuple[datetime | None, DateOrigin]:
    """The feed's date, else the page's with its time, else the page's day at midnight; one in the future is none."""
    if entry is not None and entry.published_at is not None:
        return entry.published_at, DateOrigin.FEED
    at = metadata.published_at
    if at is None and found:
        at = datetime.fromisoformat(found).replace(tzinfo=UTC)
    if at is None or at > now + _FUTURE_SLACK:
        return None, DateOrigin.NONE
    return at, DateOrigin.PAGE


def _title(title: str, outlet: str | None) -> str:
    """The title without the outlet's name at its end."""
    line = " ".join(title.split())
    for separator in _TITLE_SEPARATORS:
        head, found, tail = line.rpartition(separator)
        if found and outlet and _is_name_of(tail, outlet):
            return head
    return line


def _is_name_of(words: str, outlet: str) -> bool:
    """Whether the one is in the other as whole words: "BBC" and "BBC News", "Herald" and "herald.example"."""
    short, long = sorted((_fold(words), _fold(outlet)), key=len)
    return len(short) >= 3 and len(long) <= len(short) + 20 and f" {short} " in f" {long} "


def _without_title(text: str, title: str) -> str:
    """The text without the headline, where the page has it above the first paragraph."""
    first, _, rest = text.partition("\n")
    return rest.strip() if rest.strip() and _fold(first) == _fold(title) else text


def _links(tree: HtmlElement, text: str, url: str) -> Iterator[Link]:
    """The links inside the article: those whose paragraph is part of its text."""
    folded = _fold(text)
    # The words of a block that is part of the text, else "". Read once: a block may have thousands of links.
    blocks: dict[HtmlElement, str] = {}
    seen: set[str] = set()
    for anchor in tree.iter("a"):
        block = _block_of(anchor)
        if block is None:
            continue
        if block not in blocks:
            words_of_block = _fold(block.text_content()[:_BLOCK_CHARACTERS])
            blocks[block] = words_of_block if words_of_block in folded else ""
        if not blocks[block]:
            continue
        words = " ".join(anchor.text_content().split())
        # A block that is nothing but the link is a teaser, also where the same words stand in the text.
        if not words or len(blocks[block]) <= len(_fold(words)) + 10:
            continue
        target = _absolute(url, anchor.get("href"))
        if target is None or target in seen:
            continue
        seen.add(target)
        yield Link(url=target, text=words)
        if len(seen) == MOST_LINKS:
            return


def _entry_links(entry: Entry, url: str) -> Iterator[Link]:
    """The links of the text that a feed carries, each target once."""
    seen: set[str] = set()
    for link in entry.links if entry.content else ():
        target = _absolute(url, link.url)
        if target is not None and target not in seen:
            seen.add(target)
            yield Link(url=target, text=link.text)


def _absolute(base: str, href: str | None) -> str | None:
    if not href or href.startswith("#"):
        return None
    try:
        return article_url(urljoin(base, href.strip()))
    except (BadInput, ValueError):
        return None


def _block_of(anchor: HtmlElement) -> HtmlElement | None:
    return next((parent for parent in anchor.iterancestors() if parent.tag in _BLOCKS), None)


def _fold(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _flags(text: str, *, is_free: bool) -> tuple[Flag, ...]:
    partial = () if is_free else (Flag.PARTIAL,)
    return (*partial, Flag.SHORT) if len(text) < SHORT_TEXT_CHARACTERS else partial


def _is_html(body: bytes) -> bool:
    """Whether a body is HTML that its server calls plain text."""
    head = body[:500].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def _looks_like_feed(body: bytes) -> bool:
    head = body[:500].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    return head.startswith(b"<?xml") and any(tag in head for tag in (b"<rss", b"<feed", b"<rdf:rdf"))
