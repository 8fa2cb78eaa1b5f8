"""Names of outlets: when two are one outlet's, and what a name says of it. Pure.

Texts call an outlet by its name with or without "the", or by its initials ("NPA"); nothing looser is believed, since a
wrong match makes one report the origin of another.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.publications import is_publication

# An outlet of such a name has its own style of credit lines, which must not be taken for another agency's.
_AGENCY = re.compile(r"\b(?:Agency|Wire|Newswire|Press Association)\b")
# What names of outlets have and names of those they report on mostly have not.
_NEWS = re.compile(
    r"\b(?:news\w*|times|post|herald|tribune|gazette|ledger|courier|observer|mirror|review|voice|journal|chronicle"
    r"|telegraph|mail|echo|monitor|standard|star|sun|daily|weekly|today|press|media|radio|tv|television|broadcast\w*"
    r"|magazine|agency|wire|report\w*|bulletin|dispatch|examiner|independent|guardian)\b",
    re.IGNORECASE,
)
_LEAST_INITIALS = 3
_NAMES_REMEMBERED = 8192  # a claim in hundreds of articles compares each of its names with each outlet's


def is_agency_name(name: str | None) -> bool:
    return bool(name and _AGENCY.search(name))


def is_news_name(name: str) -> bool:
    """Whether a name is one that outlets bear. Of those that are none, some are outlets all the same ("Reuters")."""
    return bool(_NEWS.search(name)) or is_publication(name)


def is_same_outlet(name: str, other: str | None) -> bool:
    """Whether two names can be one outlet's: equal, or one the initials of the other ("NPA")."""
    if other is None:
        return False
    first, second = fold_outlet(name), fold_outlet(other)
    return first == second or initials_of(name) == second or initials_of(other) == first


@lru_cache(maxsize=_NAMES_REMEMBERED)
def fold_outlet(name: str) -> str:
    """The name without case, points and a leading "the"."""
    words = name.casefold().replace(".", "").split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


@lru_cache(maxsize=_NAMES_REMEMBERED)
def initials_of(name: str) -> str | None:
    """The capitals of a name of three or more words; `None` where there are fewer, which would match by chance."""
    capitals = "".join(word[0] for word in name.split() if word[0].isupper() and word.casefold() != "the")
    return capitals.casefold() if len(capitals) >= _LEAST_INITIALS else None


def plain_name(name: str) -> str:
    """The name as it stands on a masthead: without the article that a sentence puts before it."""
    words = name.split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)
