"""Names as they are compared across articles: letters folded, titles and legal forms cut off, initials told from names.

Nothing here says that two are one; it says which names could mean the same at all. Two people are looked at only where
first name, last name and generation ("Jr.") agree; what stands between ("Robert F. Kennedy") may be left out or
shortened in one of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Longer ones are no names, whatever they are.
LONGEST_NAME = 100
MOST_WORDS = 8
MOST_LETTERS = 12  # of an acronym with its dots
_WORD = re.compile(r"\w+(?:['’]\w+)*")
# Letters that Unicode does not take apart into a plain one and a mark.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_TITLES_WORDS = (
    "mr mrs ms miss mx dr prof professor sir dame lord lady sen senator rep representative gov governor "
    "pres president chancellor prime minister secretary gen general col colonel maj capt captain lt sgt "
    "judge justice rev pope king queen prince princess mayor ambassador congressman congresswoman "
    "inspector detective sheriff officer coach chairman chairwoman"
)
_TITLES = frozenset(_TITLES_WORDS.split())
_GENERATIONS_WORDS = "jr sr ii iii iv"
_GENERATIONS = frozenset(_GENERATIONS_WORDS.split())
_DEGREES_WORDS = "phd md esq qc kc obe mbe mp"
_DEGREES = frozenset(_DEGREES_WORDS.split())
_PARTICLES_WORDS = "de del della der den des di da dos das du la le van von ter ten zu bin ibn ben al el"
_PARTICLES = frozenset(_PARTICLES_WORDS.split())
_LEGAL_FORMS_WORDS = (
    "inc incorporated corp corporation ltd limited llc llp lp plc co company ag gmbh sa nv spa ab oy as asa kk bv"
)
_LEGAL_FORMS = frozenset(_LEGAL_FORMS_WORDS.split())
# What is left of "First Corp." says too little to stand for it.
_TOO_GENERAL_WORDS = (
    "first general national international american british united standard universal global news media "
    "capital group energy bank university sun star target"
)
_TOO_GENERAL = frozenset(_TOO_GENERAL_WORDS.split())


@dataclass(frozen=True, slots=True)
class PersonName:
    """`key` is equal where two names can be one person's; `middle` are the names or initials in between.

    `is_turned` tells "Thomas James" from "James Thomas", which have one key.
    """

    key: str
    middle: str
    is_turned: bool


def fold_letters(name: str) -> str:
    """`name` without case, accents and what is not seen (zero-width, direction marks); words one space apart."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return " ".join("".join(letter for letter in plain if not _is_unseen(letter)).split())


def read_person(name: str) -> PersonName | None:
    """Take the full name of a person apart; `None` for a single name, and for what is no name."""
    words = _person_words(name)
    generation = ""
    while words and (words[-1] in _GENERATIONS or words[-1] in _DEGREES):
        last = words.pop()
        generation = last if last in _GENERATIONS else generation
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    words = words[:1] + [word for word in words[1:] if word not in _PARTICLES]
    if not 2 <= len(words) <= MOST_WORDS:
        return None
    # "Orbán Viktor" and "Viktor Orbán" are looked at as one; evidence has to join them.
    ends = sorted((words[0], words[-1]))
    return PersonName(
        key=" ".join([*ends, generation]).strip(), middle=" ".join(words[1:-1]), is_turned=words[0] > words[-1]
    )


def are_compatible(middles: Iterable[str]) -> bool:
    """Whether people of these middle names could all be one: "", "f" and "francis" could, "w" and "h w" not."""
    told = [middle.split() for middle in middles if middle]
    return all(_agree(left, right) for at, left in enumerate(told) for right in told[at + 1 :])


def core_of(name: str) -> str:
    """The name of an organisation or place without "the", legal forms and punctuation; "" where nothing is left."""
    if len(name) > LONGEST_NAME:
        return ""
    words = _WORD.findall(_undotted(fold_letters(name).replace("&", " and ")))
    if words[:1] == ["the"]:
        words = words[1:]
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    if len(kept) == 1 and kept[0] in _TOO_GENERAL:
        kept = words
    return " ".join(kept)


def is_acronym(name: str) -> bool:
    plain = name.replace(".", "")
    return (
        len(name) <= MOST_LETTERS and 2 <= len(plain) <= 6 and plain.isascii() and plain.isalpha() and plain.isupper()
    )


def spells(acronym: str, name: str) -> bool:
    """Whether `acronym` is made of the first letters of `name`, with or without the little words."""
    words = _WORD.findall(fold_letters(name).replace("-", " "))
    letters = acronym.replace(".", "").casefold()
    long = "".join(word[0] for word in words)
    short = "".join(word[0] for word in words if word not in ("of", "the", "and", "for", "in", "on", "to", "de"))
    return len(words) > 1 and letters in (long, short)


def _person_words(name: str) -> list[str]:
    if len(name) > LONGEST_NAME:
        return []
    head, comma, tail = fold_letters(name).partition(",")
    if comma and not (set(_WORD.findall(tail)) <= _GENERATIONS | _DEGREES):
        head, tail = tail, head  # "Leyen, Ursula von der"
    plain = f"{head} {tail}".replace("-", " ").replace("'", "").replace("’", "")
    words = [word for word in re.findall(r"\w+", plain) if any(letter.isalpha() for letter in word)]
    return _joined_initials(words)


def _joined_initials(words: Sequence[str]) -> list[str]:
    """ "J. K. Rowling" begins with one name of two letters, as "JK Rowling" does."""
    lead = 0
    while lead < len(words) - 1 and len(words[lead]) == 1 and words[lead].isalpha():
        lead += 1
    return ["".join(words[:lead]), *words[lead:]] if lead > 1 else list(words)


def _agree(left: Sequence[str], right: Sequence[str]) -> bool:
    return all(one == other or _is_initial(one, other) for one, other in zip(left, right, strict=False))


def _is_initial(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) == 1 and longer.startswith(shorter)


def _undotted(name: str) -> str:
    """ "u.s." as "us", but "corp." as it is: its dot is no letter's."""
    return re.sub(r"\b(?:\w\.){2,}", lambda found: found[0].replace(".", "") + " ", name)


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc", "Cs") and letter not in "\t\n"
