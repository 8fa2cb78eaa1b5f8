"""The plan of the house holds: imports point one way, libraries have their rooms, no file names a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rooms import ROOMS, find_violations, read_imports

ROOT = Path(__file__).parents[1]

# In pieces, or this file would name them.
FORBIDDEN = tuple(
    "".join(pieces).encode()
    for pieces in (
        ("/", "work/"),
        ("/", "root/"),
        ("/opt/", "pypi"),
        ("pypi", ".org"),
        ("python", "hosted.org"),
    )
)
NOT_OURS = {"dist", "build", "__pycache__"}


def write_tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def find_machine_names(root: Path) -> list[str]:
    """List the files that name a machine's folder or a registry's host, with what they name."""
    found = []
    for file in sorted(root.rglob("*")):
        folders = file.relative_to(root).parts[:-1]
        is_hidden = any(folder.startswith(".") and folder != ".ci" for folder in folders)
        if is_hidden or NOT_OURS.intersection(folders) or file.name == ".git" or not file.is_file():
            continue
        content = file.read_bytes()
        found += [f"{file.relative_to(root)}: {name.decode()}" for name in FORBIDDEN if name in content]
    return found


def test_every_room_of_the_house_is_read() -> None:
    assert {entry.file.split("/")[0] for entry in read_imports(ROOT)} >= {*ROOMS, "tests"}


def test_house_keeps_to_its_plan() -> None:
    assert find_violations(ROOT) == []


def test_no_room_changes_the_path_and_streamlit_puts_nothing_on_it_that_hides_others() -> None:
    # Whoever changes it in one thread makes imports in others miss what they look for.
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    assert [file.name for file in files if "sys.path" in file.read_text(encoding="utf-8")] == []
    assert {file.stem for file in (ROOT / "app" / "entry").glob("*.py")} == {"__init__", "dashboard"}


@pytest.mark.parametrize(
    ("file", "text", "violation"),
    [
        ("nlp/a.py", "from ingest.article import Article", "nlp may not import ingest"),
        ("ingest/a.py", "from nlp.annotation import Span", "ingest may not import nlp"),
        ("ingest/deep/a.py", "def f():\n    from graph.store import Store", "ingest may not import graph"),
        ("graph/a.py", "from app.cli import main", "graph may not import app"),
        ("graph/a.py", "from tests.conftest import page", "graph may not import tests"),
        ("app/a.py", "from bench.reading import run", "app may not import bench"),
        ("nlp/a.py", "from .. import graph", "nlp/a.py:1: nlp may not import graph"),
        ("graph/a.py", "import spacy", "spacy belongs in nlp/"),
        ("app/a.py", "from spacy.tokens import Doc", "spacy belongs in nlp/"),
        ("ingest/pages.py", "import httpx2", "httpx2 belongs in ingest/http.py"),
        ("app/a.py", "from urllib import request", "urllib.request belongs in ingest/connections.py"),
        ("nlp/a.py", "import feedparser", "feedparser belongs in ingest/"),
        ("app/a.py", "import sqlalchemy.orm as orm", "sqlalchemy belongs in graph/"),
        ("ingest/a.py", "import rdflib", "rdflib belongs in graph/"),
        ("nlp/a.py", "import networkx as nx", "networkx belongs in graph/"),
        ("graph/a.py", "import streamlit as st", "streamlit belongs in app/"),
        ("app/a.py", "import graph", "graph is everybody's variable name"),
        ("tests/a.py", "import nlp.annotation", "nlp is everybody's variable name"),
        ("app/graph.py", "", "app/graph.py: shadows graph"),
        ("app/nlp/__init__.py", "", "app/nlp: shadows nlp"),
        ("app/http.py", "", "app/http.py: shadows http"),
    ],
)
def test_each_breach_of_the_plan_is_found(tmp_path: Path, file: str, text: str, violation: str) -> None:
    found = find_violations(write_tree(tmp_path, {file: text}))
    assert len(found) == 1
    assert violation in found[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("graph/a.py", "from nlp.annotation import Span\nfrom ingest.article import Article"),
        ("app/a.py", "from graph.store import Store\nimport streamlit as st"),
        ("ingest/http.py", "import httpx2"),
        ("nlp/a.py", "import spacy\nfrom .annotation import Span\nfrom . import annotation"),
        ("graph/store/a.py", "from ..claims import link\nimport sqlalchemy as sa"),
        ("tests/graph/test_a.py", "import spacy\nfrom graph.store import Store"),
        ("bench/a.py", "import spacy"),
        ("nlp/a.py", "import spacious\nfrom urllib.parse import urlsplit"),
    ],
)
def test_what_the_plan_allows_is_not_reported(tmp_path: Path, file: str, text: str) -> None:
    assert find_violations(write_tree(tmp_path, {file: text})) == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert find_machine_names(ROOT) == []


def test_file_that_names_a_machine_is_found(tmp_path: Path) -> None:
    named = {f"docs/{index}.md": f"see {name.decode()}x" for index, name in enumerate(FORBIDDEN)}
    ignored = {".venv/a.txt": FORBIDDEN[0].decode(), "dist/a.txt": FORBIDDEN[0].decode()}
    found = find_machine_names(write_tree(tmp_path, named | ignored))
    assert [entry.split(":")[0] for entry in found] == sorted(named)
