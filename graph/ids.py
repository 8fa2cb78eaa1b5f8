"""Ids of what comes from outside, derived from its content: a second run gives the same ids and changes nothing.

An id is a positive 63-bit integer (the first bits of a BLAKE2b hash), small enough to be SQLite's row id and
PostgreSQL's bigint. With 20 million rows of one kind two of them meet with a chance of about 2 in 100,000.
People see a letter for the kind and 16 hexadecimal digits, and may type any beginning of it that is unique.
"""

from __future__ import annotations

import re
from enum import StrEnum
from hashlib import blake2b

from graph.errors import BadId

_HEX_DIGITS = 16
_HIGHEST = 2**63 - 1


class Kind(StrEnum):
    """The letter before an id that is shown."""

    ARTICLE = "r"
    VERSION = "v"
    ATTRIBUTION = "a"
    CLAIM = "c"
    ENTITY = "e"
    OUTLET = "o"
    FEED = "f"


def stable_id(*parts: str | int) -> int:
    """Return the id of what `parts` describe. The first part names the kind of thing."""
    text = "\x1f".join(str(part) for part in parts)
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def show_id(kind: Kind, number: int) -> str:
    return f"{kind}{number:0{_HEX_DIGITS}x}"


def parse_id(kind: Kind, text: str) -> tuple[int, int]:
    """Return the lowest and the highest id that `text`, a whole shown id or the beginning of one, can mean.

    Raises:
        BadId: `text` is not of the form that `show_id` gives for this kind.
    """
    match = re.fullmatch(rf"{kind}([0-9a-f]{{1,{_HEX_DIGITS}}})", text.strip().lower())
    if not match:
        raise BadId(text, f"not an id of this kind; one looks like {kind}3fa9c or longer, as the listings print it")
    digits = match.group(1)
    # Ids have 63 bits: what begins with 8 to f means none, and is a range in which there is none.
    lowest, highest = (int(digits.ljust(_HEX_DIGITS, filler), 16) for filler in "0f")
    return min(lowest, _HIGHEST), min(highest, _HIGHEST)
