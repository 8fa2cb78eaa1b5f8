"""The quad store follows the store, and queries are answered within their limits or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import Dataset
from sqlalchemy import select

from bench.generator import fill_store
from graph import schema
from graph.annotating import save_annotation
from graph.browsing import list_claims, trace_by_id
from graph.decision_log import list_decisions
from graph.decisions import Decision, DecisionAction, DecisionKind, decide, undo
from graph.errors import NotFound
from graph.ids import Kind, show_id
from graph.rdf.export import Format, export_rdf
from graph.rdf.quadstore import QuadStore, QuadStoreBroken
from graph.rdf.ready import fill_in, find_ready, find_thing, list_ready
from graph.rdf.sparql import (
    Answer,
    Asker,
    BadQuery,
    Limits,
    QueryTooLong,
    Value,
    check_query,
    to_csv,
    to_json,
    to_lines,
)
from graph.rdf.terms import fold_name
from graph.store import Store
from nlp.annotation import Annotation
from tests.graph.rdf_world import DENIAL, LEAK, PAGES, SEED, WIRE, fill, load
from tests.graph.test_annotating import PAGE
from tests.graph.world import NOW, add_page

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a store that is filled; tests only read it."""
    folder = tmp_path_factory.mktemp("sparql")
    with Store.open(f"sqlite:///{folder / 'sayso.db'}") as store:
        fill(store)
        quads = QuadStore(folder / "quads")
        quads.update(store)
    return quads.snapshot()


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with Asker(limits=Limits(seconds=60, rows=1000)) as asker:
        yield asker


def quads_of(quads: QuadStore) -> set[pyoxigraph.Quad]:
    return set(pyoxigraph.Store.read_only(str(quads.snapshot())))


def exported(store: Store, folder: Path) -> set[pyoxigraph.Quad]:
    export_rdf(store, folder / "exported.nq", Format.NQUADS)
    return set(pyoxigraph.parse(path=folder / "exported.nq"))


def test_it_holds_what_an_export_writes_after_every_change(database_url: str, tmp_path: Path) -> None:
    quads = QuadStore(tmp_path / "quads")
    with Store.open(database_url) as store:
        for each in PAGES:
            add_page(store, each)
            assert quads.update(store).made > 0
            assert quads_of(quads) == exported(store, tmp_path)
        changed: list[Callable[[], object]] = [
            lambda: add_page(store, replace(WIRE, title="Changed")),
            lambda: save_annotation(
                store, versions(store)[0], Annotation(language="en"), pipeline_version="2", now=NOW
            ),
            lambda: merge(store, DecisionKind.ENTITY),
            lambda: undo(store, latest(store), who="me", now=NOW),
            lambda: merge(store, DecisionKind.CLAIM),
            lambda: undo(store, latest(store), who="me", now=NOW),
        ]
        for change in changed:
            change()
            done = quads.update(store)
            assert 0 < done.made + done.removed < 15
            assert quads_of(quads) == exported(store, tmp_path)


def versions(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(select(schema.article_versions.c.id).order_by("id")).scalars())


def latest(store: Store) -> int:
    return list_decisions(store, by_people=True, limit=1)[0].number


def merge(store: Store, kind: DecisionKind) -> None:
    table = schema.entities if kind is DecisionKind.ENTITY else schema.claims
    with store.reading() as connection:
        alone = select(table.c.id).where(table.c.id == table.c.canonical_id).order_by(table.c.id)
        left, right, *_ = connection.execute(alone).scalars()
    decision = Decision(kind=kind, action=DecisionAction.MERGE, left_id=left, right_id=right, who="me", why="same")
    decide(store, decision, now=NOW)


def test_nothing_is_done_where_nothing_has_changed(store: Store, tmp_path: Path) -> None:
    quads = QuadStore(tmp_path / "quads")
    fill(store)
    quads.update(store)
    before = quads.snapshot()
    again = quads.update(store)
    assert (again.made, again.removed, again.is_busy) == (0, 0, False)
    assert quads.snapshot() == before


def test_one_article_more_makes_little_anew(store: Store, tmp_path: Path) -> None:
    quads = QuadStore(tmp_path / "quads")
    fill(store)
    first = quads.update(store)
    add_page(store, replace(DENIAL, url="https://else.example/1", outlet="Elsewhere"))
    assert quads.update(store).made < first.made / 4


def test_an_update_that_was_stopped_goes_on(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quads = QuadStore(tmp_path / "quads")
    fill(store)
    with monkeypatch.context() as patched:
        patched.setattr("graph.rdf.quadstore.describe_claims", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            quads.update(store)
    with pytest.raises(QuadStoreBroken):
        quads.snapshot()
    quads.update(store)
    assert quads_of(quads) == exported(store, tmp_path)


def test_one_update_at_a_time_and_whoever_asks_does_not_wait(store: Store, tmp_path: Path) -> None:
    quads = QuadStore(tmp_path / "quads")
    fill(store)
    quads.update(store)
    holding = pyoxigraph.Store(str(tmp_path / "quads" / "quads"))
    assert quads.update(store).is_busy
    assert quads_of(quads) == exported(store, tmp_path)
    del holding


def test_old_snapshots_go(store: Store, tmp_path: Path) -> None:
    quads = QuadStore(tmp_path / "quads")
    for each in PAGES[:5]:
        add_page(store, each)
        quads.update(store)
    assert len(list((tmp_path / "quads").glob("snapshot-*"))) <= 2


def test_damage_is_said_with_what_to_do(store: Store, tmp_path: Path) -> None:
    quads = QuadStore(tmp_path / "quads")
    add_page(store, PAGE)
    quads.update(store)
    (tmp_path / "quads" / "units.db").write_bytes(b"no database" * 1000)
    with pytest.raises(QuadStoreBroken, match="delete it"):
        quads.update(store)


def test_the_chain_of_the_seed_comes_hop_by_hop(store: Store, tmp_path: Path, asker: Asker) -> None:
    add_page(store, SEED)
    quads = QuadStore(tmp_path / "quads")
    quads.update(store)
    with store.reading() as connection:
        inner = min(connection.execute(select(schema.claims)).all(), key=lambda row: len(row.text))
    claim = find_thing(store, "claim", show_id(Kind.CLAIM, inner.id))
    answer = asker.ask(quads.snapshot(), fill_in(find_ready("chain"), {"claim": claim}))
    names = [row[2] for row in to_lines(answer)]
    assert names == ["Gadgets 360", "Reuters", "Bloomberg News", "Microsoft's security researchers"]


def test_a_chain_goes_on_in_held_articles(store: Store, tmp_path: Path, asker: Asker) -> None:
    fill(store)
    quads = QuadStore(tmp_path / "quads")
    quads.update(store)
    with store.reading() as connection:
        (key,) = [row.id for row in connection.execute(select(schema.claims)) if row.text.lower() == LEAK.lower()]
    claim = find_thing(store, "claim", show_id(Kind.CLAIM, key))
    answer = asker.ask(quads.snapshot(), fill_in(find_ready("chain"), {"claim": claim}))
    names = [row[2] for row in to_lines(answer) if row[0].startswith("https://coast-daily")]
    assert names[:2] == ["Coast Daily", "Herald"]
    assert names[-1] == "Ada Brandt"
    assert "Norland Press Agency" in names or "NPA" in names


def test_chains_in_the_graph_go_through_all_that_a_trace_names(store: Store, tmp_path: Path) -> None:
    fill(store)
    fill_store(store, 100)
    held = pyoxigraph.Store()
    held.extend(exported(store, tmp_path))
    followed = 0
    for claim in list_claims(store, limit=1000):
        shown = show_id(Kind.CLAIM, claim.claim_id)
        found = held.query(fill_in(find_ready("chain"), {"claim": find_thing(store, "claim", shown)}))
        assert isinstance(found, pyoxigraph.QuerySolutions)
        names = {(row["article"].value, fold_name(row["name"].value)) for row in found}
        trace = trace_by_id(store, shown)
        at = {item.version.url: item.version.at for item in trace.evidence.members}
        for item in trace.evidence.members:
            chain = trace.chains[item.attribution_id]
            hops = chain.hops
            followed += any(hop.resolution == "held" for hop in hops[1:])
            through = [chain.innermost.version.at, *(at[hop.article] for hop in hops if hop.article is not None)]
            if max(through) > item.version.at:
                continue  # against the clocks: traced, but not written as a derivation
            assert {(item.version.url, fold_name(hop.name)) for hop in hops if hop.name} <= names
    assert followed >= 2


@pytest.mark.parametrize("name", [query.name for query in list_ready()])
def test_ready_queries_answer_alike_on_another_engine(tmp_path: Path, snapshot: Path, asker: Asker, name: str) -> None:
    ready = find_ready(name)
    with Store.open(f"sqlite:///{snapshot.parents[1] / 'sayso.db'}") as store:
        dataset: Dataset = load(store, tmp_path)
    ours = sorted(tuple(row) for row in to_lines(asker.ask(snapshot, ready.text)))
    theirs = sorted(
        tuple("" if value is None else str(value) for value in row)  # type: ignore[union-attr]
        for row in dataset.query(ready.text)
    )
    # rdflib writes times with +00:00 where others keep the Z.
    assert [_plain(row) for row in ours] == [_plain(row) for row in theirs]
    assert ours
    assert len(ready.about) > 20


def _plain(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell.replace("+00:00", "Z") for cell in row)


def test_each_parameter_of_a_ready_query_can_be_set() -> None:
    iri = pyoxigraph.NamedNode("urn:x:y")
    for ready in list_ready():
        filled = fill_in(ready, dict.fromkeys(ready.parameters, iri))
        assert ("UNDEF" in ready.text) == bool(ready.parameters)
        assert "UNDEF" not in filled
    with pytest.raises(NotFound, match="no such parameter"):
        fill_in(find_ready("chain"), {"nothing": iri})
    with pytest.raises(NotFound, match="there are chain"):
        find_ready("nothing")


def test_a_query_that_never_ends_is_stopped(snapshot: Path) -> None:
    started = time.monotonic()
    with Asker(limits=Limits(seconds=2, rows=10)) as impatient:
        with pytest.raises(QueryTooLong, match="stopped after 2 s"):
            impatient.ask(snapshot, ENDLESS)
        # and the next one is answered
        assert impatient.ask(snapshot, "ASK { ?s ?p ?o }").is_true
    assert time.monotonic() - started < 60


def test_rows_have_a_limit_and_a_cut_is_told(snapshot: Path) -> None:
    with Asker(limits=Limits(seconds=60, rows=3)) as short:
        few = short.ask(snapshot, "SELECT ?s { ?s ?p ?o }")
        triples = short.ask(snapshot, "CONSTRUCT WHERE { ?s ?p ?o }")
        exact = short.ask(snapshot, "SELECT ?s { ?s ?p ?o } LIMIT 3")
    assert (len(few.rows), few.is_cut) == (3, True)
    assert triples.triples is not None
    assert (len(triples.triples.splitlines()), triples.is_cut) == (3, True)
    assert (len(exact.rows), exact.is_cut) == (3, False)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "select * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { FILTER EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
        "SELECT * { { SELECT * { OPTIONAL { SERVICE ?x { ?s ?p ?o } } } } }",
        "SELECT * { ?x ?y ?z FILTER(?x<?y)SERVICE#>\n<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "ASK { ?s prov:used ?o } # service ' \n SERVICE",
    ],
)
def test_no_query_has_another_server_asked(query: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE is not allowed"):
        check_query(query)


@pytest.mark.parametrize(
    "query", ["SELECT * { ?s schema:text ?t FILTER(CONTAINS(?t, 'service')) }", "SELECT * { ?service ?p 'SERVICE' }"]
)
def test_the_word_service_may_be_looked_for(query: str) -> None:
    check_query(query)


@pytest.mark.parametrize(
    "query", ["", "SELECT", "DROP ALL", "INSERT DATA { <a:b> <a:b> <a:b> }", "SELECT ?x { x:y ?p ?o }"]
)
def test_what_is_no_query_is_refused_and_changes_nothing(snapshot: Path, asker: Asker, query: str) -> None:
    with pytest.raises(BadQuery, match="no SPARQL query"):
        asker.ask(snapshot, query)


def test_answers_are_written_as_the_standards_have_it() -> None:
    row = (Value("uri", "urn:x"), Value("literal", 'a "b", c', "http://www.w3.org/2001/XMLSchema#string"), None)
    tagged = (Value("literal", "x", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "en"), None, None)
    number = (Value("literal", "1", "http://www.w3.org/2001/XMLSchema#integer"), None, Value("bnode", "b0"))
    answer = Answer(variables=("a", "b", "c"), rows=(row, tagged, number))
    assert json.loads(to_json(answer)) == {
        "head": {"vars": ["a", "b", "c"]},
        "results": {
            "bindings": [
                {"a": {"type": "uri", "value": "urn:x"}, "b": {"type": "literal", "value": 'a "b", c'}},
                {"a": {"type": "literal", "value": "x", "xml:lang": "en"}},
                {
                    "a": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
                    "c": {"type": "bnode", "value": "b0"},
                },
            ]
        },
    }
    assert to_csv(answer) == 'a,b,c\r\nurn:x,"a ""b"", c",\r\nx,,\r\n1,,b0\r\n'
    assert json.loads(to_json(Answer(is_true=True))) == {"head": {}, "boolean": True}
