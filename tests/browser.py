"""The system's Chromium for the tests, and a guard that makes a page's troubles fail the test.

Nothing is downloaded: `tests/system.sh` installs the browser. A page may talk to this machine only.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Route, WebSocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAM = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})
NETWORK_SCHEMES = frozenset({"http", "https", "ws", "wss", "ftp"})


class MissingBrowserError(RuntimeError):
    """No browser was found. The message says what to do."""


def find_browser() -> str:
    """Find Chromium or Chrome.

    Raises: MissingBrowserError.
    """
    for program in PROGRAMS:
        found = shutil.which(program)
        if found:
            return found
    if MAC_PROGRAM.exists():
        return str(MAC_PROGRAM)
    raise MissingBrowserError(f"no browser was found ({', '.join(PROGRAMS)}): run tests/system.sh")


def is_outside(url: str) -> bool:
    """Tell whether a request for `url` would leave this machine (`data:` and `blob:` do not)."""
    address = urlsplit(url)
    return address.scheme in NETWORK_SCHEMES and address.hostname not in LOCAL_HOSTS


class PageGuard:
    """Collects what a page should not do: errors on the console, errors in scripts, requests to other hosts.

    Requests to other hosts are stopped as well.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.problems: list[str] = []
        context.route(is_outside, self._refuse)
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", self._note_error)
        page.on("websocket", self._note_socket)

    def _refuse(self, route: Route) -> None:
        self.problems.append(f"request to another host: {route.request.url}")
        route.abort()

    def _note_console(self, message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        # On a deep link Streamlit first looks for its server below the page's own address, and gets a 404.
        if message.type == "error" and "/_stcore/" not in address:
            self.problems.append(f"console: {message.text} ({address})")

    def _note_error(self, error: Error) -> None:
        self.problems.append(f"script: {error.message}")

    def _note_socket(self, socket: WebSocket) -> None:
        if is_outside(socket.url):
            self.problems.append(f"socket to another host: {socket.url}")
