"""What people come for, by clicks alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from tests.app.dashboard_world import (
    PATIENCE,
    choose_row,
    click_colour,
    graph_of,
    open_first,
    rows_of,
    search,
    settle,
    visit,
)
from tests.graph.test_trace import LEAK

pytestmark = pytest.mark.timeout(600)  # a page can wait long for its server on a busy machine

NAMED_SOURCE = "#009E73"  # the colour that the legend gives to it


def test_from_a_claim_to_its_origin_to_the_words(page: Page, address: str) -> None:
    visit(page, f"{address}/claims")
    box = page.get_by_label("Search the claims")
    box.fill("Orsk solvent")
    box.press("Enter")
    page.wait_for_url("**/claims?q=Orsk*")
    settle(page)
    open_first(page)
    expect(page.get_by_role("listitem").filter(has_text="Ada Brandt (named: 2 attributions)")).to_be_visible()
    click_colour(graph_of(page), NAMED_SOURCE, 1)  # below Kestrel Power
    words = page.locator(".sayso-fact", has_text="“Ada Brandt said")
    expect(words.first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Open the article").first.click()
    page.wait_for_url("**/article?id=r*")
    expect(page.locator(".sayso-text .content", has_text=LEAK).first).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.go_back()
    expect(page.get_by_role("heading", name="The way that it took")).to_be_visible(timeout=PATIENCE)


def test_a_claim_is_taken_away_as_rdf_and_its_graph_as_a_picture(page: Page, address: str, tmp_path: Path) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    claim = parse_qs(urlsplit(page.url).query)["id"][0]
    for label, ending in (("This claim as JSON-LD", "jsonld"), ("This claim as Turtle", "ttl")):
        file = download(page, label, tmp_path / f"{claim}.{ending}")
        quads = list(pyoxigraph.parse(path=file))
        claims = {str(quad.subject) for quad in quads if str(quad.object) == "<https://schema.org/Claim>"}
        assert claims == {f"<urn:sayso:claim:{claim}>"}
        assert any(getattr(quad.object, "value", "") == LEAK for quad in quads)
    picture = etree.parse(download(page, "The graph as SVG", tmp_path / f"{claim}.svg"))
    assert "Reuters" in {text.text for text in picture.iter("{http://www.w3.org/2000/svg}tspan")}
    assert not list(picture.iter("{http://www.w3.org/2000/svg}script"))


def download(page: Page, label: str, file: Path) -> Path:
    """Click a button that gives a file, which has to be called as `file` is."""
    with page.expect_download() as found:
        page.get_by_role("button", name=label).click()
    assert found.value.suggested_filename == file.name
    found.value.save_as(file)
    return file


def test_the_graph_can_be_read_by_the_keyboard(page: Page, address: str) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    box = page.get_by_label("Click a node, or choose it here")
    box.focus()
    page.keyboard.type("Reuters")
    page.keyboard.press("Enter")
    expect(page.locator(".sayso-fact", has_text="(Reporting by Ann Lee").first).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_whom_does_an_outlet_relay(page: Page, address: str) -> None:
    visit(page, f"{address}/outlets")
    table = page.get_by_test_id("stDataFrame").first
    at = next(number for number, row in enumerate(rows_of(table)) if "Gadgets 360" in row)
    choose_row(table, at)
    page.wait_for_url("**/outlets?*id=o*")
    settle(page)
    expect(page.get_by_role("heading", name="It relays")).to_be_visible()
    expect(page.get_by_text("Reuters (1)")).to_be_visible()
    expect(page.get_by_text("Bloomberg News (1)")).to_be_visible()
    page.get_by_role("link", name="All outlets").click()
    expect(page.get_by_role("heading", name="Who cites whom")).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_a_wrong_merge_is_undone(page: Page, address: str) -> None:
    visit(page, f"{address}/people?name=Ada")
    choose_row(page.get_by_test_id("stDataFrame").first)
    page.wait_for_url("**/person?*id=e*")
    settle(page)
    page.get_by_role("tab", name="Names and why").click()
    page.get_by_text("Somebody else here is the same").click()
    other = page.get_by_label("Find the other name")
    other.fill("A. Brandt")
    other.press("Enter")
    settle(page)  # a click while the page is made anew can be lost
    page.get_by_role("button", name="Merge", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("Decided: A. Brandt is Ada Brandt", exact=False)).to_be_visible(timeout=PATIENCE)
    settle(page)
    expect(page.get_by_text("Also: A. Brandt")).to_be_visible()
    page.get_by_role("link", name="All corrections").click()
    page.wait_for_url("**/corrections*")
    settle(page)
    entry = page.locator(".sayso-fact", has_text="Ada Brandt").first
    expect(entry).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".sayso-fact", has_text="undone by").first).to_be_visible(timeout=PATIENCE)
    visit(page, f"{address}/people?name=A. Brandt")
    choose_row(page.get_by_test_id("stDataFrame").first)
    page.wait_for_url("**/person?*id=e*")
    settle(page)
    expect(page.get_by_role("heading", name="A. Brandt").first).to_be_visible()


def test_what_attributes_nothing_is_rejected_beside_its_text_and_comes_back(page: Page, address: str) -> None:
    visit(page, f"{address}/article?url=https://velden-post.example/11")
    expect(page.get_by_role("heading", name="1 attribution", exact=True)).to_be_visible()
    choose_row(page.get_by_test_id("stDataFrame"))
    page.get_by_role("textbox", name="Why").fill("a caption")
    page.get_by_role("button", name="Not an attribution").click(timeout=PATIENCE)
    expect(page.get_by_text("Nobody is quoted in it", exact=False)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Decided: “A. Brandt said", exact=False)).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="1 attribution", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".sayso-text .source", has_text="A. Brandt").first).to_be_visible()
    settle(page)


def test_somebody_else_of_that_name_is_told_apart_beside_the_text(page: Page, address: str) -> None:
    visit(page, f"{address}/article?url=https://coast-daily.example/9")
    choose_row(page.get_by_test_id("stDataFrame"))
    page.get_by_role("button", name="Not this person").click(timeout=PATIENCE)
    expect(page.get_by_text("Decided: Ada Brandt in this article is somebody else", exact=False)).to_be_visible(
        timeout=PATIENCE
    )
    settle(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Decided:", exact=False)).to_have_count(0, timeout=PATIENCE)
    settle(page)


def test_a_text_that_is_pasted_is_read_on_the_spot(page: Page, address: str) -> None:
    visit(page, f"{address}/try")
    page.get_by_label("Text").fill(
        "The mayor resigned, police chief Ada Brandt told reporters. <b>Bo Ek</b> denied it."
    )
    page.get_by_role("button", name="Read it").click()
    text = page.locator(".sayso-text", has_text="The mayor resigned")
    expect(text.locator(".source", has_text="Ada Brandt").first).to_be_visible(timeout=2 * PATIENCE)
    expect(text).to_contain_text("<b>Bo Ek</b>")
    settle(page)
