"""Pages: the article and nothing else, and what is known of it."""

from __future__ import annotations

import asyncio
import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from ingest.article import Article, DateOrigin, Flag, Link
from ingest.errors import BadInput, NoText
from ingest.feed import Entry
from ingest.http import Fetcher
from ingest.pages import extract_article, fetch_article
from tests.networks import LOOPBACK

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
URL = "https://www.herald.example/news/1?utm_source=x"
ENTRY = Entry(
    id="1", url=URL, title="From the feed", summary="The summary.", published_at=datetime(2026, 3, 3, tzinfo=UTC)
)
BODY = [
    "A battery plant owned by Tarnholm has polluted one of the main rivers of the country, an inspector said.",
    "Marta Lindqvist said the Orsk plant leaked solvent, the <a href='/other'>Norland Times</a> reported on Tuesday.",
    "The inspectorate has ordered the company to stop one of its two lines, and to report within ten days.",
]
HEAD = (
    '<meta property="og:site_name" content="Norland Herald"><title>Plant leaked | Norland Herald</title>'
    '<meta property="article:published_time" content="2026-03-04T10:00:00+01:00">'
)


def html(head: str = HEAD, body: list[str] = BODY, lang: str = "en-GB") -> bytes:
    paragraphs = "".join(f"<p>{words}</p>" for words in body)
    return (
        f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'>{head}</head>"
        "<body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Plant leaked</h1>{paragraphs}</article><footer>All rights reserved.</footer></body></html>"
    ).encode()


def extract(raw: bytes, **more: object):  # type: ignore[no-untyped-def]
    return extract_article(raw, **{"url": URL, "headers": {}, "now": NOW} | more)  # type: ignore[arg-type]


def test_an_article_is_its_paragraphs_and_what_the_page_says_of_it() -> None:
    article = extract(html())
    assert len(article.text.splitlines()) >= 3
    assert "All rights reserved" not in article.text
    assert article.url == "https://www.herald.example/news/1"
    assert (article.outlet, article.title, article.language) == ("Norland Herald", "Plant leaked", "en")
    assert (article.published_at, article.published_from) == (datetime(2026, 3, 4, 9, tzinfo=UTC), DateOrigin.PAGE)
    assert article.links == (Link(url="https://www.herald.example/other", text="Norland Times"),)


PARAGRAPH = "The inspectorate said that the plant had leaked solvent, which Tarnholm denies. "


@pytest.mark.parametrize(
    ("content", "is_whole"),
    [
        (f"{PARAGRAPH * 15}\n{PARAGRAPH * 15}", True),
        (f"{PARAGRAPH * 15}\n{PARAGRAPH * 15}They will read on.", True),
        (PARAGRAPH * 30, False),  # a summary, however long
        (f"{PARAGRAPH}\n{PARAGRAPH * 5}", False),
        (f"{PARAGRAPH * 15}\n{PARAGRAPH * 15}…", False),
        (f"{PARAGRAPH * 15}\n{PARAGRAPH * 15}\nContinue reading Plant leaked at the Herald", False),
        (f"{PARAGRAPH * 15}\n{PARAGRAPH * 15}[Read more]", False),
        (None, False),
    ],
)
def test_a_page_is_fetched_unless_the_feed_has_the_whole_text(
    httpserver: HTTPServer, content: str | None, is_whole: bool
) -> None:
    httpserver.expect_request("/news/1").respond_with_data(html(), content_type="text/html")
    links = (Link(url="/other?utm_source=x", text="Norland Times"), Link(url="javascript:alert(1)", text="here"))
    url = httpserver.url_for("/news/1")
    entry = replace(ENTRY, url=url, content=content, links=links)

    async def fetch() -> Article:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            return await fetch_article(fetcher, url, now=NOW, entry=entry, outlet="Herald")

    article = asyncio.run(fetch())
    assert len(httpserver.log) == (0 if is_whole else 1)
    if is_whole:
        assert (article.url, article.text, article.flags) == (url, content, ())
        assert article.links == (Link(url=httpserver.url_for("/other"), text="Norland Times"),)
        assert (article.published_at, article.published_from) == (ENTRY.published_at, DateOrigin.FEED)


def test_what_stands_in_for_a_page_is_said_to_be_a_part() -> None:
    empty = b"<html><body></body></html>"
    assert Flag.PARTIAL in extract(empty, entry=replace(ENTRY, content=PARAGRAPH * 3)).flags
    whole = replace(ENTRY, content=f"{PARAGRAPH * 15}\n{PARAGRAPH * 15}")
    assert extract(empty, entry=whole).flags == ()


def test_the_date_of_the_feed_and_the_name_that_the_user_gave_win() -> None:
    article = extract(html(), entry=ENTRY, outlet="The Herald")
    assert (article.published_at, article.published_from) == (ENTRY.published_at, DateOrigin.FEED)
    assert article.outlet == "The Herald"


def test_an_outlet_that_a_page_does_not_name_is_its_domain() -> None:
    assert extract(html(head="")).outlet == "herald.example"


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://m.herald.example/amp/1", "https://m.herald.example/amp/1"),
        ("/clean", "https://www.herald.example/clean"),
        ("https://evil.example/1", "https://www.herald.example/news/1"),
        ("javascript:alert(1)", "https://www.herald.example/news/1"),
    ],
)
def test_a_page_may_speak_for_its_own_domain_only(canonical: str, url: str) -> None:
    assert extract(html(head=f'<link rel="canonical" href="{canonical}">')).url == url


def test_a_page_without_text_is_no_article_unless_the_feed_has_a_summary() -> None:
    empty = b"<html><body></body></html>"
    with pytest.raises(NoText):
        extract(empty)
    with pytest.raises(NoText):
        extract(empty, entry=replace(ENTRY, summary=None))
    article = extract(empty, entry=ENTRY)
    assert (article.text, article.flags) == ("The summary.", (Flag.PARTIAL, Flag.SHORT))


def test_a_paywall_is_flagged_and_a_short_text_too() -> None:
    wall = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    assert extract(html(head=wall)).flags == (Flag.PARTIAL,)
    assert extract(html()).flags == ()


def test_broken_json_ld_harms_nothing() -> None:
    assert (
        extract(html(head='<script type="application/ld+json">{"@type": </script>' + HEAD)).outlet == "Norland Herald"
    )


def test_the_language_is_what_the_page_declares_or_what_the_text_looks_like() -> None:
    german = [
        "Der Minister sagte am Montag, das Werk habe giftige Stoffe in den Fluss geleitet und nichts gemeldet.",
        "Die Behörde kündigte an, die Ursache in den nächsten Wochen zusammen mit dem Unternehmen zu klären.",
        "Ein Sprecher des Unternehmens wies die Vorwürfe am Abend zurück und sprach von einem Missverständnis.",
    ]
    assert extract(html(body=german, lang="")).language == "de"
    assert extract(html(lang="en_US")).language == "en"


CREDIT = "(Reporting by Ana Silva in Velden; Editing by Jo Park)"


@pytest.mark.parametrize(
    "behind",
    [
        f"<div class='footer-credit'>{CREDIT}</div>",
        f"<footer><span>{CREDIT}</span></footer>",
        f"<div class='share'>Share</div><div class='footer'><p><em>{CREDIT}</em></p></div>",
    ],
)
def test_a_credit_that_is_set_like_a_footer_is_kept(behind: str) -> None:
    article = extract(html().replace(b"</article>", behind.encode() + b"</article>"))
    assert (article.credit, article.text.splitlines()[-1]) == (CREDIT, CREDIT)


def test_a_credit_elsewhere_on_the_page_is_not_the_article_s() -> None:
    page = html().replace(b"<nav>", f"<p>{CREDIT}</p><nav>".encode())
    assert CREDIT not in extract(page).text
    teasers = "".join(f"<p>Teaser number {n}</p>" for n in range(20))
    assert CREDIT not in extract(html().replace(b"</article>", f"</article>{teasers}<p>{CREDIT}</p>".encode())).text


def test_the_credit_stays_in_the_text_and_is_known() -> None:
    credit = "(Reporting by Anna Holt in Velden; Editing by Lars Dahl)"
    article = extract(html(body=[*BODY, credit]))
    assert article.credit == credit
    assert credit in article.text


def test_what_is_no_page_is_refused_by_its_kind() -> None:
    with pytest.raises(BadInput, match="application/pdf"):
        extract(b"%PDF", headers={"content-type": "application/pdf"})


def test_the_charset_of_the_header_is_believed_if_it_holds() -> None:
    raw = html(body=[words.replace("Marta", "Martañ") for words in BODY]).decode().encode("latin-1")
    raw = raw.replace(b"<meta charset='utf-8'>", b"")
    assert "Martañ" in extract(raw, headers={"content-type": "text/html; charset=iso-8859-1"}).text


def test_a_date_in_the_future_is_none() -> None:
    head = '<meta property="article:published_time" content="2031-03-04T10:00:00Z">'
    assert extract(html(head=head)).published_at is None


def test_a_feed_that_is_taken_for_a_page_is_told_what_to_do() -> None:
    with pytest.raises(BadInput, match="sayso feeds add"):
        extract(b'<?xml version="1.0"?><rss version="2.0"></rss>', headers={"content-type": "application/rss+xml"})


def test_a_fetched_page_is_kept_with_its_article(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/1").respond_with_data(html(), content_type="text/html")

    async def fetch() -> Article:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            return await fetch_article(fetcher, httpserver.url_for("/1"), now=NOW)

    assert gzip.decompress(asyncio.run(fetch()).html_gzip or b"") == html()


@pytest.mark.parametrize(
    ("title", "outlet", "kept"),
    [
        ("Plant leaked - Norland Herald", "Norland Herald", "Plant leaked"),
        ("Plant leaked | Herald", "herald.example", "Plant leaked"),
        ("Plant leaked - A", "A Herald", "Plant leaked - A"),
        ("Plant leaked - Her", "Norland Herald", "Plant leaked - Her"),
        ("Plant leaked - and nobody knew", "Norland Herald", "Plant leaked - and nobody knew"),
    ],
)
def test_the_title_loses_the_name_of_its_outlet_and_nothing_else(title: str, outlet: str, kept: str) -> None:
    assert extract(html(head=f'<meta property="og:title" content="{title}">'), outlet=outlet).title == kept


def test_a_plain_text_is_an_article_too() -> None:
    raw = b"Plant leaked\r\n\r\nAn inspector said so.\r\n(Reporting by Anna Holt; Editing by Lars Dahl)"
    article = extract(raw, headers={"content-type": "text/plain"}, entry=replace(ENTRY, title="From the feed"))
    assert article.text.splitlines()[0] == "An inspector said so."
    assert (article.title, article.outlet) == ("From the feed", "herald.example")
    assert article.credit == "(Reporting by Anna Holt; Editing by Lars Dahl)"
    with pytest.raises(NoText):
        extract(b"  \n", headers={"content-type": "text/plain"})


def test_a_page_that_its_server_calls_plain_text_is_read_as_a_page() -> None:
    assert extract(html(), headers={"content-type": "text/plain"}).title == "Plant leaked"


def test_thousands_of_links_in_one_block_are_read_once() -> None:
    links = "".join(f"<a href='/{number}'>word</a> " for number in range(30_000))
    started = time.process_time()
    assert extract(html(body=[*BODY, f"</p><div>{links}</div><p>"])).links
    assert time.process_time() - started < 10


def test_a_saved_page_is_known_by_the_address_that_it_gives_itself() -> None:
    canonical = '<link rel="canonical" href="https://www.herald.example/news/1">'
    article = extract(html(head=canonical), url="file:///tmp/saved.html")
    assert (article.url, article.outlet) == ("https://www.herald.example/news/1", "herald.example")
    assert article.links[0].url == "https://www.herald.example/other"
    assert extract(html(head=""), url="file:///tmp/saved.html").outlet is None
