"""The agency credit of an article, as it is written there: a dateline at its beginning, or a line at its end.

Precision first: a wrong credit makes one article a copy of another. "Apple (AAPL) - " and "the World Health
Organization (WHO) - " are no datelines, and prose about reporting is no credit.
"""

from __future__ import annotations

import re

# Lines at the beginning that a headline, a standfirst and a byline may take before the dateline.
_FIRST_LINES = 3
# Agencies that are taken at their name. Initials that are also a ticker or a word (APP, AA, CP, PA) are not among them.
_AGENCY = (
    r"(?:The )?(?:Agence France[- ]Presse|AFP|Associated Press|AP|(?:Thomson )?Reuters(?: Foundation)?"
    r"|Bloomberg(?: News)?|United Press International|UPI|Deutsche Presse-Agentur|dpa(?:-AFX)?|ANSA|EFE|Europa Press"
    r"|Lusa|Belga|Ritzau|Tanjug|TASS|Interfax|RIA Novosti|Ukrinform|Xinhua|Kyodo(?: News)?|Jiji(?: Press)?|Yonhap"
    r"|Bernama|Antara|PTI|Press Trust of India|ANI|IANS|Anadolu(?: Agency)?|Press Association|PA Media"
    r"|Australian Associated Press|Canadian Press)"
)
# Of an agency that is not on the list, in a dateline: its initials, or a name that says what it is.
_UNLISTED = r"[A-Z]{2,6}|[A-Z][\w&. -]{0,30}(?:Agency|News|Newswire|Press|Press Association|Wire)"
_LISTED_DATELINE = re.compile(rf"(?P<place>[^\W_a-z][^\n()]{{0,80}}?) ?\({_AGENCY}\)[ \t]{{0,3}}(?:[-–—]{{1,2}}|:)")
_UNLISTED_DATELINE = re.compile(
    rf"(?P<place>[^\W_a-z][^\n()]{{1,80}}?) ?\((?P<agency>{_UNLISTED})\)[ \t]{{0,3}}[-–—]{{1,2}}"
)
_SMALL = frozenset(
    {"and", "at", "by", "for", "from", "in", "of", "on", "the", "with", "al", "bin", "da", "de", "del", "den", "der"}
    | {"di", "dos", "du", "e", "el", "la", "le", "ul", "van", "von", "y"}
)
_WORK = r"(?:reporting|writing|editing|compiled|translation|graphics|photography)"
_ROLE = re.compile(
    rf"(?:additional )?{_WORK}(?:(?:,| and|, and|, additional) {_WORK})* by (?P<names>.+)", re.IGNORECASE
)
_BRACKETED_LINE = re.compile(rf"\((?:additional )?{_WORK}[^()]{{0,40}} by [^()]{{2,400}}\)", re.IGNORECASE)
_BRACKETED_END = re.compile(r"\([^()]{2,400}\)$")
_CONTRIBUTED = re.compile(
    rf"[ \t(*–—-]*(?P<credit>{_AGENCY}\b.{{0,120}}? contributed to this (?:report|story|article)\.?)\)?",
    re.IGNORECASE,
)
_INPUTS = re.compile(
    rf"\(?With (?:inputs?|files|reporting|material|contributions?) (?:from|by) "
    rf"{_AGENCY}(?:(?:,|,? and| &) {_AGENCY}){{0,4}}\)?\.?"
)
_ONLY_AGENCY = re.compile(rf"(?:[–—-]{{1,2}} ?{_AGENCY}|\({_AGENCY}\))")


def find_credit(text: str) -> str | None:
    """Return the credit, exactly as it stands in `text`; the line at the end before the dateline; `None` for none."""
    lines = text.splitlines()
    for line in reversed(lines):
        credit = find_credit_line(line.strip())
        if credit is not None:
            return credit
    last = lines[-1].strip() if lines else ""
    if len(lines) > 1 and _ONLY_AGENCY.fullmatch(last):
        return last
    return find_dateline(text)


def find_dateline(text: str) -> str | None:
    """Return the agency's dateline at the beginning of `text` ("VELDEN (NPA) -"), exactly; `None` for none."""
    lines = text.split("\n", _FIRST_LINES)[:_FIRST_LINES]
    return next((dateline for line in lines if (dateline := _dateline(line.lstrip()))), None)


def find_credit_line(line: str) -> str | None:
    """Return the credit that a line is, or ends with."""
    if _BRACKETED_LINE.fullmatch(line) or _INPUTS.fullmatch(line) or _is_list_of_roles(line):
        return line
    # At the end of a paragraph, where a page did not break the line.
    end = _BRACKETED_END.search(line)
    if end is not None and _is_list_of_roles(end.group()):
        return end.group()
    contributed = _CONTRIBUTED.fullmatch(line)
    return contributed.group("credit") if contributed else None


def _is_list_of_roles(line: str) -> bool:
    """Whether a line is nothing but who reported, wrote and edited: each part a role and names."""
    if len(line) > 400 or " by " not in line:
        return False
    inner = line.removesuffix(".").removesuffix(")").removeprefix("(")
    parts = [part.strip() for part in re.split(r";|\.\s+(?=[A-Z][a-z]+ing )", inner) if part.strip()]
    roles = [_ROLE.fullmatch(part) for part in parts]
    return bool(roles) and all(role is not None and _is_names(role.group("names")) for role in roles)


def _is_names(words: str) -> bool:
    """Whether no word of prose is among the words."""
    return all(word.casefold() in _SMALL or not word[:1].islower() for word in re.split(r"[\s,&]+", words) if word)


def _dateline(line: str) -> str | None:
    found = _LISTED_DATELINE.match(line)
    if found is not None:
        return found.group() if _is_place(found.group("place")) else None
    found = _UNLISTED_DATELINE.match(line)
    if found is None or not _is_capitals(found.group("place")):
        return None
    return None if _is_abbreviation(found.group("agency"), found.group("place")) else found.group()


def _is_place(words: str) -> bool:
    """Whether each word could be of a place or date: "Paris, March 3", "LA CROSSE, Wis."; prose has other words."""
    return len(words.split()) <= 10 and _is_names(words)


def _is_capitals(place: str) -> bool:
    """Whether the city is in capitals, as datelines have it; what follows its comma may be a country or date."""
    city = place.split(",")[0].strip()
    return city.isupper() and len(city) > 1 and _is_place(place)


def _is_abbreviation(agency: str, place: str) -> bool:
    """Whether the one is the other's initials: "NEWS CORPORATION OF ASIA (NCA) -" names a thing and its short form."""
    capitals = "".join(word[0] for word in place.split() if word.casefold() not in _SMALL)
    return len(agency) > 1 and capitals.casefold() == agency.casefold()
