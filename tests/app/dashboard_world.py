"""A dashboard for the tests: a small world with hostile text in every field of it, served once a run."""

from __future__ import annotations

import io
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from app.commands.serve import dashboard_arguments, find_port
from graph.articles import save_article
from graph.figures import refresh_figures
from graph.following import add_feeds
from graph.polls import save_polls
from graph.store import Store
from ingest.article import Article as IncomingArticle
from ingest.errors import Unreachable
from ingest.polling import Poll, new_feed
from nlp.annotation import SourceType, Stance
from tests.app.world import environment
from tests.graph.test_trace import page as page_of
from tests.graph.test_trace import relayed
from tests.graph.world import NOW, Said, add_page
from tests.graph.world import Page as Article

# What a page needs on a machine that does much else, in milliseconds.
PATIENCE = 150_000
HOSTILE = (
    '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> ![i](http://evil.example/i.png) '
    "[x](javascript:window.hacked=1) <style>body{display:none}</style> $x$ *b* :red[r] :material/bug_report: {b} {a}"
)
LONG_NAME = "Very long name " * 1_400  # 21,000 characters
TURNED = "\u202ednatsni\u200b\u2066"  # what follows would be written from right to left, or not be seen
UNREAD = "https://herald.example/unread"
LONG = "https://herald.example/long"
LONG_CHARACTERS = 200_000


@contextmanager
def dashboard(url: str, *, home: Path | None = None, secrets: str = "", **variables: str) -> Iterator[str]:
    """Start the dashboard as `sayso dashboard` does and yield its address.

    `secrets` is what stands in Streamlit's file of that name, in the folder `home`; "{address}" in it is the address.
    """
    port = find_port("127.0.0.1", 0)
    address = f"http://127.0.0.1:{port}"
    if home is not None:
        (home / ".streamlit").mkdir()
        (home / ".streamlit" / "secrets.toml").write_text(secrets.replace("{address}", address), encoding="utf-8")
    command = dashboard_arguments("127.0.0.1", port, open_browser=False)
    settings = environment(url) | variables
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=settings, cwd=home, stdout=quiet, stderr=quiet)
    try:
        _wait_until_up(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1_500):
        try:
            with urlopen(url):  # noqa: S310  an address of this test's own
                return
        except (URLError, ConnectionError):
            assert process.poll() is None, f"the dashboard ended with {process.returncode}"
            time.sleep(0.1)
    raise TimeoutError(url)


def fill(url: str) -> None:
    with Store.open(url) as store:
        denial = page_of("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION)
        wire = page_of("Norland Press Agency", "Ada Brandt", hour=8)
        copy = page_of("Coast Daily", "Ada Brandt", credit="VELDEN (NPA) -")
        other_name = page_of("Velden Post", "A. Brandt", hour=11)
        hostile = page_of(HOSTILE, LONG_NAME.strip(), hour=12)
        pages = (denial, wire, copy, other_name, relayed(), hostile, hostile_article(), long_article())
        for each in pages:
            add_page(store, each)
        save_article(store, IncomingArticle(url=UNREAD, outlet="Herald", title="Late", text="Kay said no."), now=NOW)
        _add_failing_feeds(store)
        for _ in refresh_figures(store):
            pass


def hostile_article() -> Article:
    name = f"Eve {HOSTILE}{TURNED}"
    content = "the hostile markup " + HOSTILE + " is shown as it is"
    return Article(
        url='javascript:alert("1")',
        outlet="[x](javascript:alert(1)) &lt;b&gt;" + TURNED,
        title=HOSTILE + TURNED,
        credit=HOSTILE + TURNED,
        text=f"{name} said {content}.\n\u202eDesrever\u200b and \u2066hidden\u2069.",
        said=(Said(source=name, cue="said", content=content, about=(name,)),),
        people=(name,),
        published_at=NOW,
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


def _add_failing_feeds(store: Store) -> None:
    for url, outlet, problem in (
        ("https://herald.example/feed", "Norland Herald", "its host name is not known; check the address"),
        ("https://evil.example/feed", HOSTILE + TURNED, HOSTILE + TURNED),
    ):
        state = new_feed(url, outlet, now=NOW)
        add_feeds(store, [state])
        save_polls(store, [(state, Poll(error=Unreachable(url, problem)))], now=NOW)


def no_exception(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def visit(page: Page, address: str) -> None:
    """Open an address and wait until all of the page is there."""
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the server has run the page to its end, and every chart and table has come."""
    expect(page.locator(".stMainBlockContainer h1, .stMainBlockContainer h2").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-test-script-state='notRunning']")).to_have_count(1, timeout=PATIENCE)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
    no_exception(page)


def search(page: Page, address: str, words: str) -> None:
    visit(page, f"{address}/claims?q={quote(words)}")
    expect(page.get_by_label("Search the claims")).to_have_value(words)


def choose_row(table: Locator, row: int = 0) -> None:
    """Select a row of a table by its box."""
    table.click(position={"x": 20, "y": 55 + 35 * row})


def open_first(page: Page) -> None:
    """Select the first row of the only table, which opens its claim; wait until the graph is there."""
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_have_count(1)
    choose_row(table)
    page.wait_for_url("**/claim?*id=c*")
    settle(page)
    expect(graph_of(page)).to_be_visible(timeout=PATIENCE)


def graph_of(page: Page) -> Locator:
    return page.locator("[data-testid='stEChartsChart'] canvas").first


def click_colour(canvas: Locator, colour: str, number: int = 0) -> None:
    """Click what has this colour in a chart, where nothing can be found by its name: the topmost such thing, or the
    one that is `number` below it."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    image = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")
    scale = image.width / box["width"]
    x, y = _middles(image, colour)[number]
    canvas.click(position={"x": x / scale, "y": y / scale})


_APART = 16  # pixels between two things; less is a line that runs across one


def _middles(image: Image.Image, colour: str) -> list[tuple[int, int]]:
    """The middle of each thing of this colour, from top to bottom; none stands beside another."""
    run = bytes.fromhex(colour[1:]) * 8  # fewer pixels in a row are no node
    pixels, stride = image.tobytes(), 3 * image.width
    found = {y: pixels.find(run, y * stride, (y + 1) * stride) for y in range(image.height)}
    things: list[list[int]] = []
    for y, at in found.items():
        if at < 0:
            continue
        if not things or y > things[-1][-1] + _APART:
            things.append([])
        things[-1].append(y)
    middles = [rows[len(rows) // 2] for rows in things]
    return [((found[y] - y * stride) // 3 + 4, y) for y in middles]


def rows_of(table: Locator) -> list[str]:
    """What stands in the rows of a table. They are drawn on a canvas; within it is a table for screen readers."""
    expect(table.locator("tbody tr").first).to_be_attached(timeout=PATIENCE)
    return table.locator("tbody tr").all_text_contents()
