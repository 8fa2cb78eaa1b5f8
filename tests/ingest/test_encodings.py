"""Bodies are decoded whole or not at all, within a limit whatever is inside."""

from __future__ import annotations

import gzip
import zlib

import pytest

from ingest.encodings import BrokenBody, decode_body

TEXT = b"The plant leaked solvent. " * 10_000
LIMIT = 10_000_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("utf-8", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0"),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",  # gzip writes the time into a body
)
def test_what_servers_send_is_decoded(encoding: str, body: bytes) -> None:
    assert decode_body(body, encoding, max_bytes=LIMIT) == TEXT


def test_an_empty_body_is_empty_whatever_it_says_it_is() -> None:
    assert decode_body(b"", "gzip", max_bytes=LIMIT) == b""


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(TEXT)[:-20], "breaks off"),
        ("deflate", zlib.compress(TEXT)[:-20], "breaks off"),
        ("gzip", TEXT, "is not"),
        ("br", TEXT, "not asked for"),
        ("gzip, zstd", TEXT, "not asked for"),
        ("gzip, gzip, gzip, gzip", TEXT, "4 times"),
    ],
)
def test_what_cannot_be_decoded_says_why(encoding: str, body: bytes, words: str) -> None:
    with pytest.raises(BrokenBody, match=words):
        decode_body(body, encoding, max_bytes=LIMIT)


@pytest.mark.parametrize("length", [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 3 << 16])
def test_bodies_of_any_length_come_back(length: int) -> None:
    assert decode_body(gzip.compress(b"\0" * length), "gzip", max_bytes=LIMIT) == b"\0" * length


def test_no_layer_may_be_larger_than_the_limit() -> None:
    assert decode_body(gzip.compress(TEXT), "gzip", max_bytes=len(TEXT)) == TEXT
    assert decode_body(gzip.compress(TEXT), "gzip", max_bytes=len(TEXT) - 1) is None
    # 100 MB of nothing inside, which the outer layer holds in a few hundred bytes.
    empty = gzip.compress(b"") * 5_000_000
    assert decode_body(gzip.compress(empty), "gzip, gzip", max_bytes=1_000_000) is None
