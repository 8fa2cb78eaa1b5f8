"""The pages of the dashboard in a real browser: each opens by its address, and says in plain words what is not there.

The guard of the `page` fixture fails every test on a console error, a script error or a request to another host.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.commands.serve import dashboard_arguments
from tests.app.dashboard_world import (
    LONG,
    LONG_CHARACTERS,
    PATIENCE,
    UNREAD,
    choose_row,
    dashboard,
    no_exception,
    open_first,
    search,
    settle,
    visit,
)
from tests.graph.test_trace import LEAK

pytestmark = pytest.mark.timeout(600)  # a page can wait long for its server on a busy machine

PAGES = {
    "/": "Today",
    "/claims": "Claims",
    "/people": "People and organisations",
    "/outlets": "Outlets",
    "/feeds": "Feeds",
    "/corrections": "Corrections",
    "/try": "Try it",
}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_every_page_opens_by_its_address(page: Page, address: str, path: str, title: str) -> None:
    visit(page, address + path)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def test_an_address_opens_what_it_names(page: Page, address: str) -> None:
    visit(page, f"{address}/article?url=https://gadgets.example/1")
    expect(page.get_by_text("Gadgets 360", exact=False).first).to_be_visible()
    expect(page.locator(".sayso-link")).to_have_attribute("href", "https://gadgets.example/1")
    expect(page.locator(".sayso-text .source", has_text="Bloomberg News")).to_be_visible()
    expect(page.locator(".sayso-text .content.nested", has_text=LEAK)).to_be_visible()
    expect(page.get_by_role("heading", name="2 attributions")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_contain_text("unnamed group")
    visit(page, f"{address}/claims?q=xylophone")
    expect(page.get_by_text("No claim has all of these words: xylophone")).to_be_visible()


def test_filters_and_order_stand_in_the_address(page: Page, address: str) -> None:
    visit(page, f"{address}/claims?stance=denies&contested=1&order=spread&about=Nobody")
    expect(page.get_by_label("About")).to_have_value("Nobody")
    expect(page.get_by_text("No claim meets all of this.", exact=False)).to_be_visible()
    box = page.get_by_label("About")
    box.fill("")
    box.press("Enter")
    expect(page.get_by_test_id("stDataFrame")).to_contain_text("leaked solvent", timeout=PATIENCE)
    assert "about=" not in page.url
    assert "stance=denies" in page.url
    settle(page)


def test_back_and_forward_keep_the_search_and_the_claim(page: Page, address: str) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    page.go_back()
    expect(page.get_by_label("Search the claims")).to_have_value("Orsk solvent", timeout=PATIENCE)
    assert "q=Orsk" in page.url
    page.go_forward()
    expect(page.get_by_role("heading", name="The way that it took")).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_an_attribution_of_an_article_opens_its_claim(page: Page, address: str) -> None:
    visit(page, f"{address}/article?url={LONG}")
    text = page.locator(".sayso-text", has_text="All is quiet in Velden.")
    expect(text.locator(".content", has_text="the last page counts too")).to_be_visible()
    shown = text.evaluate("node => node.textContent.replace(/\\d/g, '').length")
    assert shown == LONG_CHARACTERS  # the whole of a very long text
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_contain_text("the last page counts too")
    choose_row(table)
    page.get_by_role("link", name="Open the claim of no. 1").click()
    page.wait_for_url("**/claim?id=c*")
    expect(page.get_by_role("heading", name="last page counts too").first).to_be_visible(timeout=PATIENCE)
    page.go_back()
    expect(text).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_an_unread_article_says_that_it_is_unread(page: Page, address: str) -> None:
    visit(page, f"{address}/article?url={UNREAD}")
    expect(page.get_by_text("has not been read yet", exact=False)).to_be_visible()
    expect(page.locator(".sayso-text", has_text="Kay said no.")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "hint"),
    [("/claim", "Choose one"), ("/article", "Open one from"), ("/person", "Choose one of all")],
)
def test_a_page_that_is_asked_for_nothing_says_where_to_begin(page: Page, address: str, path: str, hint: str) -> None:
    visit(page, address + path)
    expect(page.get_by_text(hint, exact=False)).to_be_visible()


NOBODY = "0" * 16  # a whole id: of a shorter one any beginning would do that is unique


@pytest.mark.parametrize(
    "path",
    [f"/claim?id=c{NOBODY}", "/claim?id=nonsense", f"/article?id=r{NOBODY}", "/article?url=x", f"/person?id=e{NOBODY}"],
)
def test_what_is_not_there_is_said_in_plain_words(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    expect(page.get_by_text("This cannot be shown.")).to_be_visible(timeout=PATIENCE)
    no_exception(page)


def test_feeds_say_how_they_are(page: Page, address: str) -> None:
    visit(page, f"{address}/feeds")
    expect(page.get_by_text("In error")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_contain_text("host name is not known")
    expect(page.get_by_role("button", name="Try all of these again now")).to_be_visible()
    failed = page.get_by_test_id("stDataFrame").last
    expect(failed).to_contain_text("check the address")
    choose_row(failed)
    expect(page.get_by_role("button", name="Try what is chosen again now")).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_an_empty_store_shows_how_to_start_on_every_page(page: Page, sqlite_url: str) -> None:
    with dashboard(sqlite_url) as running:
        for path in ("/", "/claims", "/people", "/outlets"):
            visit(page, running + path)
            expect(page.get_by_text("Nothing has been taken in yet")).to_be_visible()
            expect(page.get_by_text("sayso feeds import data/feeds.opml", exact=False).first).to_be_visible()
        for path, words in (("/feeds", "No feed is followed yet."), ("/corrections", "Nothing was decided.")):
            visit(page, running + path)
            expect(page.get_by_text(words, exact=False)).to_be_visible()


def test_the_sample_is_loaded_by_a_click(page: Page, sqlite_url: str) -> None:
    """Which fetches, in processes of its own, reads and links."""
    with dashboard(sqlite_url) as running:
        visit(page, running)
        page.get_by_role("button", name="Load the sample").click()
        page.get_by_role("button", name="Show it").click(timeout=2 * PATIENCE)
        expect(page.get_by_role("heading", name="New claims, by origins")).to_be_visible(timeout=PATIENCE)
        settle(page)


def test_a_broken_store_is_said_in_plain_words(page: Page, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database" * 1000)
    with dashboard(f"sqlite:///{tmp_path / 'bad.db'}") as running:
        page.goto(running)
        expect(page.get_by_text("is no sayso store", exact=False)).to_be_visible(timeout=PATIENCE)
        no_exception(page)


def test_the_dashboard_listens_on_this_machine_and_tells_nobody() -> None:
    command = " ".join(dashboard_arguments("127.0.0.1", 8501, open_browser=False))
    assert "--server.address=127.0.0.1" in command
    assert "--browser.gatherUsageStats=false" in command
    assert os.environ.get("STREAMLIT_BROWSER_GATHER_USAGE_STATS") is None
