"""The memory of a process and of all that it has started, as the system counts it.

What processes share is counted for each of them (RSS).
"""

from __future__ import annotations

from contextlib import suppress

import psutil


def read_megabytes(pid: int) -> tuple[float, float]:
    """Of the process itself, and of its children and theirs; 0 for what has ended."""
    try:
        process = psutil.Process(pid)
        children = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    return _read_one(process), sum(map(_read_one, children))


def _read_one(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_info().rss) / 1e6
    return 0.0
