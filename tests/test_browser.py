"""The browser that the tests drive: that it is real, and that its guard sees what it has to see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_httpserver import HTTPServer

from app.demo_server import DemoServer
from tests.browser import MissingBrowserError, PageGuard, find_browser, is_outside
from tests.conftest import RunningBrowser

DEMO = Path(__file__).parents[1] / "data" / "demo"
STORY = "/norland-press-agency/2026/03/03/orsk-plant-solvent.html"


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with DemoServer(DEMO, preferred_port=0) as server:
        yield server


def test_sample_page_opens_in_the_browser_without_any_problem(page: Page, demo: DemoServer) -> None:
    page.goto(demo.url + STORY)
    assert page.locator("article h1").inner_text() == "Battery plant leaked solvent into Velde river, inspector says"


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<script>console.error('broken')</script>", "console: broken"),
        ("<script>throw new Error('oops')</script>", "script: oops"),
        ("<img src='http://tracker.example/pixel.gif'>", "request to another host: http://tracker.example/"),
        ("<script src='missing.js'></script>", "console: Failed to load resource"),
    ],
)
def test_guard_reports_what_a_page_should_not_do(
    browser: Browser, httpserver: HTTPServer, html: str, problem: str
) -> None:
    httpserver.expect_request("/").respond_with_data(html, content_type="text/html")
    context = browser.new_context()
    guard = PageGuard(context)
    context.new_page().goto(httpserver.url_for("/"), wait_until="networkidle")
    context.close()
    assert any(found.startswith(problem) for found in guard.problems), guard.problems


def test_tests_that_come_after_the_browser_can_still_run_coroutines(running_browser: RunningBrowser) -> None:
    async def answer() -> int:
        return 1

    assert running_browser.browser.is_connected()
    assert asyncio.run(answer()) == 1


@pytest.mark.parametrize(
    ("url", "outside"),
    [
        ("http://127.0.0.1:8501/", False),
        ("ws://localhost:8501/_stcore/stream", False),
        ("data:image/png;base64,AAAA", False),
        ("https://fonts.example/a.woff", True),
        ("http://127.0.0.1.example/", True),
        ("wss://example.com/", True),
    ],
)
def test_only_this_machine_is_inside(url: str, outside: bool) -> None:
    assert is_outside(url) is outside


def test_missing_browser_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.browser.MAC_PROGRAM", tmp_path / "none")
    with pytest.raises(MissingBrowserError, match=r"run tests/system\.sh"):
        find_browser()
