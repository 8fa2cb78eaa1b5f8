"""Connected components, held to those of networkx."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from graph.components import find_components

NODES = st.integers(0, 12)


@given(st.lists(NODES), st.lists(st.tuples(NODES, NODES)))
def test_they_are_those_of_networkx(nodes: list[int], edges: list[tuple[int, int]]) -> None:
    graph: nx.Graph[int] = nx.Graph(edges)
    graph.add_nodes_from(nodes)
    found = find_components(nodes, edges)
    assert sorted(map(sorted, found)) == sorted(map(sorted, nx.connected_components(graph)))
