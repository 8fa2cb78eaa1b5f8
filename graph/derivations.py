"""Which article is made from which: by the agency's credit line, and by the text that two have in common.

A copy points at the agency, by name, where a credit line or dateline names one; else at the held article that it links
to, or that is an agency's. Of two that share text where nothing says which is the copy, no derivation is stored;
tracing still sees that they share it (`graph.overlaps`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from graph.copies import Overlap, judge
from graph.ids import stable_id
from graph.overlaps import find_overlaps, overlaps_of
from graph.rows import insert_new
from graph.schema import article_versions, articles, derivations, outlets
from graph.times import credible_time
from ingest.credit import find_dateline

# The agency as a dateline names it: "VELDEN (NPA) -".
_DATELINE_AGENCY = re.compile(r"\((?P<agency>[^()]+)\)\s*[-–—:]+\s*$")
# An outlet of such a name has its own style of credit lines, which must not be taken for another agency's.
_AGENCY_NAME = re.compile(r"\b(?:Agency|Wire|Newswire|Press Association)\b")


def save_derivations(connection: Connection, version: Row[Any]) -> None:
    """Find what `version` was made from, and anew what was made from it: a late original changes the answer."""
    connection.execute(delete(derivations).where(derivations.c.version_id == version.id))
    overlaps = find_overlaps(connection, version)
    insert_new(connection, derivations, find_derivations(connection, version, overlaps))
    for row in overlaps:
        other_id = row.left_id if row.right_id == version.id else row.right_id
        connection.execute(delete(derivations).where(derivations.c.version_id == other_id))
        other = connection.execute(version_query(other_id)).one()
        found = find_derivations(connection, other, overlaps_of(connection, other_id))
        insert_new(connection, derivations, found)


def version_query(version_id: int) -> Select[*tuple[Any, ...]]:
    """The version with the URL and outlet of its article."""
    return (
        select(article_versions, articles.c.url, articles.c.outlet_id, outlets.c.name.label("outlet"))
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .where(article_versions.c.id == version_id)
    )


def find_derivations(connection: Connection, version: Row[Any], overlaps: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Return the rows of `derivations` that there is evidence for: at most one.

    A dateline or credit line names the agency. Else, of the articles that this one shares text with: one that it links
    to, or an earlier one of the same outlet. Which of two is the copy is not guessed from their times.
    """
    credited = _credited(version)
    if credited is not None:
        return [credited]
    links = {link["url"] for link in version.links}
    for row in sorted(overlaps, key=lambda row: (-_own_share(row, version.id), row.left_id, row.right_id)):
        other_id = row.left_id if row.right_id == version.id else row.right_id
        other = connection.execute(version_query(other_id)).one()
        overlap = judge(row.shared, _own_share(row, version.id))
        if overlap is Overlap.NONE:
            continue
        kind = _kind_by_evidence(version, other, overlap, is_linked=other.url in links)
        if kind is not None:
            return [_derivation_row(version.id, other_id, None, kind, _own_share(row, version.id), row.words)]
    return []


def _own_share(row: Row[Any], version_id: int) -> float:
    return float(row.left_share if row.left_id == version_id else row.right_share)


def _kind_by_evidence(version: Row[Any], other: Row[Any], overlap: Overlap, *, is_linked: bool) -> str | None:
    """The kind of copy that `version` is of `other`; `None` where nothing says that it is the copy."""
    if version.outlet is not None and version.outlet_id == other.outlet_id:
        is_later = _time_of(other) < _time_of(version)
        return "edition" if is_later and overlap in (Overlap.WHOLE, Overlap.MOST) else None
    is_copied = is_linked or (other.outlet is not None and _AGENCY_NAME.search(other.outlet))
    if not is_copied or (version.outlet is not None and _AGENCY_NAME.search(version.outlet)):
        return None
    if overlap is Overlap.WHOLE:
        return "wire_copy" if _AGENCY_NAME.search(other.outlet or "") else "edited_copy"
    return "edited_copy" if overlap is Overlap.MOST else "partial_copy"


def _time_of(version: Row[Any]) -> Any:
    return credible_time(version.published_at, version.first_seen_at)


def _credited(version: Row[Any]) -> dict[str, Any] | None:
    evidence = find_dateline(version.text) or version.credit
    agency = agency_of(evidence) if evidence else None
    outlet = version.outlet
    if agency is None or (outlet is not None and (is_same_outlet(agency, outlet) or _AGENCY_NAME.search(outlet))):
        return None
    is_contribution = "contribut" in evidence
    kind, score = ("partial_copy", 0.5) if is_contribution else ("wire_copy", 1.0)
    return _derivation_row(version.id, None, agency, kind, score, evidence)


def _derivation_row(
    version_id: int, from_version_id: int | None, name: str | None, kind: str, score: float, evidence: str
) -> dict[str, Any]:
    return {
        "id": stable_id("derivation", version_id, name or str(from_version_id)),
        "version_id": version_id,
        "from_version_id": from_version_id,
        "from_name": name,
        "kind": kind,
        "score": score,
        "evidence": evidence,
    }


def agency_of(credit: str) -> str | None:
    """Return the agency that a credit line names; as written, where it is none of the well-known ones."""
    for name, patterns in _agencies():
        if any(pattern.search(credit) for pattern in patterns):
            return name
    match = _DATELINE_AGENCY.search(credit)
    return match.group("agency") if match else None


def is_same_outlet(name: str, other: str | None) -> bool:
    """Whether two names can be one outlet's: equal, or one the initials of the other ("NPA")."""
    if other is None:
        return False
    first, second = _fold(name), _fold(other)
    return first == second or _initials(name) == second or _initials(other) == first


@cache
def _agencies() -> list[tuple[str, list[re.Pattern[str]]]]:
    text = (resources.files("graph.lexicon") / "agencies.json").read_text(encoding="utf-8")
    return [
        (entry["name"], [re.compile(pattern) for pattern in entry["patterns"]])
        for entry in json.loads(text)["agencies"]
    ]


def _fold(name: str) -> str:
    words = name.casefold().replace(".", "").split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _initials(name: str) -> str | None:
    """The capitals of a name of three or more words; `None` where there are fewer, which would match by chance."""
    capitals = "".join(word[0] for word in name.split() if word[0].isupper() and word.casefold() != "the")
    return capitals.casefold() if len(capitals) >= 3 else None
