"""`sayso export` as people run it: files, stdout, filters, checks, and all that can go wrong on the way out."""

from __future__ import annotations

import csv
import resource
import signal
import subprocess
from pathlib import Path

import networkx as nx
import pyoxigraph
import pytest
from sqlalchemy import update

from bench.generator import fill_store
from graph import schema
from graph.store import Store
from tests.app.world import arguments, environment, sayso
from tests.graph.rdf_world import fill

FORMATS = ("ttl", "trig", "nq", "jsonld", "graphml", "csv")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a store with some articles. Tests only read it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('written') / 'sayso.db'}"
    with Store.open(url) as store:
        fill(store)
        fill_store(store, 400)
    return url


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_written_by_its_ending_and_parses(written: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"graph.{name}"
    done = sayso(written, "export", str(path), "--quiet")
    assert (done.code, done.err) == (0, "")
    assert f"written to {path}" in done.out
    match name:
        case "csv":
            rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            assert len(rows) > 10
            assert {row["stance"] for row in rows} >= {"asserts", "denies"}
        case "graphml":
            graph = nx.read_graphml(path)
            assert len(graph.edges) > 15
            assert all("kind" in found for _, found in graph.nodes(data=True))
        case _:
            assert sum(1 for _ in pyoxigraph.parse(path=path)) > 500


def test_a_bar_shows_how_far_it_is(written: str, tmp_path: Path) -> None:
    assert "Exporting" in sayso(written, "export", str(tmp_path / "a.nq")).err


def test_stdout_takes_the_graph_and_nothing_else(written: str, tmp_path: Path) -> None:
    sayso(written, "export", str(tmp_path / "a.nq"))
    assert sayso(written, "export", "-", "--format", "nq").out == (tmp_path / "a.nq").read_text(encoding="utf-8")


def test_filters_name_things_as_people_do(written: str) -> None:
    whole = sayso(written, "export", "-", "--format", "csv", "--quiet").out
    for words in (
        ("--outlet", "norland herald"),
        ("--since", "2026-03-03T12:00Z"),
        ("--entity", "kestrel power"),
        ("--outlet", "Norland Herald", "--outlet", "Ledger", "--since", "2026-03-03T12:00Z"),
    ):
        part = sayso(written, "export", "-", "--format", "csv", "--quiet", *words)
        assert part.code == 0, part.err
        assert 1 < len(part.out.splitlines()) < len(whole.splitlines()), words


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-",), "no known format"),
        ((), "name the file to write"),
        (("graph.nq", "--base", "a b"), "cannot be the beginning of an IRI"),
        (("graph.nq", "--since", "soon"), "is no date"),
        (("graph.nq", "--claim", "c0000"), "no such claim"),
        (("graph.nq", "--entity", "Nobody Atall"), "names anyone so"),
        (("graph.nq", "--outlet", "Nowhere Times"), "no outlet of this name"),
    ],
)
def test_what_means_nothing_is_a_usage_error(
    written: str, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    done = sayso(written, "export", *[str(tmp_path / word) if word == "graph.nq" else word for word in words])
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_graph_is_held_to_its_shapes(written: str) -> None:
    done = sayso(written, "export", "--check", "--quiet")
    assert done.code == 0, done.err
    assert "keeps to its shapes" in done.err


def test_a_graph_that_breaks_its_shapes_is_not_written(written: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(Path(written.removeprefix("sqlite:///")).read_bytes())
    with Store.open(f"sqlite:///{broken}") as store, store.writing() as connection:
        connection.execute(update(schema.attributions).values(confidence=2))
    done = sayso(f"sqlite:///{broken}", "export", str(tmp_path / "a.nq"), "--check", "--quiet")
    assert done.code == 1
    assert "an attribution has one confidence from 0 to 1" in done.err
    assert "nothing was written" in done.err
    assert not (tmp_path / "a.nq").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_leaves_the_old_file_and_no_other(written: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"graph.{name}"
    path.write_text("what was there before")
    done = subprocess.run(
        [*arguments("export", str(path), "--quiet")],
        env=environment(written),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=_limit_files,
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "what was there before"


def _limit_files() -> None:
    """Files may grow to 64 kB: a disk that is full after that (the files of SQLite beside a store take 32)."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))


@pytest.mark.parametrize("name", FORMATS)
def test_a_pipe_that_breaks_ends_it_without_a_traceback(written: str, name: str) -> None:
    process = subprocess.Popen(
        arguments("export", "-", "--format", name, "--quiet"),
        env=environment(written),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()  # long before the first byte is written
    assert process.wait(timeout=60) == 1
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


def test_a_cell_is_never_run_by_a_spreadsheet(db: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"url": "https://a.example/1", "outlet": "=cmd|A1", "published": "2026-03-05", "title": "t",'
        ' "text": "Ada Brandt said the Orsk plant leaked solvent into the Velde river."}\n',
        encoding="utf-8",
    )
    assert sayso(db, "ingest", str(tmp_path / "a.jsonl"), "--quiet").code == 0
    (row,) = csv.DictReader(sayso(db, "export", "-", "--format", "csv", "--quiet").out.splitlines())
    assert row["outlet"] == "'=cmd|A1"
