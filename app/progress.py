"""Progress on stderr: a bar for each stage, or its last state where there is no screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Stage(Protocol):
    """One stage of the work. `advance` counts items that are done, failed ones too."""

    def advance(self, items: int = 1) -> None: ...


class Reporter(Protocol):
    """Whom the walk tells how far it is."""

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Stage]: ...


class _NoStage:
    def advance(self, items: int = 1) -> None:
        pass


class Silent:
    """Tells nobody."""

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Stage]:  # noqa: ARG002
        yield _NoStage()


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, items: int = 1) -> None:
        self._progress.advance(self._task, items)


class RichReporter:
    """Bars on stderr. Use in a `with`."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=False,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Stage]:
        if total == 0:
            yield _NoStage()
            return
        yield _Bar(self._progress, self._progress.add_task(name, total=total))
