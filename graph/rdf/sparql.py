"""Questions in SPARQL 1.1 to a snapshot of the quad store, within limits of time, rows and memory.

A query runs in a process of its own, which is killed when its time is over: nothing inside can be trusted to stop. It
reads only, and asks nobody else: SERVICE, by which a query has another server asked, is refused.
"""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as TimeIsOver
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pebble import ProcessExpired, ProcessPool

from graph.errors import GraphError
from graph.rdf.terms import PREFIXES

MEMORY_BYTES = 4 * 1024**3  # address space of a query; one that sorts millions of rows takes some 1 GB
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PREFIX = re.compile(r"\bPREFIX\s+([\w-]*):", re.IGNORECASE)


class BadQuery(GraphError):
    """It is no SPARQL query, or one that may not be asked here."""


class QueryTooLong(GraphError):
    """It took more time or memory than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one query may take."""

    seconds: float = 30.0
    rows: int = 10_000


class Value(NamedTuple):
    """A term in an answer. `kind` is uri, literal or bnode, as in SPARQL's own results."""

    kind: str
    text: str
    datatype: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of SELECT: variables and rows. Of ASK: `is_true`. Of CONSTRUCT and DESCRIBE: `triples`, as N-Triples.

    `is_cut` where there was more than the limit of rows.
    """

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Value | None, ...], ...] = ()
    is_true: bool | None = None
    triples: str | None = None
    is_cut: bool = False


class Asker:
    """Asks queries, each in a worker process. Use in a `with`."""

    def __init__(self, *, limits: Limits, workers: int = 1) -> None:
        self.limits = limits
        self._pool = ProcessPool(max_workers=workers, context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def ask(self, snapshot: Path, query: str) -> Answer:
        """Answer `query` from `snapshot`.

        Raises:
            BadQuery: it is no query, or asks for another server.
            QueryTooLong: it took more than it may.
        """
        check_query(query)
        future = self._pool.schedule(_answer, args=(str(snapshot), query, self.limits), timeout=self.limits.seconds)
        try:
            answer: Answer = future.result()
            return answer
        except TimeIsOver as error:
            raise QueryTooLong(
                f"the query was stopped after {self.limits.seconds:g} s; narrow it, or allow more with --seconds"
            ) from error
        except (ProcessExpired, MemoryError) as error:
            raise QueryTooLong("the query was stopped: it took more memory than it may; narrow it") from error
        except SyntaxError as error:
            place, _, expected = str(error.msg).partition(": expected ")
            raise BadQuery(f"this is no SPARQL query: {place}, expected {_shorten(expected)}") from error


def check_query(query: str) -> None:
    """Raises BadQuery: it has another server asked, or cannot be told not to."""
    decoded = _CODEPOINT.sub(lambda match: chr(int(match.group(1) or match.group(2), 16) % 0x110000), query)
    if "service" in decoded.casefold() and _asks_others(decoded):
        raise BadQuery("SERVICE is not allowed: sayso has no other server asked")


def _asks_others(query: str) -> bool:
    """Whether a query has SERVICE in it, as rdflib's parser reads it. What that cannot read is taken to have."""
    from pyparsing import ParseException, ParseResults
    from rdflib.plugins.sparql.parser import parseQuery

    def is_found(node: Any) -> bool:
        if getattr(node, "name", None) == "ServiceGraphPattern":
            return True
        if isinstance(node, dict):
            return any(is_found(each) for each in node.values())
        return isinstance(node, (list, tuple, ParseResults)) and any(is_found(each) for each in node)

    declared = set(_PREFIX.findall(query))
    prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items() if name not in declared)
    try:
        return is_found(parseQuery(prefixes + query))
    except (ParseException, RecursionError):
        return True


def _shorten(text: str) -> str:
    return text if len(text) < 100 else f"{text[:100]} ..."


def _answer(snapshot: str, query: str, limits: Limits) -> Answer:
    """Runs in the worker."""
    import pyoxigraph

    _limit_memory()
    store = pyoxigraph.Store.read_only(snapshot)
    found = store.query(query, prefixes=PREFIXES)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return Answer(is_true=bool(found))
    if isinstance(found, pyoxigraph.QueryTriples):
        triples = list(islice(found, limits.rows + 1))
        lines = "".join(f"{triple} .\n" for triple in triples[: limits.rows])
        return Answer(triples=lines, is_cut=len(triples) > limits.rows)
    variables = tuple(variable.value for variable in found.variables)
    rows = [tuple(_value(term) for term in solution) for solution in islice(found, limits.rows + 1)]
    return Answer(variables=variables, rows=tuple(rows[: limits.rows]), is_cut=len(rows) > limits.rows)


def _value(term: Any) -> Value | None:
    import pyoxigraph

    if term is None:
        return None
    if isinstance(term, pyoxigraph.NamedNode):
        return Value("uri", term.value)
    if isinstance(term, pyoxigraph.Literal):
        return Value("literal", term.value, term.datatype.value, term.language)
    return Value("bnode", str(term).removeprefix("_:"))


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def to_json(answer: Answer) -> str:
    """SPARQL 1.1 Query Results JSON. Where rows were cut, the head links to nothing but says so."""
    head: dict[str, Any] = {"vars": list(answer.variables)} if answer.is_true is None else {}
    if answer.is_cut:
        head["link"] = ["urn:sayso:more-rows-than-the-limit"]
    if answer.is_true is not None:
        return json.dumps({"head": head, "boolean": answer.is_true})
    bindings = [
        {name: _json_value(value) for name, value in zip(answer.variables, row, strict=True) if value is not None}
        for row in answer.rows
    ]
    return json.dumps({"head": head, "results": {"bindings": bindings}}, ensure_ascii=False)


def _json_value(value: Value) -> dict[str, str]:
    found = {"type": value.kind, "value": value.text}
    if value.language is not None:
        found["xml:lang"] = value.language
    elif value.datatype is not None and value.datatype != XSD_STRING:
        found["datatype"] = value.datatype
    return found


def to_csv(answer: Answer) -> str:
    """SPARQL 1.1 Query Results CSV: values alone, with CR LF."""
    out = io.StringIO()
    writer = csv.writer(out)
    if answer.is_true is not None:
        writer.writerows([["answer"], [str(answer.is_true).lower()]])
    else:
        writer.writerow(answer.variables)
        writer.writerows([("" if value is None else value.text) for value in row] for row in answer.rows)
    return out.getvalue()


def to_lines(answer: Answer) -> Iterator[Sequence[str]]:
    """The rows as text for a table."""
    for row in answer.rows:
        yield [("" if value is None else value.text) for value in row]
