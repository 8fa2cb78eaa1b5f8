"""networkx graphs of neighbourhoods, and the examples of the docs, run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import networkx as nx
import pytest
from sqlalchemy import select

from graph import schema
from graph.errors import NotFound
from graph.ids import Kind, show_id
from graph.store import Store
from graph.views import view_citations, view_provenance, view_surroundings
from tests.graph.rdf_world import LEAK, SEED, fill
from tests.graph.world import add_page

DOCS = Path(__file__).parents[2] / "docs" / "graph.md"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        yield fill(opened)


def claim_id(store: Store, text: str) -> str:
    with store.reading() as connection:
        rows = connection.execute(select(schema.claims)).all()
    (found,) = [row.id for row in rows if row.text.lower() == text.lower()]
    return show_id(Kind.CLAIM, found)


def entity_id(store: Store, name: str) -> str:
    with store.reading() as connection:
        query = select(schema.entities.c.canonical_id).where(schema.entities.c.name == name).distinct()
        return show_id(Kind.ENTITY, connection.execute(query).scalar_one())


def label(graph: nx.Graph[str], node: str) -> str:
    return str(graph.nodes[node]["label"])


def test_all_ways_of_a_claim_end_in_it(store: Store) -> None:
    claim = claim_id(store, LEAK)
    graph = view_provenance(store, claim)
    assert nx.is_directed_acyclic_graph(graph)
    assert {node for node in graph if graph.out_degree(node) == 0} == {claim}
    before = {label(graph, node) for node in graph.predecessors(claim)}
    assert {"Ada Brandt", "Kestrel Power", "an official", "Researchers at Velde University"} <= before
    denial = entity_id(store, "Kestrel Power")
    assert graph.edges[denial, claim]["stances"] == {"denies": 1}


def test_the_chain_of_the_seed_is_a_path(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        add_page(store, SEED)
        with store.reading() as connection:
            inner = min(connection.execute(select(schema.claims)).all(), key=lambda row: len(row.text))
        graph = view_provenance(store, show_id(Kind.CLAIM, inner.id))
    path = [label(graph, node) for node in nx.topological_sort(graph)]
    assert path[:-1] == ["Gadgets 360", "Reuters", "Bloomberg News", "Microsoft's security researchers"]


def test_unnamed_sources_of_two_articles_stay_two(store: Store) -> None:
    graph = view_provenance(store, claim_id(store, LEAK))
    assert len([node for node in graph if label(graph, node) == "an official"]) == 2


def test_what_an_entity_says_and_what_is_said_about_it(store: Store) -> None:
    entity = entity_id(store, "DeepSeek")
    graph = view_surroundings(store, entity)
    about = {found["relation"] for _, end, found in graph.edges(data=True) if end == entity}
    assert about == {"about"}
    assert {label(graph, node) for node in graph} >= {"DeepSeek", "OpenAI", "Microsoft's security researchers"}
    said = view_surroundings(store, entity_id(store, "Kestrel Power"))
    assert {found.get("stance") for *_, found in said.edges(data=True)} == {"denies"}


def test_a_neighbourhood_has_bounds(store: Store) -> None:
    whole = view_surroundings(store, entity_id(store, "Ada Brandt"))
    assert len(view_surroundings(store, entity_id(store, "Ada Brandt"), limit=1).edges) < len(whole.edges)
    assert len(view_citations(store, limit=1).edges) == 1


def test_who_cites_whom(store: Store) -> None:
    graph = view_citations(store)
    edges = {(label(graph, a), label(graph, b)): found["count"] for a, b, found in graph.edges(data=True)}
    assert edges[("Coast Daily", "Herald")] == 1
    assert edges[("Gadgets 360", "Bloomberg News")] == 2
    assert edges[("Gadgets 360", "Reuters")] == 2
    assert edges[("Herald", "NPA")] == 1
    late = view_citations(store, since=datetime(2026, 3, 3, 10, tzinfo=UTC))
    assert {label(late, node) for node in late} == {"Coast Daily", "the Herald"}


def test_what_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(NotFound):
        view_provenance(store, "c0000")
    with pytest.raises(NotFound):
        view_surroundings(store, "e0000")


def test_the_examples_of_the_docs_run(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sayso.db'}"
    with Store.open(url) as store:
        fill(store)
        names = {"CLAIM": claim_id(store, LEAK), "ENTITY": entity_id(store, "Ada Brandt")}
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 4
    scope: dict[str, object] = {"print": lambda *_: None}
    for block in blocks:
        code = block.replace("sqlite:////path/to/sayso.db", url)
        for name, value in names.items():
            code = code.replace(f'"{name}"', f'"{value}"')
        exec(compile(code, str(DOCS), "exec"), scope)  # noqa: S102  the examples are ours
