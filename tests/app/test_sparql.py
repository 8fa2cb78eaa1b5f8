"""`sayso sparql` as people and other programs use it."""

from __future__ import annotations

import csv
import http.client
import json
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select

from bench.generator import fill_store
from graph import schema
from graph.ids import Kind, show_id
from graph.store import Store
from tests.app.world import arguments, environment, sayso
from tests.graph.rdf_world import SEED, fill

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CLAIMS = "SELECT (COUNT(*) AS ?n) { ?claim a schema:Claim }"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a store with some articles, with its graph for SPARQL. Tests only read it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('written') / 'sayso.db'}"
    with Store.open(url) as store:
        fill(store)
    done = sayso(url, "sparql", "ASK { ?s ?p ?o }")
    assert (done.code, done.out) == (0, "yes\n"), done.err
    assert "Updating" in done.err
    return url


@pytest.fixture(scope="module")
def server(written: str) -> Iterator[int]:
    """The port of an endpoint with 3 s and 5 rows."""
    words = ("sparql", "--serve", "--port", "0", "--seconds", "3", "--rows", "5", "--quiet")
    process = subprocess.Popen(
        arguments(*words), env=environment(written), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert "http://127.0.0.1:" in line, process.stderr.read()
    yield int(line.split("127.0.0.1:")[1].split("/")[0])
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) in (0, 130, -2, 1)
    assert "Traceback" not in process.stderr.read()
    process.stdout.close()
    process.stderr.close()


def request(
    port: int, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, text


def test_an_answer_is_a_table_json_or_csv(written: str) -> None:
    query = "SELECT ?name { ?outlet a schema:NewsMediaOrganization ; schema:name ?name } ORDER BY ?name"
    table = sayso(written, "sparql", query, "--no-update").out
    found = json.loads(sayso(written, "sparql", query, "--json", "--no-update").out)
    lines = sayso(written, "sparql", query, "--format", "csv", "--no-update").out.splitlines()
    names = [row["name"]["value"] for row in found["results"]["bindings"]]
    assert names == sorted(names)
    assert [row["name"] for row in csv.DictReader(lines)] == names
    assert all(name in table for name in names)


def test_the_chain_of_the_seed_by_a_ready_query(written: str) -> None:
    with Store.open(written) as store, store.reading() as connection:
        rows = connection.execute(select(schema.claims)).all()
        (claim,) = [row.id for row in rows if row.text.lower() == SEED.said[1].content.lower()]
    done = sayso(
        written, "sparql", "--ready", "chain", "--set", f"claim={show_id(Kind.CLAIM, claim)}", "--format", "csv"
    )
    assert done.code == 0, done.err
    assert [row["name"] for row in csv.DictReader(done.out.splitlines())] == [
        "Gadgets 360",
        "Reuters",
        "Bloomberg News",
        "Microsoft's security researchers",
    ]


def test_ready_queries_are_listed_and_filled_in_by_name(written: str) -> None:
    listed = sayso(written, "sparql", "--list").out
    for name in ("chain", "contested", "earliest-held", "origins", "outlet-citations", "who-said-what"):
        assert f"{name}: " in listed
    words = ("sparql", "--ready", "who-said-what", "--set", "source=kestrel power", "--no-update", "--json")
    assert "Nobody" not in sayso(written, *words).out
    by_outlet = (
        "sparql",
        "--ready",
        "outlet-citations",
        "--set",
        "outlet=coast daily",
        "--no-update",
        "--format",
        "csv",
    )
    (row,) = csv.DictReader(sayso(written, *by_outlet).out.splitlines())
    assert (row["citing"], row["cited"]) == ("Coast Daily", "Herald")


def test_a_query_comes_from_a_file_or_stdin_too(written: str, tmp_path: Path) -> None:
    (tmp_path / "claims.rq").write_text(CLAIMS, encoding="utf-8")
    by_file = sayso(written, "sparql", str(tmp_path / "claims.rq"), "--json", "--no-update")
    by_stdin = sayso(written, "sparql", "-", "--json", "--no-update", stdin=CLAIMS)
    assert by_file.out == by_stdin.out
    assert '"value": "0"' not in by_file.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("SELECT",), 2, "no SPARQL query"),
        (("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",), 2, "SERVICE is not allowed"),
        (("DROP ALL",), 2, "no SPARQL query"),
        ((ENDLESS, "--seconds", "1"), 1, "stopped after 1 s"),
        ((), 2, "give a query"),
        (("--ready", "nothing"), 2, "no such ready query"),
        (("--ready", "chain", "--set", "claim"), 2, "write NAME=VALUE"),
        (("--ready", "chain", "--set", "claim=c0000"), 2, "no such claim"),
        (("--ready", "chain", "--set", "colour=Ada Brandt"), 2, "no such parameter"),
        (("ASK {}", "--set", "a=b"), 2, "belongs to --ready"),
    ],
)
def test_what_cannot_be_answered_is_said(written: str, words: tuple[str, ...], code: int, message: str) -> None:
    done = sayso(written, "sparql", *words, "--quiet", "--no-update")
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_rows_that_were_cut_are_told(written: str) -> None:
    done = sayso(written, "sparql", "SELECT ?s { ?s ?p ?o }", "--rows", "2", "--format", "csv", "--no-update")
    assert len(done.out.splitlines()) == 3
    assert "more than 2 rows" in done.err


def test_a_disk_that_is_full_is_said_and_the_next_time_goes_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sayso.db'}"
    with Store.open(url) as store:
        fill_store(store, 400)
    done = subprocess.run(
        arguments("sparql", CLAIMS, "--quiet"),
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        preexec_fn=_limit_files,
    )
    assert done.returncode == 1
    assert "sayso: " in done.stderr
    assert "Traceback" not in done.stderr
    assert '"value": "0"' not in sayso(url, "sparql", CLAIMS, "--quiet", "--json").out


def _limit_files() -> None:
    """Files may grow to 64 kB: a disk that is full after that (the files of SQLite beside a store take 32)."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))


def test_other_programs_ask_in_the_three_ways_of_the_protocol(server: int) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    raw = {"Content_Type": "application/sparql-query"}
    answers = [
        request(server, "GET", f"/query?query={quote(CLAIMS)}"),
        request(server, "POST", "/query", urlencode({"query": CLAIMS}), **form),
        request(server, "POST", "/query", CLAIMS, **raw),
    ]
    assert {status for status, _, _ in answers} == {200}
    assert len({text for _, _, text in answers}) == 1
    assert answers[0][1]["content-type"] == "application/sparql-results+json"
    assert json.loads(answers[0][2])["results"]["bindings"][0]["n"]["value"] != "0"


def test_the_endpoint_answers_in_csv_and_triples_where_asked(server: int) -> None:
    status, headers, text = request(server, "GET", f"/query?query={quote(CLAIMS)}", Accept="text/csv")
    assert (status, text.splitlines()[0]) == (200, "n")
    assert headers["content-type"].startswith("text/csv")
    status, headers, text = request(server, "GET", f"/query?query={quote('CONSTRUCT WHERE { ?s a schema:Claim }')}")
    assert headers["content-type"].startswith("application/n-triples")
    assert text.endswith(" .\n")


def test_the_endpoint_cuts_rows_and_says_so(server: int) -> None:
    _, headers, text = request(server, "GET", f"/query?query={quote('SELECT * { ?s ?p ?o }')}")
    assert len(json.loads(text)["results"]["bindings"]) == 5
    assert headers["x-sayso-rows-cut"] == "true"


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/query", None, {}, 400),
        ("GET", "/query?query=SELECT", None, {}, 400),
        ("GET", f"/query?query={quote('SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }')}", None, {}, 400),
        ("GET", f"/query?query={quote(ENDLESS)}", None, {}, 503),
        ("POST", "/query", "update=DROP+ALL", {"Content_Type": "application/x-www-form-urlencoded"}, 400),
        ("POST", "/query", "DROP ALL", {"Content_Type": "application/sparql-update"}, 400),
        ("POST", "/query", "x" * 100_000, {"Content_Type": "application/sparql-query"}, 400),
        ("POST", "/query", "ASK {}", {"Content_Type": "text/plain"}, 400),
        ("PUT", "/query", "ASK {}", {}, 405),
        ("GET", "/", None, {}, 404),
        ("GET", f"/query?query={quote(CLAIMS)}", None, {"Host": "evil.example"}, 400),
    ],
)
def test_the_endpoint_refuses_what_it_must(
    server: int, method: str, path: str, body: str | None, headers: dict[str, str], status: int
) -> None:
    assert request(server, method, path, body, **headers)[0] == status
    assert request(server, "GET", f"/query?query={quote(CLAIMS)}")[0] == 200  # and goes on
