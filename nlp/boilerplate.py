"""What in the text of an article is no part of its story: credit, dateline, byline, adverts and footers.

From lines and their words alone, before anything is parsed. Precision first: a paragraph of the story that is taken
for an advert is lost. What credit and dateline tell (agency, place, who reported and edited) are facts of the article.
How a page is cut into text, and which agency an article is a copy of, is decided elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from nlp.annotation import Masthead, Span
from nlp.cues import read_lexicon
from nlp.publications import is_publication

LINE = re.compile(r"[^\r\n\u2028\u2029]+")
LONGEST_LINE = 600  # characters; a longer one is a paragraph
LONGEST_ADVERT = 250
LONGEST_ITEM = 60  # of a list in an advert
FIRST_LINES = 6  # in which a byline and a dateline may stand
FEWEST_PROMOS = 2
_WORK = r"(?:reporting|writing|editing|compiled|translation|translated|graphics|photography|research)"
_CREDIT = re.compile(rf"[(*]{{0,2}}(?:additional )?{_WORK}[^.\n]{{0,60}}? by (?P<names>[^\n]{{2,400}})", re.IGNORECASE)
_SMALL = frozenset(
    [
        *("reporting", "writing", "editing", "compiled", "translation", "translated", "graphics", "photography"),
        *("additional", "and", "at", "by", "for", "from", "in", "of", "the", "with", "al", "bin", "da", "de", "del"),
        *("den", "der", "di", "dos", "du", "e", "el", "la", "le", "research", "van", "von", "y"),
    ]
)
_CREDIT_END = re.compile(rf"\((?:additional )?{_WORK}[^()\n]{{0,40}} by [^()\n]{{2,400}}\)\s*$", re.IGNORECASE)
_CONTRIBUTED = re.compile(
    r"\(?(?:[A-Z][\w.'’-]+(?: and|,)? ){2,20}contributed (?:reporting|to this (?:report|story|article))[^\n]{0,60}"
)
_INPUTS = re.compile(r"\(?with (?:inputs?|files|reporting|material) (?:from|by) [^\n]{2,80}", re.IGNORECASE)
_ROLE = re.compile(rf"(?P<role>{_WORK})[^;()]{{0,40}}? by (?P<names>[^;()]+)", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'’/ -]{2,40}(?:, [A-Z][\w.]+(?: [A-Z][\w.]+){0,3})?)"
    r"(?:,? (?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)\w{0,7}\.? \d{1,2})?"
    r"(?: ?\((?P<agency>[A-Z][\w&. /-]{1,40})\))?(?: ?[–—]| ?--| - |:(?= [A-Z]))\s*"
)
_TITLED_DATELINE = re.compile(
    r"(?P<place>[A-Z][\w.'’ ,-]{2,50}) ?\((?P<agency>[A-Z][\w&. /-]{1,40})\) ?(?:[–—-]|--)\s*"
)
_BYLINE = re.compile(
    r"(?:By|BY|Story by|Written by|Words by) "
    r"(?P<names>[A-Z][\w.'’-]*(?:,? (?:and |& |of |in |for |the )?[A-Z][\w.'’-]*){0,12})"
    r"(?:[,|·•] [^\n]{0,60})?\s*"
)
_NO_PLACES = frozenset({"BREAKING", "UPDATE", "LIVE", "EXCLUSIVE", "OPINION", "ANALYSIS", "VIDEO", "WATCH"})
_NAME_BREAK = re.compile(r", | and | & ")
_ITEM = re.compile(r"\s*[-–•*·▪►]\s*\S")


class BoilerplateKind(StrEnum):
    CREDIT = "credit"
    DATELINE = "dateline"
    BYLINE = "byline"
    ADVERT = "advert"
    FOOTER = "footer"


class Block(NamedTuple):
    kind: BoilerplateKind
    span: Span


class Boilerplate:
    """The blocks of a text that are no part of its story, in text order and disjoint."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.blocks = tuple(sorted(blocks, key=lambda block: block.span))
        self._starts = [block.span.start for block in self.blocks]

    def holds(self, span: Span) -> bool:
        """Say whether a span begins in a block."""
        number = bisect_right(self._starts, span.start) - 1
        return number >= 0 and span.start < self.blocks[number].span.end


NO_BOILERPLATE = Boilerplate(())


def find_boilerplate(text: str) -> Boilerplate:
    """The blocks of a text."""
    return Boilerplate(_find_blocks(text))


def _find_blocks(text: str) -> Iterator[Block]:
    in_list = False
    for number, match in enumerate(LINE.finditer(text)):
        span = Span(*match.span())
        line = match[0].strip()
        if not line:
            continue
        if in_list and (_ITEM.match(line) and len(line) <= LONGEST_ITEM):
            yield Block(BoilerplateKind.ADVERT, span)
            continue
        kind = _classify_line(line, number)
        in_list = kind is BoilerplateKind.ADVERT
        if kind is not None:
            yield Block(kind, span)
        else:
            yield from _find_edges(text, span, number)


def _classify_line(line: str, number: int) -> BoilerplateKind | None:
    if len(line) > LONGEST_LINE or line[0] in "“\"‘'":
        return None
    if _is_credit(line) or _CONTRIBUTED.fullmatch(line) or _INPUTS.fullmatch(line):
        return BoilerplateKind.CREDIT
    if number < FIRST_LINES and _BYLINE.fullmatch(line):
        return BoilerplateKind.BYLINE
    plain = line.lower().replace("’", "'")
    if plain.strip(" .:|>-*[]()") in _list_phrases("whole"):
        return BoilerplateKind.ADVERT
    if sum(phrase in plain for phrase in _list_phrases("promo")) >= FEWEST_PROMOS and not _tells(plain):
        return BoilerplateKind.FOOTER
    plain = plain.lstrip("*[(-•> ")
    # "Read more: mayor says ..." is a link, whatever it tells.
    if len(line) <= LONGEST_ADVERT and plain.startswith(_openers()):
        is_link = plain.startswith(tuple(opener for opener in _openers() if opener[-1] in ":|"))
        return BoilerplateKind.ADVERT if is_link or not _tells(plain) else None
    return None


def _is_credit(line: str) -> bool:
    """Say whether a line tells who did the work, and nothing else: "Editing by committee failed" does."""
    match = _CREDIT.fullmatch(line)
    if match is None:
        return False
    words = match["names"].strip("().*").split()
    return all(word[0].isupper() or not word[0].isalpha() or word.strip(",;").lower() in _SMALL for word in words)


def _tells(line: str) -> bool:
    """Say whether a line reports something: then it is a part of the story, whatever it begins with."""
    return re.search(r"[“”\"]|\b(?:said|says|told|according to|reported|announced)\b", line) is not None


def _find_edges(text: str, span: Span, number: int) -> Iterator[Block]:
    """A dateline before a paragraph, a credit after it."""
    if number < FIRST_LINES:
        dateline = _match_dateline(text, span)
        if dateline is not None and dateline.end() < span.end:
            yield Block(BoilerplateKind.DATELINE, Span(*dateline.span()))
    last = text.rfind("(", max(span.start, span.end - LONGEST_LINE), span.end)
    if last >= 0 and (credit := _CREDIT_END.match(text, last, span.end)) is not None:
        yield Block(BoilerplateKind.CREDIT, Span(*credit.span()))


def _match_dateline(text: str, span: Span) -> re.Match[str] | None:
    titled = _TITLED_DATELINE.match(text, span.start, span.end)
    if titled is not None and is_publication(titled["agency"]):
        return titled
    plain = _DATELINE.match(text, span.start, span.end)
    # "NASA: " and "BREAKING - " are no places.
    if plain is None or (
        plain["agency"] is None and plain["place"].upper() in ("BREAKING", "UPDATE", "LIVE", "EXCLUSIVE")
    ):
        return None
    return plain


def read_masthead(text: str, boilerplate: Boilerplate) -> Masthead:
    """What dateline, byline and credit tell."""
    place = agency = None
    reporters: dict[str, None] = {}
    editors: dict[str, None] = {}
    for kind, span in boilerplate.blocks:
        words = text[span.start : span.end].strip()
        if kind is BoilerplateKind.DATELINE and place is None:
            dateline = _match_dateline(text, span)
            if dateline is not None:
                place, agency = dateline["place"].strip(" ,"), dateline["agency"]
        elif kind is BoilerplateKind.BYLINE and (byline := _BYLINE.fullmatch(words)) is not None:
            reporters.update(dict.fromkeys(_split_names(byline["names"])))
        elif kind is BoilerplateKind.CREDIT:
            for part in _ROLE.finditer(words):
                held = editors if part["role"].lower() == "editing" else reporters
                held.update(dict.fromkeys(_split_names(part["names"])))
    return Masthead(agency=agency, place=place, reporters=tuple(reporters), editors=tuple(editors))


def _split_names(names: str) -> list[str]:
    """ "A B in Bengaluru, C D and E F" → the names alone."""
    found = (re.split(r" in | at | for ", name)[0].strip(" .,;)") for name in _NAME_BREAK.split(names))
    return [name for name in found if name and name[0].isupper()]


@cache
def _list_phrases(kind: str) -> frozenset[str]:
    pairs = (line.split("\t") for line in read_lexicon("boilerplate.tsv"))
    return frozenset(phrase for phrase, held in pairs if held == kind)


@cache
def _openers() -> tuple[str, ...]:
    return tuple(sorted(_list_phrases("opener")))
