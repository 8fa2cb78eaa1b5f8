"""Where the nodes of a small directed graph stand, in layers from left to right.

The layer of a node is the longest way to it; within a layer nodes are sorted by the middle of their neighbours', a few
times to and fro (Sugiyama's method), which leaves few crossings. Edges that close a circle do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import networkx as nx

_SWEEPS = 8


def place_in_layers(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> dict[str, tuple[int, float]]:
    """Return for each node its layer and its row. Rows are whole or half numbers, centred on 0, each once a layer.

    The same input gives the same places.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((start, end) for start, end in edges if start != end)
    _open_circles(graph)
    layer_of: dict[str, int] = {}
    for node in nx.lexicographical_topological_sort(graph, key=list(nodes).index):
        layer_of[node] = max((layer_of[before] + 1 for before in graph.predecessors(node)), default=0)
    _pull_right(graph, layer_of)
    layers: list[list[str]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for node in nodes:
        layers[layer_of[node]].append(node)
    for sweep in range(_SWEEPS):
        _sort_layers(graph, layers, rightwards=sweep % 2 == 0)
    return {
        node: (number, row - (len(layer) - 1) / 2)
        for number, layer in enumerate(layers)
        for row, node in enumerate(layer)
    }


def _open_circles(graph: nx.DiGraph[str]) -> None:
    while True:
        try:
            circle = nx.find_cycle(graph)
        except nx.NetworkXNoCycle:
            return
        graph.remove_edge(*circle[-1][:2])


def _pull_right(graph: nx.DiGraph[str], layer_of: dict[str, int]) -> None:
    """A node that nothing leads to stands just before what it leads to, rather than far away on the left."""
    for node in graph:
        if graph.out_degree(node) and not graph.in_degree(node):
            layer_of[node] = min(layer_of[after] for after in graph.successors(node)) - 1


def _sort_layers(graph: nx.DiGraph[str], layers: list[list[str]], *, rightwards: bool) -> None:
    """Sort each layer by the middle of where its neighbours in the layer before stand."""
    neighbours = graph.predecessors if rightwards else graph.successors
    ordered = layers if rightwards else layers[::-1]
    for before, layer in pairwise(ordered):
        row_of = {node: row - (len(before) - 1) / 2 for row, node in enumerate(before)}
        own = {node: row - (len(layer) - 1) / 2 for row, node in enumerate(layer)}

        def middle(node: str, row_of: dict[str, float] = row_of, own: dict[str, float] = own) -> float:
            rows = [row_of[other] for other in neighbours(node) if other in row_of]
            return sum(rows) / len(rows) if rows else own[node]

        layer.sort(key=middle)
