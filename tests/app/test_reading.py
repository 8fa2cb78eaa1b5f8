"""Reading at a place: in order, a few batches ahead, and one bad text costs only itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import ClusterUnreachable
from app.places import Here, LocalProcesses, TextsRead
from app.progress import Silent
from app.reading import AHEAD, BATCH_CHARACTERS, TextRead, read_all
from app.walk import Walk
from graph.articles import save_article
from graph.failures import list_failures
from graph.store import Store
from ingest.article import Article
from ingest.errors import TooHard
from nlp.annotation import Annotation
from nlp.reader import Reader

NOTHING = Annotation(language="en", entities=(), attributions=())


class Desk:
    """A place that keeps its promises when `most` are open, the last one first."""

    def __init__(self, width: int, *, most: int = 1000) -> None:
        self.width = width
        self.promised: list[tuple[list[str], Future[TextsRead]]] = []
        self._most = most

    def read(self, texts: list[str]) -> Future[TextsRead]:
        future: Future[TextsRead] = Future()
        self.promised.append((texts, future))
        if len(self.promised) >= self._most:
            for batch, promise in reversed(self.promised):
                if not promise.done():
                    promise.set_result(TextsRead(version=f"of {batch[0][0]}", annotations=[NOTHING] * len(batch)))
        return future


def long(letter: str) -> str:
    return letter * BATCH_CHARACTERS


def test_no_more_is_asked_for_than_the_place_can_use_and_results_are_in_order() -> None:
    asked: list[str] = []

    def texts() -> Iterator[str]:
        for letter in "abcdefghij":
            asked.append(letter)
            yield long(letter)

    results = read_all(Desk(width=2, most=2 * AHEAD), texts())
    first = next(results)
    assert isinstance(first, TextRead)
    assert (first.version, asked) == ("of a", list("abcd"))
    assert [each.version for each in results if isinstance(each, TextRead)] == [
        f"of {letter}" for letter in "bcdefghij"
    ]


def test_a_batch_that_fails_is_read_text_by_text() -> None:
    class Picky(Here):
        def read(self, texts: list[str]) -> Future[TextsRead]:
            future: Future[TextsRead] = Future()
            if "bad" in texts:
                future.set_exception(TooHard("the text", "it is bad"))
            else:
                future.set_result(TextsRead(version="1", annotations=[NOTHING] * len(texts)))
            return future

    found = list(read_all(Picky(), ["good", "bad", "good"]))
    assert [type(each) for each in found] == [TextRead, TooHard, TextRead]


def test_a_place_that_is_gone_is_no_fault_of_the_texts() -> None:
    desk = Desk(width=1)
    results = read_all(desk, [long("a"), long("b")], is_stopping=lambda: _break(desk))
    with pytest.raises(ClusterUnreachable):
        next(results)


def _break(desk: Desk) -> bool:
    desk.promised[0][1].set_exception(ClusterUnreachable("tcp://127.0.0.1:9", "gone"))
    return False


def test_who_is_told_to_stop_does_not_wait_for_what_is_being_read() -> None:
    assert list(read_all(Desk(width=1), [long("a")], is_stopping=lambda: True)) == []


def test_texts_are_read_in_order_by_many_and_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reading.BATCH_CHARACTERS", 100)
    texts = [f"Ada Brandt said that {number} valves leaked. " * 3 for number in range(6)]
    with LocalProcesses(2) as place:
        found = list(read_all(place, texts))
    reader = Reader()
    assert found == [TextRead(version=reader.version, annotation=each) for each in reader.read(texts)]
    with LocalProcesses(1, least_seconds=0.01) as place:
        (error,) = read_all(place, ["Ada Brandt said that it leaked."])
    assert isinstance(error, TooHard)


def test_a_text_that_a_busy_machine_found_too_hard_is_read_again_later(sqlite_url: str) -> None:
    is_busy, now = True, datetime(2026, 3, 5, 12, tzinfo=UTC)

    class Machine(Here):
        def read(self, texts: list[str]) -> Future[TextsRead]:
            future: Future[TextsRead] = Future()
            if is_busy:
                future.set_exception(TooHard("the text", "reading takes too long, and was given up"))
            else:
                future.set_result(TextsRead(version="1", annotations=[NOTHING] * len(texts)))
            return future

    with Store.open(sqlite_url) as store:
        save_article(store, Article(url="https://a.example/", outlet=None, title="t", text="Some text."), now=now)
        walk = Walk(store, make_place=Machine, clock=lambda: now, reporter=Silent())
        walk.read_new()
        assert [failure.error for failure in list_failures(store)] == ["TooHard"]
        is_busy = False
        walk.read_new()
        assert walk.tally.read == 0  # it has to wait
        now += timedelta(minutes=16)
        walk.read_new()
        assert (walk.tally.read, list_failures(store)) == (1, [])
