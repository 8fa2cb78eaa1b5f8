"""Ready queries: SPARQL 1.1 files beside this module, for any engine that holds an export.

A file begins with comments: what it answers, and `# parameter NAME: what it is`. A parameter is a line
`VALUES ?NAME { UNDEF }`, which leaves it open; `fill_in` puts a term there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from pyoxigraph import Literal, NamedNode

from graph.errors import NotFound
from graph.ids import Kind, show_id
from graph.rdf.selection import select_by_names
from graph.rdf.terms import Names
from graph.store import Store

_PARAMETER = re.compile(r"^# parameter (\w+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyQuery:
    """`parameters` maps the name of each to what it is, in words."""

    name: str
    about: str
    parameters: dict[str, str]
    text: str


def list_ready() -> list[ReadyQuery]:
    """Return all ready queries by name."""
    folder = resources.files("graph.rdf") / "queries"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".rq"))
    return [_read(name.removesuffix(".rq"), (folder / name).read_text(encoding="utf-8")) for name in names]


def find_ready(name: str) -> ReadyQuery:
    """Raises NotFound: there is no such query."""
    found = {query.name: query for query in list_ready()}
    if name not in found:
        raise NotFound(name, f"there is no such ready query; there are {', '.join(found)}")
    return found[name]


def fill_in(query: ReadyQuery, values: Mapping[str, NamedNode | Literal]) -> str:
    """Return the text with `values` for some of its parameters.

    Raises:
        NotFound: it has no parameter of that name.
    """
    text = query.text
    for name, value in values.items():
        open_line = f"VALUES ?{name} {{ UNDEF }}"
        if name not in query.parameters or open_line not in text:
            known = ", ".join(query.parameters) or "none"
            raise NotFound(name, f"the query {query.name} has no such parameter; it has {known}")
        text = text.replace(open_line, f"VALUES ?{name} {{ {value} }}")
    return text


def fill_in_names(store: Store, query: ReadyQuery, texts: Mapping[str, str]) -> str:
    """The same with what people write: ids, beginnings of ids, and names.

    Raises:
        NotFound: one of them means nothing in this store, or more than one thing.
    """
    return fill_in(query, {name: find_thing(store, name, text) for name, text in texts.items()})


def find_thing(store: Store, parameter: str, text: str) -> NamedNode:
    """Return the IRI of what `text` means as the value of a parameter: a claim, an outlet, else an entity.

    Raises:
        NotFound: it means nothing in this store, or more than one thing.
    """
    names = Names()
    match parameter:
        case "claim":
            chosen = select_by_names(store, claim_texts=[text])
            return names.thing(Kind.CLAIM, chosen.claim_ids[0])
        case "outlet":
            chosen = select_by_names(store, outlet_names=[text])
            return names.thing(Kind.OUTLET, chosen.outlet_ids[0])
    chosen = select_by_names(store, entity_texts=[text])
    if len(chosen.entity_ids) > 1:
        some = ", ".join(show_id(Kind.ENTITY, key) for key in chosen.entity_ids[:5])
        raise NotFound(text, f"more than one entity is called so; give an id ({some})")
    return names.thing(Kind.ENTITY, chosen.entity_ids[0])


def _read(name: str, text: str) -> ReadyQuery:
    about = text.splitlines()[0].removeprefix("# ")
    return ReadyQuery(name=name, about=about, parameters=dict(_PARAMETER.findall(text)), text=text)
