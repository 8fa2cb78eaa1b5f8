"""Reading on a cluster: the same store as at home, whoever dies meanwhile, and nobody else is spoken to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cluster import Cluster
from app.cluster_security import Certificates, check_address, check_host
from app.errors import ClusterUnreachable, ClusterUnsafe
from app.reading import read_all
from tests.app.clusters import cluster, make_certificates, node
from tests.app.world import CHECKOUT, arguments, dump, environment, sayso

PARAGRAPH = 'Ada Brandt said that {} valves had leaked. "Nobody was hurt," a spokesman for Orsk Water told reporters. '


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with cluster(2) as address:
        yield address


@pytest.fixture
def news(tmp_path: Path) -> str:
    """Enough for several batches."""
    path = tmp_path / "news.jsonl"
    lines = [
        {"url": f"https://a.example/{number}", "outlet": "A", "published": f"2026-03-0{1 + number % 9}T10:00:00Z",
         "title": f"Valves {number}", "text": "".join(PARAGRAPH.format(number * 100 + n) for n in range(12))}
        for number in range(16)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


@pytest.mark.timeout(400)
def test_a_cluster_leaves_the_same_store_as_local_processes(address: str, news: str, tmp_path: Path) -> None:
    here, there = f"sqlite:///{tmp_path / 'here.db'}", f"sqlite:///{tmp_path / 'there.db'}"
    for url, options in ((here, ("--processes", "2")), (there, ("--workers", address))):
        done = sayso(url, "ingest", news, "--quiet", "--json", *options)
        assert done.code == 0, done.err
        assert done.lines[0]["read"] == 16
    assert dump(here) == dump(there)


@pytest.mark.timeout(400)
def test_a_worker_that_is_killed_costs_only_time(news: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    with cluster(1) as address, node("worker", address) as (victim, _):
        process = subprocess.Popen(
            arguments("ingest", news, "--quiet", "--json", "--workers", address),
            env=environment(url),
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(4)
        children = _children(victim.pid)
        victim.kill()
        out, _ = process.communicate(timeout=200)
        assert process.returncode == 0
        assert json.loads(out)["read"] == 16
        _wait_for_end(children)
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    assert sayso(calm, "ingest", news, "--quiet").code == 0
    assert dump(url) == dump(calm)


def _children(pid: int) -> list[int]:
    """All processes that it has started; Linux keeps them a thread."""
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(number) for each in lists for number in each.split()]


def _wait_for_end(pids: list[int]) -> None:
    """What a killed worker had started ends by itself."""
    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, f"left behind: {pids}"
        time.sleep(0.2)


def test_without_a_cluster_the_articles_wait(news: str, sqlite_url: str) -> None:
    done = sayso(sqlite_url, "ingest", news, "--quiet", "--workers", "tcp://127.0.0.1:9")
    assert (done.code, "no cluster answers there" in done.err) == (1, True)
    (status,) = sayso(sqlite_url, "status", "--json").lines
    assert (status["counts"]["articles"], status["unread_versions"]) == (16, 16)


@pytest.mark.timeout(300)
def test_a_cluster_that_goes_away_is_an_error_of_the_cluster_and_not_of_the_texts() -> None:
    with node("cluster", "--port", "0") as (scheduler, address), Cluster(address) as place:
        promise = place.read(["Ada Brandt said that it leaked."])  # there is no worker
        scheduler.kill()
        with pytest.raises(ClusterUnreachable):
            promise.result(timeout=60)
        with pytest.raises(ClusterUnreachable):
            list(read_all(place, ["Ada Brandt said that it leaked."]))


@pytest.mark.timeout(300)
def test_with_certificates_only_who_has_one_is_served(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours, theirs = make_certificates(tmp_path / "ours"), make_certificates(tmp_path / "theirs")
    with cluster(1, *ours) as address:
        assert address.startswith("tls://")
        with Cluster(address, _certificates(ours)) as place:
            (read,) = place.read(["Ada Brandt said that it leaked."]).result(timeout=60).annotations
            assert len(read.attributions) == 1
        for stranger in (Cluster(address, _certificates(theirs)), _without_tls(address)):
            with stranger, pytest.raises(ClusterUnreachable):
                stranger.read(["Ada Brandt said that it leaked."])


def _certificates(options: tuple[str, ...]) -> Certificates:
    return Certificates(authority=Path(options[1]), certificate=Path(options[3]), key=Path(options[5]))


def _without_tls(address: str) -> Cluster:
    return Cluster(address.replace("tls://", "tcp://"))


def test_a_stop_signal_ends_a_worker_and_what_it_started() -> None:
    with cluster(0) as address, node("worker", address) as (process, _):
        children = _children(process.pid)
        assert children
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        _wait_for_end(children)


EVERYWHERE = "0.0.0.0"  # noqa: S104  it is what is refused
CERTIFICATES = Certificates(authority=Path("a"), certificate=Path("b"), key=Path("c"))


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.5:8786", "tcp://news.example:8786", "tcp://0.0.0.0:8786", "tcp://[::]:8786", "tls://10.0.0.5:8786",
     "tcp://127.0.0.1.evil.example:8786", "tcp://127.0.0.1@10.0.0.5:8786"],
)  # fmt: skip
def test_what_others_can_reach_is_refused_without_certificates(address: str) -> None:
    with pytest.raises(ClusterUnsafe):
        check_address(address, None)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_this_machine_may_be_spoken_to(address: str) -> None:
    assert check_address(address, None) == address


def test_certificates_open_what_is_refused_without() -> None:
    assert check_address("tls://news.example:8786", CERTIFICATES) == "tls://news.example:8786"
    check_host(EVERYWHERE, CERTIFICATES)
    with pytest.raises(ClusterUnsafe):
        check_address("tcp://127.0.0.1:8786", CERTIFICATES)
    for nonsense in ("127.0.0.1:8786", "http://127.0.0.1", "tcp://"):
        with pytest.raises(ValueError, match="no address of a scheduler"):
            check_address(nonsense, None)


def test_the_commands_refuse_to_listen_to_others(sqlite_url: str) -> None:
    for words in (
        ("cluster", "--host", EVERYWHERE),
        ("worker", "tcp://10.0.0.5:8786"),
        ("worker", "tcp://127.0.0.1:9", "--host", EVERYWHERE),
    ):
        done = sayso(sqlite_url, *words)
        assert (done.code, "use TLS" in done.err) == (1, True), done.err
    assert sayso(sqlite_url, "ingest", "--workers", "tcp://10.0.0.5:8786").code == 1
    assert sayso(sqlite_url, "cluster", "--tls-ca", __file__).code == 2
