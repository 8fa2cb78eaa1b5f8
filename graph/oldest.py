"""The oldest publication that the chains of a claim name and that is not held, with the day that the text gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from graph.chains import Chain, Hop, Resolution
from graph.evidence import AttributionEvidence
from graph.outlet_names import fold_outlet

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_FORMS = "|".join(month[:3] + f"(?:{month[3:]})?" for month in _MONTHS)
_WEEK = 7
# Words that may stand between who reported and when: "reported exclusively late on Tuesday".
_WHEN = re.compile(
    r"\W*(?:\w+ly )?(?:(?:first|late|early|earlier) )?(?:on |in )?(?:late |early )?(?:its \w+ edition of )?"
    r"(?:(?P<relative>today|yesterday)"
    rf"|(?P<last>last )?(?P<weekday>{'|'.join(_DAYS)})"
    rf"|(?P<month>{_MONTH_FORMS})\.? (?P<day>\d{{1,2}})\b(?:, (?P<year>\d{{4}}))?"
    rf"|(?P<day2>\d{{1,2}}) (?P<month2>{_MONTH_FORMS})(?: (?P<year2>\d{{4}}))?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldestNamed:
    """`on` is the day that the text gives, `None` where it gives none."""

    name: str
    on: date | None


def find_oldest(members: Iterable[AttributionEvidence], chains: Mapping[int, Chain]) -> OldestNamed | None:
    """Return the publication named earliest: by the day that a text gives it, else by the day of the article."""
    found: list[tuple[date, int, OldestNamed]] = []
    for number, item in enumerate(members):
        chain = chains[item.attribution_id]
        hop = _outside(chain.hops)
        if hop is None or hop.name is None:
            continue
        words = chain.innermost.words if hop.words and hop.words in chain.innermost.words else item.words
        said_in = chain.innermost if words is chain.innermost.words else item
        on = read_day(words, hop.words or "", said_in.version.at.date())
        found.append((on or said_in.version.at.date(), number, OldestNamed(name=hop.name, on=on)))
    if not found:
        return None
    _, _, oldest = min(found, key=lambda each: each[:2])
    if oldest.on is None:  # another article may say when
        days = [each.on for _, _, each in found if each.on and fold_outlet(each.name) == fold_outlet(oldest.name)]
        return OldestNamed(name=oldest.name, on=min(days, default=None))
    return oldest


def read_day(sentence: str, cue_words: str, published: date) -> date | None:
    """Return the day that stands right behind `cue_words`, or else right before them; `None` for none.

    A weekday is the last one up to the day of publication.
    """
    start = sentence.find(cue_words) if cue_words else -1
    if start < 0:
        return None
    match = _WHEN.match(sentence, start + len(cue_words))
    return None if match is None else _day_of(match, published)


def _day_of(match: re.Match[str], published: date) -> date | None:
    if match["relative"]:
        return published - timedelta(days=match["relative"].casefold() == "yesterday")
    if match["weekday"]:
        back = (published.weekday() - _DAYS.index(match["weekday"].casefold())) % _WEEK
        return published - timedelta(days=back or (_WEEK if match["last"] else 0))
    month = next(
        n for n, name in enumerate(_MONTHS, 1) if name.startswith((match["month"] or match["month2"]).casefold())
    )
    day, year = int(match["day"] or match["day2"]), match["year"] or match["year2"]
    try:
        if year:
            return date(int(year), month, day)
        found = date(published.year, month, day)
        return found if found <= published + timedelta(days=1) else date(published.year - 1, month, day)
    except ValueError:
        return None


def _outside(hops: tuple[Hop, ...]) -> Hop | None:
    """The publication furthest in that is not held."""
    for hop in reversed(hops):
        if hop.kind in ("publication", "agency") and hop.resolution in (Resolution.NAMED, Resolution.CITED):
            return hop
    return None
