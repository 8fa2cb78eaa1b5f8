"""Notices in which an outlet takes back or corrects what it reported, and which claims they concern.

Found in a version's words when it is read, kept by their place, and matched with claims when these are traced: a
notice may arrive before or after the report that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, select

from graph.pairs import Phrase, phrase_of
from graph.rows import insert_new
from graph.schema import article_versions, articles, retractions
from graph.times import credible_time
from nlp.annotation import Span
from nlp.wording import read_wording

if TYPE_CHECKING:
    from graph.evidence import AttributionEvidence

_TAKES_BACK = r"(?:retract\w*|withdr(?:aw|aws|ew|awn|awal)|(?:take|takes|took|taken|taking) back|unpublish\w*)"
_REPORT = r"(?:article|story|report|item|account|post|version)"
_OWN = rf"(?:this|our|its|an? earlier|a previous) (?:\w+ ){{0,2}}{_REPORT}"
# Who takes something back must be the outlet: others withdraw reports of theirs too.
_SELF = re.compile(rf"\b(?:we|our|this {_REPORT})\b", re.IGNORECASE)
# "The Ledger retracts its report of 6 April that ...", "This article has been withdrawn", "Correction: ...".
_LABEL = re.compile(
    r"^\W{0,10}(?:correction|retraction|clarification|editor['’]s note)\b\W", re.IGNORECASE | re.MULTILINE
)
_NOTICES = (
    re.compile(rf"\b{_TAKES_BACK}\b[^.!?\n]{{0,60}}\b{_OWN}\b", re.IGNORECASE),
    re.compile(rf"\b{_OWN}\b[^.!?\n]{{0,60}}\b{_TAKES_BACK}\b", re.IGNORECASE),
    _LABEL,
    re.compile(rf"\ban? (?:earlier|previous) version of this {_REPORT}\b", re.IGNORECASE),
)
_SENTENCE_END = re.compile(r"[.!?\n]")
# A notice goes back to the beginning of its sentence, but not further than this, and on to the end of its line.
_MOST_BEFORE = 300
_LONGEST_CHARACTERS = 2000
_MOST_NOTICES = 20
_MOST_TRIED = 200
# Of a claim's weighted words so many must stand in a notice that concerns it.
_LEAST_COVERED = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice with its exact words. `at` is the credible time of its version."""

    version_id: int
    article_id: int
    outlet_id: int | None
    at: datetime
    span: Span
    words: str

    def is_of(self, members: Iterable[AttributionEvidence]) -> bool:
        """Whether one of these stands in an article of its outlet."""
        return any(
            item.version.article_id == self.article_id
            or (self.outlet_id is not None and item.version.outlet_id == self.outlet_id)
            for item in members
        )

    def concerns(self, text: str) -> bool:
        """Whether it speaks of the claim `text`: nearly all of its words, and none of another number."""
        notice, claim = _read(self.words), _read(text)
        values = {amount.value for amount in claim.wording.amounts}
        if not values <= {amount.value for amount in notice.wording.amounts}:
            return False
        shared = notice.information.keys() & claim.information.keys()
        covered = sum(claim.information[word] for word in shared)
        return covered >= _LEAST_COVERED * (claim.information_sum or 1.0)


@lru_cache(maxsize=1000)
def _read(text: str) -> Phrase:
    return phrase_of(read_wording(text))


def find_notices(text: str, outlet: str | None) -> list[Span]:
    """Return where `text` takes back or corrects what its outlet reported, in text order and disjoint."""
    found = sorted(match.span() for pattern in _NOTICES for match in pattern.finditer(text))
    notices: list[Span] = []
    for start, end in found[:_MOST_TRIED]:
        if len(notices) == _MOST_NOTICES:
            break
        if not notices or start >= notices[-1].end:
            span = _passage(text, start, end, after=notices[-1].end if notices else 0)
            words = text[span.start : span.end]
            if _SELF.search(words) or _LABEL.match(words) or (outlet and outlet.casefold() in words.casefold()):
                notices.append(span)
    return notices


def _passage(text: str, start: int, end: int, *, after: int) -> Span:
    """From the beginning of the sentence that holds these words to the end of its line."""
    least = max(after, start - _MOST_BEFORE)
    before = [match.end() for match in _SENTENCE_END.finditer(text, least, start)]
    start = before[-1] if before else least
    line_end = text.find("\n", end, start + _LONGEST_CHARACTERS)
    end = min(len(text), start + _LONGEST_CHARACTERS) if line_end < 0 else line_end
    while text[start].isspace():
        start += 1
    return Span(start, start + len(text[start:end].rstrip()))


def save_notices(connection: Connection, version: Row[Any]) -> None:
    forget_notices(connection, version.id)
    rows = [
        {"version_id": version.id, "start": span.start, "end": span.end}
        for span in find_notices(version.text, version.outlet)
    ]
    insert_new(connection, retractions, rows)


def forget_notices(connection: Connection, version_id: int) -> None:
    connection.execute(delete(retractions).where(retractions.c.version_id == version_id))


def load_notices(connection: Connection, article_ids: Iterable[int]) -> list[Notice]:
    """Return the notices of the outlets of these articles, and of the articles themselves, the earliest first."""
    if connection.execute(select(func.count()).select_from(retractions)).scalar_one() == 0:
        return []
    found: dict[tuple[int, int], Notice] = {}
    wanted = sorted(set(article_ids))
    for start in range(0, len(wanted), 500):
        of_these = articles.c.id.in_(wanted[start : start + 500])
        outlets = select(articles.c.outlet_id).where(of_these, articles.c.outlet_id.is_not(None)).distinct()
        for row in connection.execute(_query().where(articles.c.outlet_id.in_(outlets) | of_these)):
            notice = _notice(row)
            found[notice.version_id, notice.span.start] = notice
    return sorted(found.values(), key=lambda notice: (notice.at, notice.version_id, notice.span))


def _query() -> Any:
    words = func.substr(article_versions.c.text, retractions.c.start + 1, retractions.c.end - retractions.c.start)
    return (
        select(
            retractions,
            words.label("words"),
            article_versions.c.article_id,
            article_versions.c.published_at,
            article_versions.c.first_seen_at,
            articles.c.outlet_id,
        )
        .join(article_versions, article_versions.c.id == retractions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
    )


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        version_id=row.version_id,
        article_id=row.article_id,
        outlet_id=row.outlet_id,
        at=credible_time(row.published_at, row.first_seen_at),
        span=Span(row.start, row.end),
        words=row.words,
    )
