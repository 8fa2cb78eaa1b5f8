"""How a claim changed: day by day, and what the versions of its articles added and dropped. Pure but for one query."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from graph.evidence import ClaimEvidence, VersionEvidence
from graph.origins import Origins
from graph.schema import annotations_table, article_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day brought. `new_origins` are the names of origins that spoke for the first time (`None`: no name)."""

    on: date
    attributions: int
    denials: int
    new_origins: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """An article whose later version says what an earlier one did not (`added`), or no longer says it."""

    url: str
    outlet: str | None
    at: datetime
    is_added: bool


def find_days(evidence: ClaimEvidence, origins: Origins, denial_ids: frozenset[int]) -> tuple[Day, ...]:
    """Return the days on which something was said, the first first."""
    day_of = {item.attribution_id: item.version.at.date() for item in evidence.members}
    said = Counter(day_of[item.attribution_id] for item in evidence.members if item.attribution_id not in denial_ids)
    denied = Counter(day_of[key] for key in denial_ids)
    new: dict[date, list[str | None]] = defaultdict(list)
    for found in origins.classes:
        new[min(day_of[key] for key in found.attribution_ids)].append(found.origin)
    return tuple(
        Day(on=day, attributions=said[day], denials=denied[day], new_origins=tuple(new.get(day, ())))
        for day in sorted({*said, *denied})
    )


def load_version_changes(connection: Connection, evidence: ClaimEvidence) -> tuple[VersionChange, ...]:
    """Return where the versions of an article differ in whether they carry the claim; only what has been read."""
    holding = {item.version.version_id: item.version for item in evidence.members}
    articles = sorted({version.article_id for version in holding.values()})
    versions: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for start in range(0, len(articles), 500):
        query = (
            select(article_versions.c.id, article_versions.c.article_id, article_versions.c.first_seen_at)
            .join(annotations_table, annotations_table.c.version_id == article_versions.c.id)
            .where(article_versions.c.article_id.in_(articles[start : start + 500]))
        )
        for row in connection.execute(query):
            versions[row.article_id].append((row.first_seen_at, row.id))
    of_article = {version.article_id: version for version in holding.values()}
    found = [
        change for key, each in versions.items() for change in _changes(of_article[key], sorted(each), set(holding))
    ]
    return tuple(sorted(found, key=lambda change: (change.at, change.url)))


def _changes(
    article: VersionEvidence, versions: Sequence[tuple[datetime, int]], holding: set[int]
) -> list[VersionChange]:
    found, had = [], versions[0][1] in holding
    for at, version_id in versions[1:]:
        has = version_id in holding
        if has != had:
            found.append(VersionChange(url=article.url, outlet=article.outlet, at=at, is_added=has))
        had = has
    return found
