"""The agency credit of an article, as it is written there: a dateline at its beginning, or a line at its end."""

from __future__ import annotations

import re

# "SAN FRANCISCO, March 3 (Reuters) -"
_DATELINE = re.compile(r"[A-Z][^\n()]{1,60}\([A-Z][\w&. -]{1,40}\)\s*[-–—]")
# "(Reporting by ...; Editing by ...)", also without brackets when the line says both.
_REPORTING = re.compile(
    r"^[ \t]*(\((?:additional )?(?:reporting|writing|compiled)(?: and [a-z]+)? by [^\n]{2,300}\)"
    r"|(?:additional )?reporting by [^\n]{2,150}; ?(?:[a-z ]+ by [^\n]{2,100}; ?)?editing by [^\n]{2,150})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_AGENCY_LINE = re.compile(
    r"^[ \t(—–-]*((?:the )?(?:associated press|agence france[- ]presse|afp|reuters|bloomberg news)[^\n]{0,60}"
    r"contributed to this (?:report|story|article)\.?)\)?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def find_credit(text: str) -> str | None:
    """Return the credit, exactly as it stands in `text`; the line at the end before the dateline; `None` for none."""
    for pattern in (_REPORTING, _AGENCY_LINE):
        found = list(pattern.finditer(text))
        if found:
            return found[-1].group(1)
    dateline = _DATELINE.match(text)
    return dateline.group() if dateline else None
