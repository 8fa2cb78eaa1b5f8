"""For which organisation a source speaks: spokespeople, heads, and its own statements and documents.

By the words beside the source only. Who merely works somewhere, or speaks on their own account, speaks for themselves.
"""

from __future__ import annotations

import re

from graph.evidence import AttributionEvidence
from nlp.annotation import SourceType

_SPEAKS_FOR = re.compile(
    r"\b(?:spokes(?:man|woman|person|people|men|women)|press (?:officer|secretary)|representatives?|on behalf of"
    r"|chief executive|chief executive officer|CEO|chairman|chairwoman)\b",
    re.IGNORECASE,
)
_FORMER = re.compile(r"\b(?:former|ex-|then-|outgoing)\W", re.IGNORECASE)
_ON_THEIR_OWN = re.compile(
    r"\b(?:on (?:his|her|their) own account|(?:personal|private) capacity|speaking (?:personally|privately|anonymously)"
    r"|not authori[sz]ed|condition of anonymity|asked not to be (?:named|identified))\b",
    re.IGNORECASE,
)
# Its own statement or document, not one about it: "a report by Orsk Chemicals", "the company's filing".
_DOCUMENT = re.compile(
    r"\b(?:report|statement|filing|document|letter|memo|release|notice|website|announcement|results|accounts|post)s?\b",
    re.IGNORECASE,
)


def spoken_for(item: AttributionEvidence) -> tuple[int, str] | None:
    """The organisation (canonical entity id and name) whose word this is; `None` where it is the source's own."""
    if item.source_type == SourceType.ORGANISATION:
        is_known = item.source_entity_id is not None and item.source_name is not None
        return (item.source_entity_id or 0, item.source_name or "") if is_known else None
    source = item.source_words or ""
    if item.affiliation is None or _ON_THEIR_OWN.search(item.words):
        return None
    if item.source_type == SourceType.DOCUMENT:
        return item.affiliation if _DOCUMENT.search(source) else None
    speaks = _SPEAKS_FOR.search(source)
    return item.affiliation if speaks and not _FORMER.search(source) else None
