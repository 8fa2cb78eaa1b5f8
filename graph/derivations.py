"""Which article is made from which: by the agency's credit line, and by the text that two have in common.

A copy points at the agency where a credit line or dateline names one: at its article if that is held, else at its
name. Else it points at the held article that it links to, or that is an agency's or an organisation's release. Of two
that share text where nothing says which is the copy, no derivation is stored; tracing still sees that they share it
(`graph.overlaps`). Who relays a report in their own words is seen by tracing a claim (`graph.trace`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select

from graph.copies import Overlap, judge
from graph.ids import stable_id
from graph.outlet_names import fold_outlet, is_agency_name, is_news_name, is_same_outlet, plain_name
from graph.overlaps import find_overlaps, overlaps_of
from graph.rows import insert_new
from graph.schema import article_versions, articles, derivations, outlets
from graph.times import credible_time
from ingest.credit import find_dateline

# The agency as a dateline names it: "VELDEN (NPA) -".
_DATELINE_AGENCY = re.compile(r"\((?P<agency>[^()]+)\)\s*[-–—:]+\s*$")
# How releases say what they are, within so many characters of the beginning and of the end.
_MARK_CHARACTERS = 800
_RELEASE = re.compile(r"\b(?:for immediate release|press release|media release|news release)\b\W*\n", re.IGNORECASE)
_RELEASE_END = re.compile(r"^(?:media|press) contacts?\s*:?$|^###$", re.IGNORECASE | re.MULTILINE)
_RELEASE_SERVICE = re.compile(
    r"[/(]\s?(?P<service>PR ?Newswire|Business Wire|BUSINESS WIRE|GLOBE NEWSWIRE|GlobeNewswire|EIN Presswire)\b"
    r"[^\n]{0,20}?[/)]"
)


def save_derivations(connection: Connection, version: Row[Any]) -> None:
    """Find what `version` was made from, and anew what was made from it: a late original changes the answer."""
    overlaps = find_overlaps(connection, version)
    others = _load_makings(connection, [_other_of(row, version.id) for row in overlaps])
    found = find_derivations(version, overlaps, others)
    stale = [other for other in others.values() if _may_be_original(version, other)]
    for other in stale:
        theirs = overlaps_of(connection, other.id)
        known = others | {version.id: version}
        missing = [key for row in theirs if (key := _other_of(row, other.id)) not in known]
        found += find_derivations(other, theirs, known | _load_makings(connection, missing))
    ids = [version.id, *(other.id for other in stale)]
    connection.execute(delete(derivations).where(derivations.c.version_id.in_(ids)))
    insert_new(connection, derivations, found)


def version_query(version_id: int) -> Select[*tuple[Any, ...]]:
    """The version with the URL and outlet of its article."""
    columns = (*article_versions.c, *_BESIDE)
    return _with_outlet(select(*columns)).where(article_versions.c.id == version_id)


_TEXT = article_versions.c.text
# What a text says of its making stands at its beginning and at its end.
_BESIDE = (
    func.substr(_TEXT, 1, _MARK_CHARACTERS).label("head"),
    func.substr(_TEXT, func.length(_TEXT) - _MARK_CHARACTERS + 1).label("tail"),
    articles.c.url,
    articles.c.outlet_id,
    outlets.c.name.label("outlet"),
)


def _load_makings(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """What these versions say of their making, without their texts."""
    columns = ("id", "title", "credit", "links", "published_at", "first_seen_at")
    query = _with_outlet(select(*(article_versions.c[name] for name in columns), *_BESIDE))
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        found |= {row.id: row for row in connection.execute(query.where(article_versions.c.id.in_(chunk)))}
    return found


def _with_outlet(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(article_versions)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
    )


def _may_be_original(version: Row[Any], other: Row[Any]) -> bool:
    """Whether `other`, which shares text with `version`, can be a copy of it as far as anything says so."""
    if version.outlet_id is not None and version.outlet_id == other.outlet_id:
        return True
    if is_agency_name(version.outlet) or is_release(version) or any(link["url"] == version.url for link in other.links):
        return True
    credited = _credited(other)
    return credited is not None and is_same_outlet(credited["from_name"], version.outlet)


def find_derivations(
    version: Row[Any], overlaps: Sequence[Row[Any]], others: Mapping[int, Row[Any]]
) -> list[dict[str, Any]]:
    """Return the rows of `derivations` that there is evidence for: at most one.

    A dateline or credit line names the agency. Else, of the articles that this one shares text with (`others`): a
    release of the organisation that it is about, an agency's article, one that it links to, or an earlier one of the
    same outlet. Which of two is the copy is not guessed from their times, nor from links
    that go both ways.
    """
    shared = [
        (overlap, row, others[_other_of(row, version.id)])
        for row in sorted(overlaps, key=lambda row: (-_own_share(row, version.id), row.left_id, row.right_id))
        if (overlap := judge(row.shared, _own_share(row, version.id))) is not Overlap.NONE
    ]
    credited = _credited(version)
    if credited is not None:
        held = next((each for each in shared if is_same_outlet(credited["from_name"], each[2].outlet)), None)
        return [credited if held is None else _copy_row(version, *held, is_wire=True, credit=credited["evidence"])]
    if is_release(version):
        return []
    found = [
        (_rank_of(kind), number, kind, each)
        for number, each in enumerate(shared)
        if (kind := _kind_by_evidence(version, each[2], each[0])) is not None
    ]
    if not found:
        return []
    _, _, kind, (_, row, other) = min(found, key=lambda each: each[:2])
    return [_derivation_row(version.id, other.id, None, kind, _own_share(row, version.id), row.words)]


def _other_of(row: Row[Any], version_id: int) -> int:
    return int(row.left_id if row.right_id == version_id else row.right_id)


def _links_to(version: Row[Any], other: Row[Any]) -> bool:
    return any(link["url"] == other.url for link in version.links)


def _own_share(row: Row[Any], version_id: int) -> float:
    return float(row.left_share if row.left_id == version_id else row.right_share)


def _copy_row(
    version: Row[Any], overlap: Overlap, row: Row[Any], other: Row[Any], *, is_wire: bool, credit: str
) -> dict[str, Any]:
    kind = _kind_of_copy(overlap, is_wire=is_wire)
    return _derivation_row(version.id, other.id, None, kind, _own_share(row, version.id), credit)


def _rank_of(kind: str) -> int:
    """Whose text it is first of all, where a text is like several."""
    return ("press_release", "wire_copy", "edition", "edited_copy", "partial_copy").index(kind)


def _kind_by_evidence(version: Row[Any], other: Row[Any], overlap: Overlap) -> str | None:
    """The kind of copy that `version` is of `other`; `None` where nothing says that it is the copy."""
    if version.outlet is not None and version.outlet_id == other.outlet_id:
        is_later = _time_of(other) < _time_of(version)
        return "edition" if is_later and overlap in (Overlap.WHOLE, Overlap.MOST) else None
    if is_release(other):
        return "press_release" if overlap in (Overlap.WHOLE, Overlap.MOST) else "partial_copy"
    is_wire = is_agency_name(other.outlet)
    is_linked = _links_to(version, other) and not _links_to(other, version)
    if not (is_linked or is_wire) or is_agency_name(version.outlet):
        return None
    return _kind_of_copy(overlap, is_wire=is_wire)


def _kind_of_copy(overlap: Overlap, *, is_wire: bool) -> str:
    if overlap is Overlap.WHOLE:
        return "wire_copy" if is_wire else "edited_copy"
    return "edited_copy" if overlap is Overlap.MOST else "partial_copy"


def is_release(version: Row[Any]) -> bool:
    """Whether a version is an organisation's own statement: marked as a release, or on its own site about itself.

    That begins with the organisation's name, which is none that outlets bear.
    """
    if _RELEASE.search(version.head) or _RELEASE_END.search(version.tail):
        return True
    outlet = version.outlet
    if outlet is None or is_news_name(outlet) or agency_of(f"({outlet})") is not None:
        return False
    body = version.head.removeprefix(find_dateline(version.head) or "")
    name = re.compile(rf"\W*(?:the )?{re.escape(plain_name(outlet))}\b", re.IGNORECASE)
    return bool(name.match(body) or name.match(version.title))


def _time_of(version: Row[Any]) -> Any:
    return credible_time(version.published_at, version.first_seen_at)


def _credited(version: Row[Any]) -> dict[str, Any] | None:
    """The agency by its dateline or credit line; the service that carries releases by its mark."""
    outlet = version.outlet
    evidence = find_dateline(version.head) or version.credit
    release = _RELEASE_SERVICE.search(version.head)
    if release is not None and not is_same_outlet(release["service"], outlet):
        return _derivation_row(version.id, None, release["service"], "press_release", 1.0, release.group())
    agency = agency_of(evidence) if evidence else None
    if agency is None or (outlet is not None and (is_same_outlet(agency, outlet) or is_agency_name(outlet))):
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


@lru_cache(maxsize=20_000)
def canonical_outlet(name: str) -> str:
    """The same for all names of one outlet or agency, as far as they are known: "AP", "the Associated Press"."""
    return fold_outlet(agency_of(f"({name})") or name)


@cache
def _agencies() -> list[tuple[str, list[re.Pattern[str]]]]:
    text = (resources.files("graph.lexicon") / "agencies.json").read_text(encoding="utf-8")
    return [
        (entry["name"], [re.compile(pattern) for pattern in entry["patterns"]])
        for entry in json.loads(text)["agencies"]
    ]
