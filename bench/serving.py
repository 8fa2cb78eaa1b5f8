"""A web server on loopback for benchmarks, in a process of its own, that answers as fast as one process can."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection

CONTEXT = multiprocessing.get_context("spawn")

# Given the path and the headers, whose names are in lower case; what is sent, or `None` to hang up.
Answer = Callable[[str, Mapping[str, str]], Awaitable[bytes | None]]


@contextmanager
def serving(answer: Answer, addresses: Sequence[str] = ("127.0.0.1",)) -> Iterator[int]:
    """Serve on all these addresses; yields the port. `answer` goes to the other process, so it must be picklable."""
    ours, theirs = CONTEXT.Pipe()
    server = CONTEXT.Process(target=_run, args=(theirs, answer, addresses), daemon=True)
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def respond(status: int, body: bytes = b"", *, kind: str = "text/html; charset=utf-8", **headers: str) -> bytes:
    """The bytes of an answer; `retry_after="60"` becomes a header."""
    lines = [f"HTTP/1.1 {status} -", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode() + body


def _run(connection: Connection, answer: Answer, addresses: Sequence[str]) -> None:
    asyncio.run(_serve(connection, answer, addresses))


async def _serve(connection: Connection, answer: Answer, addresses: Sequence[str]) -> None:
    serve = partial(_answer_all, answer)
    server = await asyncio.start_server(serve, addresses[0], 0)
    port = server.sockets[0].getsockname()[1]
    if len(addresses) > 1:
        server.close()
        server = await asyncio.start_server(serve, addresses, port)
    connection.send(port)
    async with server:
        await server.serve_forever()


async def _answer_all(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, for as long as the other side keeps it."""
    with suppress(ConnectionError, IndexError):
        while line := await reader.readline():
            headers = {}
            while (header := await reader.readline()) not in (b"\r\n", b""):
                name, _, value = header.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            body = await answer(line.split()[1].decode(), headers)
            if body is None:
                break
            writer.write(body)
            await writer.drain()
    writer.close()
