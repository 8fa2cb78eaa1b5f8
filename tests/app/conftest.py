"""The sample outlets, served once a test; and a store that has taken them in, once a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo_server import DemoServer
from tests.app.dashboard_world import dashboard, fill
from tests.app.world import CHECKOUT, follow_outlets, sayso


@pytest.fixture(scope="session")
def outlets() -> Iterator[DemoServer]:
    with DemoServer(CHECKOUT / "data" / "demo", preferred_port=0) as server:
        yield server


@pytest.fixture(scope="session")
def filled(outlets: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a SQLite store that has taken in the sample outlets. Tests only read it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'sayso.db'}"
    follow_outlets(url, outlets, tmp_path_factory.mktemp("feeds"))
    done = sayso(url, "ingest", "--quiet")
    assert done.code == 3, done.err  # one of the sample feeds is broken on purpose
    return url


@pytest.fixture
def db(tmp_path: Path) -> str:
    """The URL of a SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path / 'sayso.db'}"


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard on a small store with hostile text in it. Tests leave it as they found it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('dashboard') / 'sayso.db'}"
    fill(url)
    with dashboard(url) as running:
        yield running
