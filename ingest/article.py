"""The record that this room hands on: one article as it was found at one time.

Plain text throughout: whatever was HTML has been reduced to text before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

MOST_LINKS = 200


class DateOrigin(StrEnum):
    """Where `published_at` comes from; the store keeps it beside the date."""

    FEED = "feed"
    PAGE = "page"
    GIVEN = "given"  # by whoever handed the article in (JSON Lines)
    NONE = "none"


class Flag(StrEnum):
    """What a reader of the text should know about how complete it is."""

    PARTIAL = "partial"  # behind a paywall or consent wall, or only the feed's summary
    SHORT = "short"  # under `pages.SHORT_TEXT_CHARACTERS`


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link inside the article's text: evidence for where a report comes from."""

    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One story at one canonical URL, with its text at one time.

    `text` is the body in paragraphs separated by a newline, without the title. `credit` is the agency line as
    written ("(Reporting by ...)", "SAN FRANCISCO (Reuters) -"); it also stays in `text`. `None` means
    unknown, never empty.
    """

    url: str
    outlet: str | None
    title: str
    text: str
    published_at: datetime | None = None
    published_from: DateOrigin = DateOrigin.NONE
    byline: str | None = None
    credit: str | None = None
    language: str | None = None  # ISO 639-1
    links: tuple[Link, ...] = ()
    flags: tuple[Flag, ...] = ()
    html_gzip: bytes | None = None  # the page as it was fetched, for a better extractor to read again

    def __post_init__(self) -> None:
        if not self.url:
            raise ValueError("an article needs a url")
        if (self.published_at is None) != (self.published_from is DateOrigin.NONE):
            raise ValueError(f"{self.url}: published_at and published_from must both be known or both unknown")
        if self.published_at is not None and self.published_at.utcoffset() != UTC.utcoffset(None):
            raise ValueError(f"{self.url}: published_at must be an aware UTC datetime, got {self.published_at!r}")
