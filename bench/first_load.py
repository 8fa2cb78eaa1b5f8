"""How long the dashboard lets somebody wait who opens it for the first time after a start, in a real browser.

    python -m bench.first_load sqlite:////tmp/large.db

A browser with nothing in its cache opens the address as soon as the server answers, and again with a warm cache and a
warm server. The page is there when Streamlit has run it to its end and its last table and chart have come. The time
that a bare page of the same server takes is shown beside it, for a busy machine makes all of it slow alike.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from urllib.error import URLError
from urllib.request import urlopen

import click
from playwright.sync_api import Browser, Page, sync_playwright

from app.commands.serve import dashboard_arguments, find_port
from app.settings import DB_VARIABLE
from tests.browser import FLAGS, find_browser

MUST_SECONDS = 3.0
_LONGEST_MILLISECONDS = 300_000
_THERE = """() => document.querySelector(".stMainBlockContainer h1, .stMainBlockContainer h2")
    && document.querySelector("[data-test-script-state='notRunning']")
    && !document.querySelector("[data-testid='stSkeleton']")"""


@click.command()
@click.argument("url")
@click.option("--path", default="/", show_default=True, help="The page to open.")
@click.option("--starts", type=click.IntRange(1), default=3, show_default=True)
def main(url: str, path: str, starts: int) -> None:
    """Time the first load of the dashboard on the store at URL. Exit with 1 if the median is 3 seconds or more."""
    click.echo(f"{'seconds':8} {'start':>8} {'first':>8} {'again':>8} {'bare':>8}")
    firsts = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        for number in range(1, starts + 1):
            times = _start_and_load(browser, url, path)
            firsts.append(times[1])
            click.echo(f"{number:<8}" + "".join(f" {seconds:8.2f}" for seconds in times))
        browser.close()
    median = sorted(firsts)[len(firsts) // 2]
    click.echo(f"first load: {median:.2f} s, must be under {MUST_SECONDS:.0f}")
    if median >= MUST_SECONDS:
        raise SystemExit(1)


def _start_and_load(browser: Browser, url: str, path: str) -> list[float]:
    """Seconds until the server answers, of the first load, of the second, and of a page without a script."""
    port = find_port("127.0.0.1", 0)
    address = f"http://127.0.0.1:{port}"
    command = dashboard_arguments("127.0.0.1", port, open_browser=False)
    quiet = subprocess.DEVNULL
    started = time.perf_counter()
    server = subprocess.Popen(command, env=os.environ | {DB_VARIABLE: url}, stdout=quiet, stderr=quiet)
    try:
        _wait_until_up(f"{address}/_stcore/health", server)
        times = [time.perf_counter() - started]
        page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
        page.set_default_timeout(_LONGEST_MILLISECONDS)
        times += [_time(lambda: _load(page, address + path)) for _ in range(2)]
        times.append(_time(lambda: page.goto(f"{address}/_stcore/health")))
        page.context.close()
        return times
    finally:
        server.terminate()
        server.wait()


def _wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            with urlopen(url):  # noqa: S310  an address of our own
                return
        except (URLError, ConnectionError):
            time.sleep(0.02)
    raise click.ClickException("the dashboard did not start")


def _load(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function(_THERE)


def _time(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
