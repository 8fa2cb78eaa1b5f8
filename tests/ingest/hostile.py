"""What a worker is given in the tests: at module level, so that a fresh process can import it."""

from __future__ import annotations

import os
import time

from ingest.errors import RefusedByServer


def double(number: int) -> int:
    return number * 2


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(60)


def take_memory() -> int:
    return len(bytearray(8 << 30))


def die() -> None:
    os._exit(3)


def refuse() -> None:
    raise RefusedByServer("https://a.example/", 429, retry_after_seconds=5.0)


def nap() -> None:
    time.sleep(0.1)
