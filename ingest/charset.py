"""The bytes of a page → its characters.

Bytes that are UTF-8 are UTF-8, whatever server and page say: many servers name a default that is not so. Then the
header's charset, then the page's own, and else trafilatura guesses. Source: the order of the HTML standard, but for the
first step.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

_HEAD_BYTES = 4096
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
# Pages that say Latin-1 mean Windows-1252, and its curly quotes are what is looked for here. Source: WHATWG Encoding.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}


def decode_page(body: bytes, headers: Mapping[str, str]) -> str | bytes:
    """Return the page's characters, or its bytes as they are where no charset that it names holds."""
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    # Pure ASCII may also be the escape sequences of ISO-2022-JP, so that a declaration goes first there.
    names = [*_declared(body, headers), "utf-8"] if body.isascii() else ["utf-8", *_declared(body, headers)]
    for name in names:
        try:
            return body.decode(name)
        except (LookupError, ValueError):
            continue
    return body


def _declared(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    header = _HEADER.search(headers.get("content-type", ""))
    meta = _META.search(body[:_HEAD_BYTES])
    for found in (header.group(1) if header else None, meta.group(1).decode("ascii", "replace") if meta else None):
        try:
            name = codecs.lookup(found or "").name
        except LookupError:
            continue
        yield _MEANT.get(name, name)
