"""Hostile text in every field of the store is shown as text: nothing runs, nothing loads, nothing is hidden."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.app.dashboard_world import PATIENCE, choose_row, open_first, search, settle, visit

pytestmark = pytest.mark.timeout(600)  # a page can wait long for its server on a busy machine


def nothing_was_obeyed(page: Page) -> None:
    settle(page)
    assert page.evaluate("window.hacked") is None
    body = page.inner_text("body")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", body)
    assert page.locator("main img").count() == 0
    assert page.locator("[*|href*='javascript:' i]").count() == 0
    # A link to a page of ours may carry such an address, as a name that is looked for.
    assert "evil.example" not in page.locator("a").evaluate_all("links => links.map(link => link.hostname)")
    assert page.locator("main").evaluate("node => getComputedStyle(document.body).display") != "none"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?days=30",
        "/claims",
        "/people",
        "/outlets",
        "/feeds",
        "/corrections",
        "/claims?q=%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E&about=%5Bx%5D(javascript%3A1)",
        "/claim?id=%3Cimg%20src%3Dx%20onerror%3D%22window.hacked%3D1%22%3E",
        "/article?url=javascript:window.hacked%3D1",
        "/people?name=![i](http://evil.example/i.png)",
    ],
)
def test_no_page_obeys_it(page: Page, address: str, path: str) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(address + path)
    expect(page.locator("[data-test-script-state='notRunning']")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".stMainBlockContainer").first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    page.wait_for_timeout(500)
    assert page.evaluate("window.hacked") is None
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.inner_text("body"))
    assert page.locator("main img").count() == 0
    assert page.locator("[*|href*='javascript:' i]").count() == 0


def test_the_claim_and_the_article_of_hostile_words(page: Page, address: str) -> None:
    search(page, address, "hostile markup")
    open_first(page)
    expect(page.get_by_role("heading", name="<script>window.hacked=1</script>").first).to_be_visible()
    expect(page.locator(".sayso-fact", has_text="[x](javascript:alert(1)) &lt;b&gt;").first).to_be_visible()
    nothing_was_obeyed(page)
    page.get_by_role("link", name="Open the article").first.click()
    page.wait_for_url("**/article?id=r*")
    settle(page)
    expect(page.locator(".sayso-text .content", has_text="<img src=x").first).to_be_visible()
    expect(page.get_by_text('javascript:alert("1")', exact=True)).to_be_visible()
    assert page.locator(".sayso-link").count() == 0  # an address that no browser may be sent to is no link
    nothing_was_obeyed(page)


def test_a_name_of_20_000_characters_and_hostile_outlets_in_a_graph(page: Page, address: str) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    chain = page.locator(".sayso-chain", has_text="<script>window.hacked=1</script>")
    expect(chain.first).to_be_visible()
    nothing_was_obeyed(page)


def test_the_page_of_a_hostile_person(page: Page, address: str) -> None:
    visit(page, f"{address}/people?name=Eve")
    choose_row(page.get_by_test_id("stDataFrame").first)
    page.wait_for_url("**/person?*id=e*")
    settle(page)
    expect(page.get_by_role("heading", name="Eve <script>").first).to_be_visible()
    nothing_was_obeyed(page)
    page.get_by_role("tab", name="Names and why").click()
    nothing_was_obeyed(page)
