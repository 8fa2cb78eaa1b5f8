"""Measuring in a process of its own, so that what it takes of the memory is its own, all that it starts included."""

from __future__ import annotations

import multiprocessing
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from bench.memory import read_megabytes

Result = TypeVar("Result")

LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart(Generic[Result]):
    """What a function returned, and the most memory that it and its processes took together."""

    result: Result
    peak_megabytes: float


def run_apart(function: Callable[..., Result], *arguments: Any) -> Apart[Result]:
    """Call `function` in a new process. Its memory is looked at from here, so that this costs it no time.

    Raises:
        RuntimeError: the process ended without a result.
        Exception: what `function` raised.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_call, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    peak = 0.0
    try:
        while not ours.poll(LOOK_SECONDS):
            peak = max(peak, sum(read_megabytes(process.pid or 0)))
        received = ours.recv()
    except EOFError as error:
        process.join()
        raise RuntimeError(f"{function.__name__} ended with {process.exitcode}") from error
    finally:
        process.kill()
        process.join()
    if isinstance(received, Exception):
        raise received
    result, own_peak = received
    return Apart(result=result, peak_megabytes=max(peak, own_peak))


def _call(connection: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        result = function(*arguments)
    except Exception as error:
        connection.send(error)
        raise
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    connection.send((result, peak / 1e6))
