"""What the dashboard has done for it: a page that failed is tried again, and its failure goes when it succeeds."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer

from app.progress import Silent
from app.taking_in import retry, take_in_urls
from graph.browsing import load_status
from graph.failures import list_failures
from graph.store import Store
from tests.app.world import CHECKOUT

PAGE = (CHECKOUT / "data" / "demo" / "norland-press-agency/2026/03/03/orsk-plant-solvent.html").read_text()


def test_a_page_that_failed_is_taken_in_when_it_is_tried_again(
    sqlite_url: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_ALLOW_NETWORKS", "127.0.0.1")
    httpserver.expect_ordered_request("/leak").respond_with_data("gone for lunch", status=404)
    httpserver.expect_ordered_request("/leak").respond_with_data(PAGE, content_type="text/html")
    with Store.open(sqlite_url) as store:
        assert len(take_in_urls(store, [httpserver.url_for("/leak")], Silent()).problems) == 1
        (failure,) = list_failures(store)
        tally = retry(store, [failure], Silent())
        assert (tally.articles, tally.problems) == (1, [])
        assert list_failures(store) == []
        assert load_status(store).unread_versions == 0
