"""The parts that many tests share: both databases and a browser, all real. A part that is missing says so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import FLAGS, PageGuard, find_browser
from tests.postgres import PostgresServer, run_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole run; it takes a few seconds to start."""
    with run_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'sayso.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; a test that asks for it runs once on each backend."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@dataclass(slots=True, kw_only=True)
class RunningBrowser:
    """A browser, and the event loop that Playwright leaves set as running while it lasts."""

    browser: Browser
    loop: asyncio.AbstractEventLoop | None
    _shared: list[tuple[BrowserContext, PageGuard]] = field(default_factory=list)

    def shared_context(self) -> tuple[BrowserContext, PageGuard]:
        """One for the whole run, so that the dashboard's megabytes of script are loaded and compiled once."""
        if not self._shared:
            context = self.browser.new_context()
            self._shared.append((context, PageGuard(context)))
        return self._shared[0]


@pytest.fixture(scope="session")
def running_browser() -> Iterator[RunningBrowser]:
    """One browser for the whole run, asleep between the tests that use it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        running = RunningBrowser(browser=browser, loop=asyncio.events._get_running_loop())
        asyncio.events._set_running_loop(None)
        yield running
        asyncio.events._set_running_loop(running.loop)
        browser.close()


@pytest.fixture
def browser(running_browser: RunningBrowser) -> Iterator[Browser]:
    """The system's Chromium, without a window.

    Only within a test that asks for it does Playwright's loop count as running; otherwise every later
    `asyncio.run` of the whole run would fail.
    """
    asyncio.events._set_running_loop(running_browser.loop)
    yield running_browser.browser
    asyncio.events._set_running_loop(None)


@pytest.fixture
def page(running_browser: RunningBrowser, browser: Browser) -> Iterator[Page]:
    """A page that fails its test on console errors, script errors and requests to other hosts.

    Its cookies and caches are those of all such pages.
    """
    context, guard = running_browser.shared_context()
    guard.problems.clear()
    page = context.new_page()
    yield page
    page.close()
    assert guard.problems == []


@pytest.fixture
def page_apart(browser: Browser) -> Iterator[Page]:
    """A page like that, but with cookies of its own."""
    context = browser.new_context()
    guard = PageGuard(context)
    yield context.new_page()
    context.close()
    assert guard.problems == []
