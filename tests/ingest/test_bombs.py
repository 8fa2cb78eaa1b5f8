"""Bodies that are small on the wire and huge when decoded: the limit holds for what they become."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

CHECKOUT = Path(__file__).parents[2]
MOST_MEGABYTES = 50


GZIP, ZLIB = 31, 15  # the window bits by which zlib tells the two formats


def zeros(megabytes: int, wbits: int) -> bytes:
    """So many MB of zeros, compressed without ever being held whole."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


BOMBS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "gzip": (lambda: zeros(512, GZIP), "gzip", "TooLarge"),
    "deflate": (lambda: zeros(512, ZLIB), "deflate", "TooLarge"),
    "twice": (lambda: gzip.compress(zeros(512, GZIP)), "gzip, gzip", "TooLarge"),
    # Neither is asked for nor decoded, so that what they expand to does not matter: the answer is refused as it is.
    "brotli": (lambda: bytes(805), "br", "Unreachable"),
    "zstd": (lambda: bytes(16_000), "zstd", "Unreachable"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(httpserver: HTTPServer, name: str) -> None:
    make, encoding, expected = BOMBS[name]
    httpserver.expect_request("/small").respond_with_data("ok")
    httpserver.expect_request("/bomb").respond_with_data(make(), headers={"Content-Encoding": encoding})
    command = [sys.executable, "-m", "tests.ingest.bombs", httpserver.url_for("/"), "bomb"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True)
    outcome, rise = done.stdout.rsplit(maxsplit=1)
    assert int(rise) < MOST_MEGABYTES, done.stdout
    assert outcome == expected
