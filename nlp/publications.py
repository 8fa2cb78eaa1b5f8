"""Which names are those of outlets and agencies, by a list and by what such names end in."""

from __future__ import annotations

from functools import cache

from nlp.cues import read_lexicon

NEWS_AGENCY = " news agency"
ENDINGS = frozenset(
    [
        *("news", "times", "journal", "post", "herald", "tribune", "gazette", "observer", "chronicle", "telegraph"),
        *("magazine", "courier", "dispatch", "examiner", "inquirer", "sentinel", "bulletin", "argus", "radio"),
    ]
)


def is_publication(name: str) -> bool:
    """Say whether a name is that of an outlet or agency, with or without "the"."""
    plain = " ".join(name.casefold().split()).removeprefix("the ")
    if plain.endswith(NEWS_AGENCY) and plain != NEWS_AGENCY.strip():
        return True
    words = plain.split()
    return plain in _list_publications() or (len(words) > 1 and words[-1] in ENDINGS)


@cache
def _list_publications() -> frozenset[str]:
    return frozenset(name.casefold().removeprefix("the ") for name in read_lexicon("publications.txt"))
