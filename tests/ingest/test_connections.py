"""Kept connections, counted by a real server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ingest import connections
from ingest.errors import RefusedByServer, Unreachable
from ingest.http import Fetcher
from tests.networks import LOOPBACK

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Server:
    """Answers each request with what `answer` says of its number on its connection; `None` closes without a word."""

    def __init__(self, answer: Callable[[int], bytes | None]) -> None:
        self.answer = answer
        self.accepted = 0
        self.open = 0
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.open += 1
        try:
            number = 0
            while await reader.readuntil(b"\r\n\r\n"):
                number += 1
                self.requests += 1
                answer = self.answer(number)
                if answer is None:
                    return
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()

    @asynccontextmanager
    async def at(self, address: str) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.serve, address, 0)
        async with server:
            yield f"http://{address}:{server.sockets[0].getsockname()[1]}/"


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, timeout=30))


def test_a_server_is_asked_on_one_connection_again_and_again() -> None:
    server = Server(lambda _: ANSWER)

    async def work() -> None:
        async with server.at("127.0.0.1") as url, Fetcher(allowed=LOOPBACK) as fetcher:
            for _ in range(5):
                assert (await fetcher.fetch(url, max_bytes=100)).body == b"hi"

    run(work())
    assert (server.accepted, server.requests) == (1, 5)


def test_the_connection_of_the_server_that_was_not_asked_for_longest_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MOST_IDLE", 2)
    first, second, third = (Server(lambda _: ANSWER) for _ in range(3))

    async def work() -> None:
        async with (
            first.at("127.0.0.1") as a,
            second.at("127.0.0.2") as b,
            third.at("127.0.0.3") as c,
            Fetcher(allowed=LOOPBACK) as fetcher,
        ):
            for url in (a, b, a, c, a):
                await fetcher.fetch(url, max_bytes=100)
            await asyncio.sleep(0.1)  # until the servers have seen what was closed
            assert (first.open, second.open, third.open) == (1, 0, 1)

    run(work())
    assert first.accepted == 1


def test_a_kept_connection_that_is_closed_as_it_is_used_costs_a_second_try_and_no_failure() -> None:
    server = Server(lambda number: ANSWER if number == 1 else None)

    async def work() -> None:
        async with server.at("127.0.0.1") as url, Fetcher(allowed=LOOPBACK) as fetcher:
            await fetcher.fetch(url, max_bytes=100)
            assert (await fetcher.fetch(url, max_bytes=100)).body == b"hi"

    run(work())
    assert (server.accepted, server.requests) == (2, 3)


def test_a_new_connection_that_is_closed_without_an_answer_is_a_failure_at_once() -> None:
    server = Server(lambda _: None)

    async def work() -> None:
        async with server.at("127.0.0.1") as url, Fetcher(allowed=LOOPBACK) as fetcher:
            with pytest.raises(Unreachable):
                await fetcher.fetch(url, max_bytes=100)

    run(work())
    assert server.requests == 1


def test_a_connection_whose_answer_was_not_read_to_its_end_is_closed_and_not_kept() -> None:
    server = Server(lambda _: b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone")

    async def work() -> None:
        async with server.at("127.0.0.1") as url, Fetcher(allowed=LOOPBACK) as fetcher:
            for _ in range(2):
                with pytest.raises(RefusedByServer):
                    await fetcher.fetch(url, max_bytes=100)
            await asyncio.sleep(0.1)  # until the server has seen what was closed
            assert server.open == 0

    run(work())
    assert (server.accepted, server.requests) == (2, 2)
