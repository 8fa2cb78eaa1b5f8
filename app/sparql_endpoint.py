"""A read-only SPARQL 1.1 endpoint over the graph, on loopback: Starlette on uvicorn, queries in worker processes.

Source: SPARQL 1.1 Protocol (W3C, 2013), its query operation. There is no update operation and no cross-origin access;
a request that names another host is refused, so that no web page can ask it through a browser (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from graph.rdf.sparql import Answer, Asker, BadQuery, Limits, QueryTooLong, to_csv, to_json

QUERY_BYTES = 64 * 1024  # longer queries are refused
WORKERS = 2
UPDATE_SECONDS = 60.0

_JSON, _CSV, _TRIPLES = "application/sparql-results+json", "text/csv", "application/n-triples"


def make_endpoint(
    find_snapshot: Callable[[], Path], *, limits: Limits, update: Callable[[], object] | None = None
) -> Starlette:
    """The application. `update` brings the graph up to date and is called now and then, in a thread."""
    asker = Asker(limits=limits, workers=WORKERS)

    async def answer(request: Request) -> Response:
        try:
            query = await _read_query(request)
            if query is None:
                return PlainTextResponse("send a query: /query?query=...\n", 400)
            found = await run_in_threadpool(lambda: asker.ask(find_snapshot(), query))
        except (BadQuery, ValueError) as error:
            return PlainTextResponse(f"{error}\n", 400)
        except QueryTooLong as error:
            return PlainTextResponse(f"{error}\n", 503)
        except ClientDisconnect:
            return Response(status_code=400)
        return _respond(found, request.headers.get("accept", ""))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with asker:
            updating = None if update is None else asyncio.create_task(_keep_updating(update))
            yield
            if updating is not None:
                updating.cancel()

    return Starlette(
        routes=[Route("/query", answer, methods=["GET", "POST"])],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])],
        lifespan=lifespan,
    )


async def _keep_updating(update: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(UPDATE_SECONDS)
        await run_in_threadpool(update)


async def _read_query(request: Request) -> str | None:
    """The three ways in which a query is sent; `None` where none is.

    Raises:
        ValueError: it is longer than a query may be, or is no text.
        BadQuery: it is an update.
    """
    if request.method == "GET":
        return request.query_params.get("query")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > QUERY_BYTES:
            raise ValueError(f"a query may have {QUERY_BYTES} bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = body.decode("utf-8")
    match kind:
        case "application/sparql-query":
            return text
        case "application/sparql-update":
            raise BadQuery("this endpoint is read-only")
        case "application/x-www-form-urlencoded":
            fields = parse_qs(text, max_num_fields=20)
            if "update" in fields:
                raise BadQuery("this endpoint is read-only")
            return fields.get("query", [None])[0]
    return None


def _respond(found: Answer, accept: str) -> Response:
    """What was asked for if it is CSV, else JSON. A header says where rows were cut."""
    headers = {"X-Sayso-Rows-Cut": "true"} if found.is_cut else {}
    if found.triples is not None:
        return Response(found.triples, media_type=_TRIPLES, headers=headers)
    if _CSV in accept and _JSON not in accept:
        return Response(to_csv(found), media_type=_CSV, headers=headers)
    return Response(to_json(found), media_type=_JSON, headers=headers)
