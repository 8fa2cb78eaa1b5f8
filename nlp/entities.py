"""Who and what a text names: the recogniser's names, cleaned, and those of one text put together.

Full names and their short forms become one entity where the text leaves one choice. Two people of one surname
stay two, and the bare surname is then a third entity: which of them it means is not known here. Pronouns and
noun phrases ("the company") are not resolved.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc, Token

from nlp.annotation import Entity, EntityType, Span
from nlp.publications import is_publication
from nlp.referents import Sort, correct_type, guess_type, sort_noun
from nlp.tags import NAME_TAGS, tokens_tagged

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "sir",
        "dame",
        "lord",
        "lady",
        "sen",
        "senator",
        "rep",
        "representative",
        "gov",
        "governor",
        "pres",
        "president",
        "vice-president",
        "chancellor",
        "minister",
        "secretary",
        "gen",
        "general",
        "col",
        "maj",
        "capt",
        "lt",
        "sgt",
        "judge",
        "justice",
        "rev",
        "pope",
        "king",
        "queen",
        "prince",
        "princess",
        "mayor",
        "ambassador",
        "congressman",
        "congresswoman",
    ]
)
GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
COMPANY_FORMS = frozenset("inc corp corporation ltd llc plc co company ag gmbh sa nv".split())  # noqa: SIM905
ARTICLES = frozenset({"the", "a", "an"})
POSSESSIVE = re.compile(r"['’]s?$")
WORD = re.compile(r"\S+")
LABELS = frozenset(EntityType)
NOT_NAMES = frozenset({*"ai ip api tv ceo cfo cto gb ram it pc app".split(), "pro tem", "pro tempore"})  # noqa: SIM905
GUESSED_TAGS = frozenset({"NNP", "NNPS", "NNS"})  # "Sacks said" is tagged as a plural
GUESSED_LABELS = frozenset({"", "PRODUCT", "LAW", "WORK_OF_ART", "EVENT"})  # none, or one that names seldom have
FEWEST_LONG_WORDS, MOST_LONG_WORDS = 2, 5  # of a name that is taken for one by its words
FEWEST_GUESSES = 2  # mentions of a name that only we took for one
PLACED = re.compile(r"\b(?:in|to|from|at|near|across|around|of)\s+$", re.IGNORECASE)
PERSON_LIKE = frozenset({EntityType.PERSON, EntityType.ORG})
TYPE_ORDER = {entity_type: rank for rank, entity_type in enumerate(EntityType)}


class Mention(NamedTuple):
    """A name in a text. `type` is `None` for a proper noun that the recogniser passed over: a guess."""

    span: Span
    type: EntityType | None


def find_mentions(doc: Doc) -> list[Mention]:
    """The names in a text, in text order, without titles, articles and possessive endings."""
    text = doc.text
    mentions = []
    for ent in doc.ents:
        if ent.label_ in LABELS:
            span = clean_name(text, Span(ent.start_char, ent.end_char), EntityType(ent.label_))
            if span is not None:
                mentions.append(Mention(span, EntityType(ent.label_)))
    return sorted([*mentions, *_guess_mentions(doc), *_guess_long_mentions(doc, text)])


def _guess_long_mentions(doc: Doc, text: str) -> Iterator[Mention]:
    """Proper nouns in a row that the recogniser passed over, where their words say what they name."""
    start = end = 0
    for token in tokens_tagged(doc, NAME_TAGS):
        if token.ent_type_ not in GUESSED_LABELS or not token.text[:1].isupper():
            continue
        if token.i != end:
            yield from _guess_long_mention(doc, text, start, end)
            start = token.i
        end = token.i + 1
    yield from _guess_long_mention(doc, text, start, end)


def _guess_long_mention(doc: Doc, text: str, start: int, end: int) -> Iterator[Mention]:
    if not FEWEST_LONG_WORDS <= end - start <= MOST_LONG_WORDS:
        return
    span = Span(doc[start].idx, doc[end - 1].idx + len(doc[end - 1]))
    guessed = guess_type(text[span.start : span.end])
    if guessed is not None and (cleaned := clean_name(text, span, guessed)) is not None:
        yield Mention(cleaned, guessed)


def _guess_mentions(doc: Doc) -> Iterator[Mention]:
    """Single proper nouns that the recogniser passed over: it does not know every new company's name."""
    for token in tokens_tagged(doc, GUESSED_TAGS):
        if token.ent_type_ not in GUESSED_LABELS or len(token) < 3:
            continue
        if sort_noun(token.lower_, is_plural=token.tag_ != "NNP") is not Sort.THING:
            continue  # "Officials said"
        if token.is_alpha and (token.is_title or _has_inner_capital(token.text)) and not _has_name_beside(token):
            yield Mention(Span(token.idx, token.idx + len(token)), None)


def _has_name_beside(token: Token) -> bool:
    beside = [token.doc[at] for at in (token.i - 1, token.i + 1) if 0 <= at < len(token.doc)]
    return any(neighbour.tag_ in NAME_TAGS for neighbour in beside)


def _has_inner_capital(word: str) -> bool:
    """ "DeepSeek", "eBay": nothing but a name is written so."""
    return not word.isupper() and any(char.isupper() for char in word[1:])


def clean_name(text: str, span: Span, entity_type: EntityType) -> Span | None:
    """Cut what is no part of a name off a span; `None` if no name is left."""
    start, end = span
    words = list(WORD.finditer(_first_line(text, start, end)))
    while words and _is_leading(words[0][0], entity_type, is_last=len(words) == 1):
        words.pop(0)
    if not words:
        return None
    base = start
    start = base + words[0].start()
    end = base + words[-1].end()
    start += _lower_prefix(text[start : base + words[0].end()])
    end -= _trailing(text[start:end])
    name = text[start:end]
    if not any(char.isalpha() for char in name) or name == name.lower() or name.lower() in NOT_NAMES:
        return None
    return Span(start, end)


def _first_line(text: str, start: int, end: int) -> str:
    return re.split(r"[\r\n\u2028\u2029]", text[start:end], maxsplit=1)[0]


def _is_leading(word: str, entity_type: EntityType, *, is_last: bool) -> bool:
    plain = word.strip(".,\"“”'‘’()").lower()
    if not plain or plain in ARTICLES:
        return True
    if entity_type is not EntityType.PERSON or is_last:
        return False
    # "Spokeswoman Jane Doe", at the beginning of a sentence.
    return plain in TITLES or (sort_noun(plain, is_plural=False) is Sort.PERSON and word[1:].islower())


def _lower_prefix(word: str) -> int:
    """The length of "pro-" or an opening mark before the name proper."""
    hyphen = word.find("-")
    if hyphen > 0 and word[:hyphen].islower() and word[hyphen + 1 : hyphen + 2].isupper():
        return hyphen + 1
    return len(word) - len(word.lstrip("\"“”'‘’([,;:-–—"))


def _trailing(name: str) -> int:
    cut = name.rstrip(',;:"“”)]!?-–—')
    cut = POSSESSIVE.sub("", cut) if not cut.endswith(("s'", "s’")) else cut[:-1]
    return len(name) - len(cut)


class _Name(NamedTuple):
    """One spelling with all its mentions."""

    key: str
    words: tuple[str, ...]  # lower-case, without dots, middle initials and generations
    written: str
    type: EntityType
    spans: tuple[Span, ...]


def cluster_mentions(text: str, mentions: Iterable[Mention]) -> tuple[Entity, ...]:
    """Put the mentions of one text together, in the order of their first mention."""
    names = _collect_names(text, mentions)
    leaders = _join_names(text, names)
    groups: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        groups[_leader(leaders, name.key)].append(name)
    ordered = sorted(groups.values(), key=lambda group: min(name.spans[0] for name in group))
    return tuple(_make_entity(number, group) for number, group in enumerate(ordered))


def _make_entity(number: int, group: Sequence[_Name]) -> Entity:
    best = max(group, key=lambda name: (len(name.words), len(name.written), -name.spans[0].start))
    return Entity(
        id=number,
        name=best.written,
        type=best.type,
        mentions=tuple(sorted({span for name in group for span in name.spans})),
    )


def _collect_names(text: str, mentions: Iterable[Mention]) -> list[_Name]:
    spans: dict[str, list[Span]] = defaultdict(list)
    types: dict[str, Counter[EntityType]] = {}
    for mention in mentions:
        key = " ".join(text[mention.span.start : mention.span.end].casefold().split())
        spans[key].append(mention.span)
        if mention.type is not None:
            types.setdefault(key, Counter())[mention.type] += 1
    surnames = {words[-1] for key in types if types[key][EntityType.PERSON] and len(words := _name_words(key)) > 1}
    names = []
    for key, held in spans.items():
        written = " ".join(text[held[0].start : held[0].end].split())
        is_new = len(held) >= FEWEST_GUESSES and _has_inner_capital(written)
        if key in types or key in surnames or is_new:
            names.append(
                _Name(
                    key,
                    _name_words(key),
                    written,
                    _choose_type(written, types.get(key, Counter())),
                    tuple(held),
                )
            )
    return names


def _choose_type(written: str, types: Counter[EntityType]) -> EntityType:
    """The type most often seen. An outlet is an organisation whatever it was taken for, and so is a guess."""
    if not types or (is_publication(written) and " " in written):
        return EntityType.ORG
    best = min(types, key=lambda kind: (-types[kind], TYPE_ORDER[kind]))
    return correct_type(written, best)


def _name_words(key: str) -> tuple[str, ...]:
    """ "joseph r. biden jr." → ("joseph", "biden"): what has to agree for two full names to be one."""
    words = [word.strip(".,").replace(".", "") for word in key.split()]
    words = [word for word in words if word]
    while len(words) > 1 and words[-1] in GENERATIONS | COMPANY_FORMS:
        words.pop()
    middle = [word for word in words[1:-1] if len(word) > 1]
    return (words[0], *middle, words[-1]) if len(words) > 1 else tuple(words)


def _leader(leaders: dict[str, str], key: str) -> str:
    while leaders.get(key, key) != key:
        key = leaders[key]
    return key


def _join_names(text: str, names: Sequence[_Name]) -> dict[str, str]:
    """Map the key of a name that stands for another one to that one's key."""
    leaders: dict[str, str] = {}
    by_words: dict[tuple[str, ...], str] = {}
    for name in names:
        leaders[name.key] = by_words.setdefault(name.words, name.key)
    _join_short_names(text, names, leaders)
    _join_publications(names, leaders)
    _join_acronyms(text, names, leaders)
    return leaders


def _join_short_names(text: str, names: Sequence[_Name], leaders: dict[str, str]) -> None:
    """A lone surname, or first name, is the one person of the text who has it."""
    surnames: dict[str, set[str]] = defaultdict(set)
    first_names: dict[str, set[str]] = defaultdict(set)
    taken = {name.words[0] for name in names if len(name.words) > 1 and name.type is EntityType.ORG}
    for name in names:
        if name.type is EntityType.PERSON and len(name.words) > 1:
            surnames[name.words[-1]].add(_leader(leaders, name.key))
            first_names[name.words[0]].add(_leader(leaders, name.key))
    for name in names:
        if len(name.words) != 1 or not _may_be_person(text, name):
            continue
        word = name.words[0]
        if name.type is EntityType.ORG and word in taken:
            continue  # "Bloomberg" beside "Bloomberg News" and "Michael Bloomberg" may be either
        owners = surnames.get(word) or (first_names.get(word, set()) if name.type is EntityType.PERSON else set())
        if len(owners) == 1:
            leaders[_leader(leaders, name.key)] = next(iter(owners))


def _may_be_person(text: str, name: _Name) -> bool:
    """Say whether a lone name can be a surname: a place cannot, if the text ever speaks of it as of one."""
    if name.type in PERSON_LIKE:
        return True
    before = (text[max(0, span.start - 8) : span.start] for span in name.spans)
    return name.type is EntityType.GPE and not any(PLACED.search(words) for words in before)


def _join_publications(names: Sequence[_Name], leaders: dict[str, str]) -> None:
    """ "Bloomberg" is "Bloomberg News" where the text names that one and nobody else of the name."""
    fulls: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        if len(name.words) > 1:
            fulls[name.words[0]].append(name)
            fulls[name.words[-1]].append(name)
    for name in names:
        owners = fulls.get(name.key, [])
        if (
            len(name.words) == 1
            and len(owners) == 1
            and is_publication(name.written)
            and is_publication(owners[0].written)
        ):
            _join(leaders, name.key, owners[0].key)


def _join_acronyms(text: str, names: Sequence[_Name], leaders: dict[str, str]) -> None:
    """ "Environmental Protection Agency (EPA)", and a country with its initials."""
    shorts = {name.words[0]: name for name in names if len(name.words) == 1 and len(name.words[0]) <= 8}
    for name in names:
        if len(name.words) < 2 or name.type is EntityType.PERSON:
            continue
        initials = "".join(word[0] for word in name.key.split() if word not in ("of", "the", "and", "for"))
        if name.type is EntityType.GPE and initials in shorts and shorts[initials].type is EntityType.GPE:
            _join(leaders, shorts[initials].key, name.key)
        for span in name.spans:
            bracket = re.compile(r"\s*\(([A-Z][A-Za-z.&]{1,9})\)").match(text, span.end)
            if bracket is None:
                continue
            short = shorts.get(bracket[1].replace(".", "").casefold())
            if short is not None and short.words[0][0] == initials[0]:
                _join(leaders, short.key, name.key)


def _join(leaders: dict[str, str], short: str, full: str) -> None:
    ours, theirs = _leader(leaders, short), _leader(leaders, full)
    if ours != theirs:
        leaders[ours] = theirs
