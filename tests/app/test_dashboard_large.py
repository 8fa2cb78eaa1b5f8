"""Every page on a store of some thousand attributions, in the dark theme. (The other tests' store is small, and light.)

The guard of the `page` fixture fails every test on a console error, a script error or a request to another host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from bench.generator import fill_store
from graph.figures import refresh_figures
from graph.ids import Kind, show_id
from graph.schema import articles, attributions, claim_members, claims, entities, outlets
from graph.store import Store
from tests.app.dashboard_world import PATIENCE, dashboard, graph_of, visit

pytestmark = pytest.mark.timeout(600)  # a page can wait long for its server on a busy machine

ATTRIBUTIONS = 3_000
_MOST = {  # of each kind, what is in most attributions, or articles
    Kind.CLAIM: select(claims.c.canonical_id).join(claim_members, claim_members.c.claim_id == claims.c.id),
    Kind.ENTITY: select(entities.c.canonical_id).join(attributions, attributions.c.source_entity_id == entities.c.id),
    Kind.OUTLET: select(outlets.c.id).join(articles, articles.c.outlet_id == outlets.c.id),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('large') / 'sayso.db'}") as opened:
        fill_store(opened, ATTRIBUTIONS)
        for _ in refresh_figures(opened):
            pass
        yield opened


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    with dashboard(str(store.url)) as running:
        yield running


def most_of(store: Store, kind: Kind) -> str:
    query = _MOST[kind]
    (column,) = query.selected_columns
    with store.reading() as connection:
        most = connection.execute(query.group_by(column).order_by(func.count().desc(), column).limit(1)).scalar_one()
    return show_id(kind, most)


def visit_in_the_dark(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, address)
    background = page.locator(".stApp").evaluate("node => getComputedStyle(node).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 64, background


@pytest.mark.parametrize(
    "path",
    [
        "/?days=30",
        "/claims",
        "/claims?order=spread",
        "/claims?q=leak+river&order=match&contested=1",
        "/people",
        "/outlets?days=365",
        "/feeds",
        "/corrections?whose=all",
        "/try",
    ],
)
def test_every_list_opens_in_the_dark(page: Page, address: str, path: str) -> None:
    visit_in_the_dark(page, address + path)
    expect(page.get_by_text("Nothing has been taken in yet")).to_have_count(0)


def test_a_claim_of_hundreds_of_attributions_is_shown_page_by_page(page: Page, address: str, store: Store) -> None:
    visit_in_the_dark(page, f"{address}/claim?id={most_of(store, Kind.CLAIM)}")
    expect(graph_of(page)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"^1 to 50 of \d+, by time\."))).to_be_visible()


def test_the_most_quoted_and_an_article_that_quotes_them(page: Page, address: str, store: Store) -> None:
    visit_in_the_dark(page, f"{address}/person?id={most_of(store, Kind.ENTITY)}")
    expect(page.get_by_text(re.compile(r"^The latest 20 of [\d,]+\.")).first).to_be_visible()
    page.get_by_role("link", name="Open the article").first.click()
    page.wait_for_url("**/article?id=r*")
    expect(page.locator(".sayso-text .content").first).to_be_visible(timeout=PATIENCE)


def test_the_outlet_that_publishes_most(page: Page, address: str, store: Store) -> None:
    visit_in_the_dark(page, f"{address}/outlets?days=365&id={most_of(store, Kind.OUTLET)}")
    expect(page.get_by_role("heading", name="It relays")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=re.compile(r"^\S.* \(\d+\)$")).first).to_be_visible()
