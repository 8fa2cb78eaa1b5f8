"""Whether one wording says less than another: of some of those whom the other names together, or of a part. Pure.

"Officials in Orsk" is narrower than "officials in Velden and Orsk": who denies the one has not denied the other.
Shorter cuts of one sentence are not meant; they leave out a clause, not one of several that are named side by side.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAME = r"[A-Z][\w'’&-]*(?: [A-Z][\w'’&-]*)*"
_NAMES = re.compile(_NAME)
_LIST = re.compile(
    rf"(?:the )?({_NAME})((?:, (?:the )?{_NAME})*),? (?:and|or|as well as) (?:the |in |at |of |to |for )?({_NAME})"
)
_WHOLE = frozenset(("all", "every", "everything", "everyone", "always", "entire", "whole"))
_PART = frozenset(("some", "part", "partly", "partially", "several", "few", "sometimes", "half"))


# Claims are compared with dozens of others each; what is read in a text is kept for the next.
_KEPT = 50_000


def find_narrower(one: str, other: str) -> tuple[int, str] | None:
    """Return which of the two says less (0 or 1) and in what; `None` where neither does."""
    left = _names_fewer(one, other) or _says_part(one, other)
    right = _names_fewer(other, one) or _says_part(other, one)
    if (left is None) == (right is None):
        return None
    return (0, left) if left is not None else (1, right or "")


def _names_fewer(text: str, other: str) -> str | None:
    """In what `text` names only some of those whom `other` names side by side."""
    for names in _lists(other):
        words = _words(text)
        held = [name for name in names if words.issuperset(name.split())]
        if held and len(held) < len(names):
            return f"names {' and '.join(held)} only, where the other names {', '.join(names)}"
    return None


def _says_part(text: str, other: str) -> str | None:
    parts, wholes = _quantities(text), _quantities(other)
    if parts[0] and wholes[1] and not parts[1] and not wholes[0]:
        return f"says {parts[0][0]}, where the other says {wholes[1][0]}"
    return None


@lru_cache(_KEPT)
def _lists(text: str) -> tuple[tuple[str, ...], ...]:
    """The names that stand side by side, list by list."""
    return tuple((match[1], *_NAMES.findall(match[2]), match[3]) for match in _LIST.finditer(text))


@lru_cache(_KEPT)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w'’&-]+", text))


@lru_cache(_KEPT)
def _quantities(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words for a part and those for all, each sorted."""
    words = {word.casefold() for word in _words(text)}
    return tuple(sorted(words & _PART)), tuple(sorted(words & _WHOLE))
