"""Time that goes as it always does while anything is at work, and jumps to the next thing to do when nothing is.

So a day passes as fast as its work can be done, and no work is done in no time. Programs of one machine share it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.context import SpawnContext
from typing import Any


class DrivenTime:
    """Stands at `start` until it begins. Hand it to a process as an argument, and the process has the same time."""

    def __init__(self, start: datetime, context: SpawnContext) -> None:
        self._start = start
        self._began: Any = context.Value("d", 0.0)  # of the monotonic clock, which is one for all processes
        self._jumped: Any = context.Value("d", 0.0)

    def begin(self) -> None:
        self._began.value = time.monotonic()

    def now(self) -> datetime:
        gone = time.monotonic() - self._began.value if self._began.value else 0.0
        return self._start + timedelta(seconds=gone + self._jumped.value)

    def jump(self, seconds: float) -> None:
        """Only one process may."""
        self._jumped.value += seconds


@dataclass(slots=True, eq=False)
class _Sleeper:
    until: datetime
    wake: asyncio.Event
    has_jumped: asyncio.Event


class Resting:
    """How the stages of a scheduler wait (`Context.rest`): the time jumps when all of them do."""

    def __init__(self, driven: DrivenTime, *, stages: int) -> None:
        self._time = driven
        self._stages = stages
        self._asleep: list[_Sleeper] = []

    async def rest(self, seconds: float, wake: asyncio.Event) -> None:
        """Wait so long, or until `wake` is set."""
        sleeper = _Sleeper(self._time.now() + timedelta(seconds=seconds), wake, asyncio.Event())
        self._asleep.append(sleeper)
        try:
            self._jump()
            while not wake.is_set() and (left := (sleeper.until - self._time.now()).total_seconds()) > 0:
                sleeper.has_jumped.clear()
                await _wait_for_first(wake, sleeper.has_jumped, left)
        finally:
            self._asleep.remove(sleeper)

    def _jump(self) -> None:
        """To the moment at which the first of them goes on; not while one is at work, or about to be."""
        now = self._time.now()
        next_at = min(sleeper.until for sleeper in self._asleep)
        if len(self._asleep) < self._stages or next_at <= now or any(each.wake.is_set() for each in self._asleep):
            return
        self._time.jump((next_at - now).total_seconds())
        for sleeper in self._asleep:
            sleeper.has_jumped.set()


async def _wait_for_first(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in (one, other)]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
