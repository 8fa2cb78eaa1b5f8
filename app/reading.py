"""Reading many texts at a place: a few batches ahead and no more, the results in order, whoever read them.

A batch that fails as a whole is read text by text, so that a bad text costs only itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass

from app.errors import ClusterError
from app.places import Place, TextsRead
from nlp.annotation import Annotation
from nlp.reader import group_by_length

BATCH_CHARACTERS = 40_000  # read together; some four seconds
AHEAD = 2  # batches a process: one that is read, one that waits, so that no process does
LOOK_SECONDS = 0.5  # how often is asked whether to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRead:
    version: str
    annotation: Annotation


def read_all(
    place: Place, texts: Iterable[str], *, is_stopping: Callable[[], bool] = lambda: False
) -> Iterator[TextRead | Exception]:
    """Yield what was read in each text, or why it could not be, in order; end early when `is_stopping` says so.

    `texts` is asked for more only when the place can use more, so that memory stays flat however many there are.

    Raises:
        ClusterError: the place is gone; nothing is wrong with the texts.
    """
    batches = group_by_length(texts, BATCH_CHARACTERS)
    promised: deque[tuple[list[str], Future[TextsRead]]] = deque()
    while True:
        while len(promised) < AHEAD * max(place.width, 1) and (batch := next(batches, None)) is not None:
            promised.append((batch, place.read(batch)))
        if not promised:
            return
        for result in _await(place, *promised.popleft(), is_stopping):
            if result is None:
                return
            yield result


def name_version(place: Place) -> str:
    """Of the pipeline there; has its models loaded."""
    return place.read([""]).result().version


def _await(
    place: Place, texts: list[str], promise: Future[TextsRead], is_stopping: Callable[[], bool]
) -> Iterator[TextRead | Exception | None]:
    """Yield the results of one batch; `None` and no more when it is time to stop."""
    while not wait([promise], timeout=LOOK_SECONDS).done:
        if is_stopping():
            yield None
            return
    error = promise.exception()
    if isinstance(error, ClusterError):
        raise error
    if error is None:
        read = promise.result()
        for annotation in read.annotations:
            yield TextRead(version=read.version, annotation=annotation)
    elif len(texts) == 1:
        yield error if isinstance(error, Exception) else RuntimeError(repr(error))
    else:
        for text in texts:
            yield from _await(place, [text], place.read([text]), is_stopping)
