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
from graph.store import Store
from ingest.errors import Unreachable
from ingest.polling import after_failure, new_feed
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
        for each in (denial, wire, copy, relayed(), page_of(HOSTILE, LONG_NAME.strip(), hour=12), hostile_article()):
            add_page(store, each)
        _add_failing_feed(store)


def hostile_article() -> Article:
    content = "the hostile markup " + HOSTILE + " is shown as it is"
    return Article(
        url='javascript:alert("1")',
        outlet="[x](javascript:alert(1))",
        title=HOSTILE,
        text=f"Eve said {content}.\n\u202eDesrever\u200b and \u2066hidden\u2069.",
        said=(Said(source="Eve", cue="said", content=content),),
    )


def _add_failing_feed(store: Store) -> None:
    from graph.following import PollRecord, add_feeds, save_poll

    state = new_feed("https://herald.example/feed", "Norland Herald", now=NOW)
    add_feeds(store, [state])
    error = Unreachable(state.url, "its host name is not known; check the address, or your own network")
    record = PollRecord(status=None, outcome="failed")
    save_poll(store, after_failure(state, error, now=NOW), [], record, now=NOW)


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
    expect(page.locator(".sayso-text .source", has_text="Bloomberg News")).to_be_visible()
    expect(page.get_by_role("heading", name="2 attributions")).to_be_visible()
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
    page.get_by_role("link", name="Open the article").first.click()
    page.wait_for_url("**/article?id=r*")
    expect(page.locator(".sayso-text .content", has_text="<img src=x")).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator("a[href^='javascript:']").count() == 0
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
