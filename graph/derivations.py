"""Which article is made from which, first version: by the agency's credit line, and by the very same text.

A copy points at the agency, by name, where a credit line or dateline names one. Two articles of one text whose
credit names nobody have no direction, so no derivation is stored; tracing still sees that the texts are the same.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Row, select

from graph.ids import stable_id
from graph.schema import outlets
from ingest.credit import find_dateline

# The agency as a dateline names it: "VELDEN (NPA) -".
_DATELINE_AGENCY = re.compile(r"\((?P<agency>[^()]+)\)\s*[-–—:]+\s*$")
# An outlet of such a name has its own style of credit lines, which must not be taken for another agency's.
_AGENCY_NAME = re.compile(r"\b(?:Agency|Wire|Newswire|Press Association)\b")


def find_derivations(connection: Connection, version: Row[Any]) -> list[dict[str, Any]]:
    """Return the rows of `derivations` that a version's dateline, else its credit, is evidence for: at most one."""
    evidence = find_dateline(version.text) or version.credit
    outlet = _outlet_name(connection, version.outlet_id)
    agency = agency_of(evidence) if evidence else None
    if agency is None or (outlet is not None and (is_same_outlet(agency, outlet) or _AGENCY_NAME.search(outlet))):
        return []
    is_contribution = "contribut" in evidence
    return [
        {
            "id": stable_id("derivation", version.id, agency),
            "version_id": version.id,
            "from_version_id": None,
            "from_name": agency,
            "kind": "partial_copy" if is_contribution else "wire_copy",
            "score": 0.5 if is_contribution else 1.0,
            "evidence": evidence,
        }
    ]


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


def _outlet_name(connection: Connection, outlet_id: int | None) -> str | None:
    return connection.execute(select(outlets.c.name).where(outlets.c.id == outlet_id)).scalar()


def _fold(name: str) -> str:
    words = name.casefold().replace(".", "").split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _initials(name: str) -> str | None:
    """The capitals of a name of three or more words; `None` where there are fewer, which would match by chance."""
    capitals = "".join(word[0] for word in name.split() if word[0].isupper() and word.casefold() != "the")
    return capitals.casefold() if len(capitals) >= 3 else None
