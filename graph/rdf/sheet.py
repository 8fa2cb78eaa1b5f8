"""Where the quads of one thing are gathered: by subject, each once, in the order in which they were added."""

from __future__ import annotations

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

Statement = tuple[NamedNode, NamedNode, NamedNode | Literal]


class Sheet:
    """The quads of one graph. What belongs to one subject ends up together, as Turtle and JSON-LD are read best."""

    def __init__(self, graph: NamedNode | None = None) -> None:
        self._graph: NamedNode | DefaultGraph = DefaultGraph() if graph is None else graph
        self._subjects: dict[NamedNode, dict[Quad, None]] = {}

    def add(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> None:
        self._subjects.setdefault(subject, {})[Quad(subject, predicate, value, self._graph)] = None

    def quads(self) -> list[Quad]:
        return [quad for quads in self._subjects.values() for quad in quads]
