"""A small local web server for the sample outlets of `make demo`.

It stands in for the outside world, so that the real polling and fetching code runs offline: feeds and pages
with validators (ETag, Last-Modified) and 304, from a folder of a checkout. `{{BASE}}` in a file becomes
the address of the server. It listens on the loopback interface only. What is done with the feeds is left to
`app.demo`.
"""

from __future__ import annotations

import hashlib
import logging
import socketserver
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

LOGGER = logging.getLogger(__name__)

HOST = "127.0.0.1"
PREFERRED_PORT = 8360
PLACEHOLDER = b"{{BASE}}"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
}
STOP_POLL_SECONDS = 0.05  # how long a stop can take; the default of half a second is felt in the tests
CLIENT_TIMEOUT_SECONDS = 10.0  # an idle connection must not keep its thread for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as it is served. `modified_at` is in whole seconds, as HTTP dates are."""

    body: bytes
    content_type: str
    etag: str
    modified_at: datetime


def read_document(folder: Path, request_path: str, base_url: str) -> Document | None:
    """Read the file that a request asks for; `None` where there is none to be served.

    Only files of the known types that really lie in `folder` count, whatever dots, escapes or symbolic links
    say.
    """
    name = unquote(urlsplit(request_path).path).lstrip("/")
    if "\0" in name:
        return None
    root = folder.resolve()
    file = (root / name).resolve()
    content_type = CONTENT_TYPES.get(file.suffix)
    if content_type is None or not file.is_relative_to(root) or not file.is_file():
        return None
    body = file.read_bytes().replace(PLACEHOLDER, base_url.encode("ascii"))
    return Document(
        body=body,
        content_type=content_type,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        modified_at=datetime.fromtimestamp(int(file.stat().st_mtime), UTC),
    )


def is_unchanged(document: Document, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Tell whether the client already has this document. An ETag decides alone where the client sends one.

    Source: RFC 9110, section 13.2.2.
    """
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return document.etag in tags or "*" in tags
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    return document.modified_at <= (since if since.tzinfo else since.replace(tzinfo=UTC))


class DemoServer:
    """Serves `folder` while its context lasts, on `preferred_port` or, if that is taken, on a free one."""

    def __init__(self, folder: Path, *, preferred_port: int = PREFERRED_PORT) -> None:
        self._folder = folder
        self._server = _bind(folder, preferred_port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_POLL_SECONDS,), name="demo-server", daemon=True
        )

    @property
    def url(self) -> str:
        """The address of the server, without a slash at the end."""
        return self._server.base_url

    @property
    def feed_urls(self) -> tuple[str, ...]:
        """Every `feed.*` of an outlet's folder, by name; one of them is no feed, as happens in life."""
        files = sorted(self._folder.glob("*/feed.*"))
        return tuple(f"{self.url}/{file.relative_to(self._folder).as_posix()}" for file in files)

    def write_feed_list(self, path: Path) -> None:
        """Write the feeds as OPML, without the outlets' names: their pages say them."""
        rows = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in self.feed_urls)
        path.write_text(f'<opml version="2.0"><body>{rows}</body></opml>\n', encoding="utf-8")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.folder = folder
        self.base_url = f"http://{HOST}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Bind without the reverse look-up of the parent class, which can hang where there is no network."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that hangs up, which Ctrl-C during the demo is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = CLIENT_TIMEOUT_SECONDS
    server: _Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        document = read_document(self.server.folder, self.path, self.server.base_url)
        if document is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        unchanged = is_unchanged(document, self.headers["If-None-Match"], self.headers["If-Modified-Since"])
        self.send_response(HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.OK)
        self.send_header("ETag", document.etag)
        self.send_header("Last-Modified", format_datetime(document.modified_at, usegmt=True))
        if not unchanged:
            self.send_header("Content-Type", document.content_type)
            self.send_header("Content-Length", str(len(document.body)))
        self.end_headers()
        if with_body and not unchanged:
            self.wfile.write(document.body)

    def log_message(self, format: str, *args: object) -> None:
        """Log to this module's logger, not to stderr, where the demo reports its progress."""
        LOGGER.debug(format, *args)


def _bind(folder: Path, preferred_port: int) -> _Server:
    try:
        return _Server(folder, preferred_port)
    except OSError:
        LOGGER.info("port %d is taken, using a free one", preferred_port)
        return _Server(folder, 0)
