"""The dashboard in a real browser: found by clicks, kept by addresses, and deaf to what is hostile.

The guard of the `page` fixture fails every test on a console error, a script error or a request to another host.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from app.commands.serve import dashboard_arguments, find_port
from graph.articles import save_article
from graph.store import Store
from ingest.article import Article as IncomingArticle
from ingest.errors import Unreachable
from ingest.polling import new_feed
from nlp.annotation import SourceType, Stance
from tests.app.world import environment
from tests.graph.test_trace import LEAK, relayed
from tests.graph.test_trace import page as page_of
from tests.graph.world import NOW, Said, add_page
from tests.graph.world import Page as Article

HOSTILE = (
    '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> ![i](http://evil.example/i.png) $x$ *b*'
)
LONG_NAME = "Very long name " * 130
TURNED = "\u202ednatsni"  # what follows the first character would be written from right to left
UNREAD = "https://herald.example/unread"
LONG = "https://herald.example/long"
LONG_CHARACTERS = 200_000


@contextmanager
def dashboard(url: str) -> Iterator[str]:
    """Start the dashboard as `sayso dashboard` does and yield its address."""
    port = find_port("127.0.0.1", 0)
    command = dashboard_arguments("127.0.0.1", port, open_browser=False)
    process = subprocess.Popen(command, env=environment(url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(url: str) -> None:
    for _ in range(300):
        try:
            with urlopen(url):  # noqa: S310  an address of this test's own
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(url)


def fill(url: str) -> None:
    with Store.open(url) as store:
        denial = page_of("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION)
        wire = page_of("Norland Press Agency", "Ada Brandt", hour=8)
        copy = page_of("Coast Daily", "Ada Brandt", credit="VELDEN (NPA) -")
        hostile = page_of(HOSTILE, LONG_NAME.strip(), hour=12)
        for each in (denial, wire, copy, relayed(), hostile, hostile_article(), long_article()):
            add_page(store, each)
        save_article(store, IncomingArticle(url=UNREAD, outlet="Herald", title="Late", text="Kay said no."), now=NOW)
        _add_failing_feed(store)


def hostile_article() -> Article:
    content = "the hostile markup " + HOSTILE + " is shown as it is"
    return Article(
        url='javascript:alert("1")',
        outlet="[x](javascript:alert(1)) &lt;b&gt;" + TURNED,
        title=HOSTILE + TURNED,
        credit=HOSTILE + TURNED,
        text=f"Eve said {content}.\n\u202eDesrever\u200b and \u2066hidden\u2069.",
        said=(Said(source="Eve", cue="said", content=content),),
    )


def long_article() -> Article:
    """A text of 200,000 characters in which the last sentence is the one that is attributed."""
    content = "the last page counts too"
    said = f"Zoe said {content}."
    filling = ("All is quiet in Velden. " * 10 + "\n") * (LONG_CHARACTERS // 241 + 1)
    return Article(
        url=LONG,
        outlet="Herald",
        text=filling[: LONG_CHARACTERS - len(said)] + said,
        said=(Said(source="Zoe", cue="said", content=content),),
    )


def _add_failing_feed(store: Store) -> None:
    from graph.following import add_feeds
    from graph.polls import save_polls
    from ingest.polling import Poll

    state = new_feed("https://herald.example/feed", "Norland Herald", now=NOW)
    add_feeds(store, [state])
    error = Unreachable(state.url, "its host name is not known; check the address, or your own network")
    save_polls(store, [(state, Poll(error=error))], now=NOW)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('dashboard') / 'sayso.db'}"
    fill(url)
    with dashboard(url) as running:
        yield running


def no_exception(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def search(page: Page, address: str, words: str) -> None:
    page.goto(f"{address}/?q={quote(words)}")
    expect(page.get_by_label("Search the claims")).to_have_value(words, timeout=30_000)


def open_first(page: Page) -> None:
    """Select the first row of the only table, which opens its claim; wait until the picture is there."""
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_have_count(1)
    table.click(position={"x": 20, "y": 55})
    page.wait_for_url("**/claim?id=c*")
    expect(page.locator(".stGraphVizChart svg")).to_be_visible(timeout=30_000)


def test_a_claim_is_found_and_opened_by_clicks(page: Page, address: str, tmp_path: Path) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    expect(page.get_by_role("heading", name="leaked solvent into the Velde river").first).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Ada Brandt (named: 2 attributions)")).to_be_visible()
    expect(page.locator(".sayso-text .content", has_text=LEAK).first).to_be_visible()
    page.get_by_role("link", name="Open the article").first.click()
    page.wait_for_url("**/article?id=r*")
    expect(page.get_by_text("Norland Press Agency", exact=False).first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="The way that it took")).to_be_visible()
    page.screenshot(path=tmp_path / "claim.png")
    no_exception(page)


def test_an_address_opens_what_it_names(page: Page, address: str) -> None:
    page.goto(f"{address}/article?url=https://gadgets.example/1")
    expect(page.get_by_text("Gadgets 360", exact=False).first).to_be_visible(timeout=30_000)
    expect(page.locator(".sayso-link")).to_have_attribute("href", "https://gadgets.example/1")
    expect(page.locator(".sayso-text .source", has_text="Bloomberg News")).to_be_visible()
    expect(page.locator(".sayso-text .content.nested", has_text=LEAK)).to_be_visible()
    expect(page.get_by_role("heading", name="2 attributions")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_contain_text("unnamed group")
    page.goto(f"{address}/?q=xylophone")
    expect(page.get_by_text("No claim has all of these words: xylophone")).to_be_visible()
    no_exception(page)


def test_what_is_typed_into_the_search_is_kept_in_the_address(page: Page, address: str) -> None:
    page.goto(address)
    box = page.get_by_label("Search the claims")
    expect(box).to_be_visible(timeout=30_000)
    box.fill("xylophone")
    box.press("Enter")
    expect(page.get_by_text("No claim has all of these words: xylophone")).to_be_visible()
    assert page.url.endswith("q=xylophone")
    no_exception(page)


def test_back_and_forward_keep_the_search_and_the_claim(page: Page, address: str) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    page.go_back()
    expect(page.get_by_label("Search the claims")).to_have_value("Orsk solvent")
    assert "q=Orsk" in page.url
    page.go_forward()
    expect(page.get_by_role("heading", name="The way that it took")).to_be_visible()
    no_exception(page)


def test_an_attribution_of_an_article_opens_its_claim(page: Page, address: str) -> None:
    page.goto(f"{address}/article?url={LONG}")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_contain_text("the last page counts too", timeout=30_000)
    table.click(position={"x": 20, "y": 55})
    page.get_by_role("link", name="Open the claim of no. 1").click()
    page.wait_for_url("**/claim?id=c*")
    expect(page.get_by_role("heading", name="last page counts too").first).to_be_visible()
    page.go_back()
    expect(page.locator(".sayso-text", has_text="All is quiet in Velden.")).to_be_visible()
    no_exception(page)


def test_a_very_long_text_is_shown_to_its_end_with_its_marks(page: Page, address: str) -> None:
    page.goto(f"{address}/article?url={LONG}")
    text = page.locator(".sayso-text", has_text="All is quiet in Velden.")
    expect(text.locator(".content", has_text="the last page counts too")).to_be_visible(timeout=30_000)
    shown = text.evaluate("node => node.textContent.replace(/\\d/g, '').length")
    assert shown == LONG_CHARACTERS
    no_exception(page)


def test_an_unread_article_says_that_it_is_unread(page: Page, address: str) -> None:
    page.goto(f"{address}/article?url={UNREAD}")
    expect(page.get_by_text("has not been read yet", exact=False)).to_be_visible(timeout=30_000)
    expect(page.locator(".sayso-text", has_text="Kay said no.")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    no_exception(page)


@pytest.mark.parametrize(("path", "hint"), [("/claim", "Choose one"), ("/article", "Open one from")])
def test_a_page_that_is_asked_for_nothing_says_where_to_begin(page: Page, address: str, path: str, hint: str) -> None:
    page.goto(address + path)
    expect(page.get_by_text(hint, exact=False)).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="All claims").click()
    expect(page.get_by_label("Search the claims")).to_be_visible()


def test_the_chain_is_a_picture_whose_outlets_open_their_articles(page: Page, address: str) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    picture = page.locator(".stGraphVizChart svg")
    expect(picture.locator("text", has_text="Reuters")).to_be_visible()
    picture.locator("text", has_text="Gadgets 360").click()
    page.wait_for_url("**/article?id=r*")


def test_feeds_say_how_they_are(page: Page, address: str) -> None:
    page.goto(f"{address}/feeds")
    expect(page.get_by_text("In error")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stDataFrame").first).to_contain_text("host name is not known")
    no_exception(page)


@pytest.mark.parametrize("path", ["/claim?id=c0", "/claim?id=nonsense", "/article?id=r0", "/article?url=x"])
def test_what_is_not_there_is_said_in_plain_words(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    expect(page.get_by_text("This cannot be shown.")).to_be_visible(timeout=30_000)
    no_exception(page)


def test_hostile_text_is_shown_and_never_obeyed(page: Page, address: str) -> None:
    search(page, address, "hostile markup")
    open_first(page)
    expect(page.get_by_role("heading", name="<script>window.hacked=1</script>")).to_be_visible(timeout=30_000)
    expect(page.locator(".sayso-fact", has_text="[x](javascript:alert(1)) &lt;b&gt;")).to_be_visible()
    picture = page.locator(".stGraphVizChart svg")
    expect(picture.locator("text", has_text="&lt;b&gt;")).to_be_visible()
    assert picture.locator("a[*|href^='/article?id=r']").count() == 1
    assert page.locator("[*|href*='javascript:' i]").count() == 0
    assert "\u202e" not in page.inner_text("body")
    page.get_by_role("link", name="Open the article").first.click()
    page.wait_for_url("**/article?id=r*")
    expect(page.locator(".sayso-text .content", has_text="<img src=x")).to_be_visible()
    assert page.evaluate("window.hacked") is None
    expect(page.get_by_text('javascript:alert("1")', exact=True)).to_be_visible()
    assert page.locator(".sayso-link").count() == 0  # Streamlit takes such an address out of a link, but ours is none
    assert page.locator("main img").count() == 0
    assert "\u202e" not in page.inner_text("body")
    no_exception(page)


def test_a_hostile_outlet_in_a_chain_is_text_too(page: Page, address: str) -> None:
    search(page, address, "Orsk solvent")
    open_first(page)
    expect(page.locator(".sayso-chain", has_text="<script>window.hacked=1</script>").first).to_be_visible(
        timeout=30_000
    )
    assert page.evaluate("window.hacked") is None
    no_exception(page)


def test_an_empty_store_shows_how_to_start(page: Page, sqlite_url: str) -> None:
    with dashboard(sqlite_url) as running:
        page.goto(running)
        expect(page.get_by_text("Nothing has been taken in yet")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("sayso feeds import data/feeds.opml", exact=False).first).to_be_visible()
        no_exception(page)


def test_a_broken_store_is_said_in_plain_words(page: Page, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database" * 1000)
    with dashboard(f"sqlite:///{tmp_path / 'bad.db'}") as running:
        page.goto(running)
        expect(page.get_by_text("is no sayso store", exact=False)).to_be_visible(timeout=30_000)
        no_exception(page)


def test_the_dashboard_listens_on_this_machine_and_tells_nobody() -> None:
    command = " ".join(dashboard_arguments("127.0.0.1", 8501, open_browser=False))
    assert "--server.address=127.0.0.1" in command
    assert "--browser.gatherUsageStats=false" in command
    assert os.environ.get("STREAMLIT_BROWSER_GATHER_USAGE_STATS") is None
