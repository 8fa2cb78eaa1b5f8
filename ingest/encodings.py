"""Undoing the Content-Encoding of a body, bounded in memory and time whatever is inside it.

A few hundred bytes can decode to gigabytes, and encodings can be stacked. So every layer is undone in pieces, and none
may give more than the limit. Only gzip is asked for; deflate is undone as well, since servers send it unasked.
"""

from __future__ import annotations

import zlib

PIECE_BYTES = 1 << 16
MOST_LAYERS = 3
_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_MAGIC = b"\x1f\x8b"
# Neither asked for nor undone. What else servers name ("utf-8", "none", "identity") is not encoded at all.
_UNASKED = frozenset({"br", "compress", "x-compress", "zstd", "dcb", "dcz"})


class BrokenBody(Exception):
    """The body is not what its encoding says, or ends too early, or is encoded in a way that nobody asked for."""


def decode_body(body: bytes, encoding: str, *, max_bytes: int) -> bytes | None:
    """Return `body` decoded, or `None` if a layer of it has more than `max_bytes`.

    Raises:
        BrokenBody: it cannot be decoded.
    """
    names = [part.strip().lower() for part in encoding.split(",")]
    if _UNASKED.intersection(names):
        raise BrokenBody(f"the answer is encoded ({encoding}) in a way that was not asked for")
    layers = [name for name in names if name in _GZIP or name == "deflate"]
    if len(layers) > MOST_LAYERS:
        raise BrokenBody(f"the answer is encoded {len(layers)} times over")
    decoded: bytes | None = body
    for name in reversed(layers):  # the last one named was applied last
        if decoded:
            decoded = _inflate(decoded, name, max_bytes)
    return decoded


def _inflate(body: bytes, name: str, max_bytes: int) -> bytes | None:
    decoded = bytearray()
    left = body
    while left:  # a member of gzip, of which several may follow one another
        engine = zlib.decompressobj(_window_bits(name, left))
        while not engine.eof:
            try:
                piece = engine.decompress(left, PIECE_BYTES)
            except zlib.error as error:
                raise BrokenBody(f"the answer says that it is {name} and is not ({error})") from error
            decoded += piece
            if len(decoded) > max_bytes:
                return None
            left = engine.unconsumed_tail
            if not left and not engine.eof and len(piece) < PIECE_BYTES:
                raise BrokenBody("the answer breaks off")
        # What stands behind the end and is no further member is padding.
        left = engine.unused_data if engine.unused_data.startswith(_GZIP_MAGIC) else b""
    return bytes(decoded)


def _window_bits(name: str, body: bytes) -> int:
    """Of zlib; deflate is sent with zlib's header, whose first four bits are 8, and without."""
    if name in _GZIP:
        return 16 + zlib.MAX_WBITS
    return zlib.MAX_WBITS if body[0] & 0x0F == 8 else -zlib.MAX_WBITS
