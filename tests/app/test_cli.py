"""The command line, as its users meet it: outputs held to their schemas, exit codes, and messages."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.demo_server import DemoServer
from tests.app.world import CHECKOUT, check_schema, sayso

TEXT = "The Orsk plant leaked solvent into the Velde river, inspector Ada Brandt told the Norland Herald on Monday."


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, app.cli; print([m for m in ('spacy', 'streamlit', 'sqlalchemy', 'rdflib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_names_every_command(db: str) -> None:
    shown = sayso(db, "--help").out
    for command in (
        "feeds",
        "ingest",
        "extract",
        "inspect",
        "claims",
        "who",
        "trace",
        "export",
        "sparql",
        "dashboard",
        "status",
    ):
        assert f"\n  {command} " in shown


def test_extract_reads_plain_text_from_stdin(db: str) -> None:
    done = sayso(db, "extract", stdin=TEXT)
    assert done.code == 0, done.err
    (line,) = done.lines
    check_schema("extract", line)
    (attribution,) = line["attributions"]
    words = {
        role: [TEXT[start:end] for start, end in attribution[role]]
        for role in ("source", "cue", "content", "addressee")
    }
    assert words["cue"] == ["told"]
    assert words["content"] == ["The Orsk plant leaked solvent into the Velde river"]
    assert "Ada Brandt" in words["source"][0]
    assert "Norland Herald" in words["addressee"][0]


def test_extract_reads_json_lines_and_goes_on_after_a_bad_one(db: str, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(
        b'{"id": "a", "text": "Ada Brandt said it leaked."}\n{"id": "b"}\nnope\n\xff\n{"id": 7, "text": ""}\n'
    )
    done = sayso(db, "extract", str(file))
    assert [line["id"] for line in done.lines] == ["a", 7]
    assert done.code == 3
    assert [line.split(": ")[1] for line in done.err.splitlines()] == ["in.jsonl:2", "in.jsonl:3", "in.jsonl:4"]


def test_extract_says_that_a_text_is_not_utf8_and_what_to_do(db: str, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Der Präsident sagte".encode("latin-1"))
    done = sayso(db, "extract", str(tmp_path / "latin.txt"))
    assert (done.code, done.out) == (3, "")
    assert "latin.txt: not UTF-8 (byte 0xe4 at 6)" in done.err
    assert "iconv" in done.err


def test_extract_does_not_read_another_language(db: str) -> None:
    german = "Der Minister sagte am Montag, das Werk habe Lösungsmittel in den Fluss geleitet und nichts gemeldet. " * 5
    done = sayso(db, "extract", stdin=german)
    assert done.code == 3
    assert done.lines[0]["attributions"] == []
    assert "'de'" in done.err


@pytest.mark.parametrize("words", [("extract", "none.txt"), ("nonsense",), ("claims", "--limit", "0"), ("trace",)])
def test_wrong_usage_ends_with_2(db: str, words: tuple[str, ...]) -> None:
    assert sayso(db, *words).code == 2


def test_claims_and_trace_print_what_their_schemas_say(filled: str) -> None:
    claims = sayso(filled, "claims", "leaked solvent Velde", "--json").lines
    for claim in claims:
        check_schema("claims", claim)
    widest = max(claims, key=lambda claim: claim["outlets"])
    trace = sayso(filled, "trace", widest["id"], "--json").lines[0]
    check_schema("trace", trace)
    assert len({item["outlet"] for item in trace["attributions"]}) == widest["outlets"]


def test_wire_copies_of_the_sample_are_one_origin_and_the_denial_stays(filled: str) -> None:
    """Written down before it was run: NPA and its copies quote inspector Lindqvist; Tarnholm denies the same words."""
    claims = sayso(filled, "claims", "Orsk plant leaked solvent Velde river", "--json").lines
    (claim,) = [claim for claim in claims if claim["text"].endswith("plant leaked solvent into the Velde river")]
    trace = sayso(filled, "trace", claim["id"], "--json").lines[0]
    assert trace["earliest_held"]["outlet"] == "Norland Press Agency"
    asserting = {item["outlet"] for item in trace["attributions"] if item["stance"] == "asserts"}
    assert {"Norland Press Agency", "Velden Evening Post", "Coast Daily"} <= asserting
    assert trace["denials"]
    # Lindqvist through NPA and all that copy or relay it, and River Voice's own source, Brekke.
    assert (trace["origins"]["at_least"], trace["origins"]["at_most"]) == (2, 2)
    copy = next(
        item for item in trace["attributions"] if item["outlet"] == "Coast Daily" and item["stance"] == "asserts"
    )
    assert [(hop["name"], hop["resolution"]) for hop in copy["chain"]] == [
        ("Coast Daily", "held"),
        ("Norland Press Agency", "held"),  # "NPA" in the credit; its article is held
        ("Marta Lindqvist", "named"),
    ]


def test_the_words_of_every_attribution_are_in_its_article(filled: str, outlets: DemoServer) -> None:
    for view in sayso(filled, "who", "Marta Lindqvist", "--json").lines:
        check_schema("who", view)
        for item in view["said"][:4]:
            page = sayso(filled, "inspect", item["article"]).lines[0]
            assert item["words"] in page["text"]


def test_status_and_feeds_say_which_feed_is_broken_and_why(filled: str, outlets: DemoServer) -> None:
    (status,) = sayso(filled, "status", "--json").lines
    check_schema("status", status)
    assert [failure["stage"] for failure in status["failures"]] == ["poll"]
    assert "a page, not a feed" in status["failures"][0]["message"]
    feeds = sayso(filled, "feeds", "list", "--json").lines
    for feed in feeds:
        check_schema("feeds", feed)
    assert len([feed for feed in feeds if feed["error_streak"]]) == 1
    assert "failed once" in sayso(filled, "feeds", "list").out


def test_people_get_tables_and_trees(filled: str) -> None:
    assert "Velde" in sayso(filled, "claims", "Velde").out
    claim = sayso(filled, "claims", "leaked solvent Velde", "--json").lines[0]["id"]
    shown = sayso(filled, "trace", claim[:10])
    assert shown.code == 0, shown.err
    assert "earliest held" in shown.out
    trace = sayso(filled, "trace", claim, "--json").lines[0]
    for item in trace["attributions"]:
        assert "".join(item["words"].split()) in "".join(shown.out.split()).replace("│", "")
    assert "origins:" in shown.out
    assert "said" in sayso(filled, "who", "Marta Lindqvist").out
    assert "articles" in sayso(filled, "status").out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("trace", "c1234567"), 2, "no such claim"),
        (("trace", "17"), 2, "no id of a claim"),
        (("trace", "barrels of solvent"), 2, "`sayso claims barrels of solvent` looks for words"),
        (("who", "Nobody Atall"), 2, "no article that is held names anyone so"),
        (("claims", "xylophone"), 0, "no claim has all the words"),
        (("feeds", "remove", "https://nowhere.example/"), 2, "no such feed"),
        (("export", "graph.xyz"), 2, "no known format"),
        (("export", "/no/such/folder/graph.ttl"), 2, "no such folder"),
    ],
)
def test_what_is_not_there_is_named(filled: str, words: tuple[str, ...], code: int, message: str) -> None:
    done = sayso(filled, *words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_a_store_that_is_not_there_is_not_made_by_looking(db: str, tmp_path: Path) -> None:
    done = sayso(db, "claims")
    assert done.code == 1
    assert "there is no store here yet" in done.err
    assert list(tmp_path.iterdir()) == []


def test_an_export_ends_in_a_file_that_parses(filled: str, tmp_path: Path) -> None:
    from rdflib import Graph

    for name in ("graph.ttl", "graph.nq"):
        assert sayso(filled, "export", str(tmp_path / name)).code == 0
    assert len(Graph().parse(tmp_path / "graph.ttl")) > 1000


def test_feed_lists_come_in_and_go_out_as_opml(db: str, tmp_path: Path) -> None:
    listed = CHECKOUT / "data" / "feeds.opml"
    assert "27 feeds added" in sayso(db, "feeds", "import", str(listed)).out
    assert "0 feeds added, 27 were followed already" in sayso(db, "feeds", "import", str(listed)).out
    assert sayso(db, "feeds", "export", str(tmp_path / "out.opml")).code == 0
    again = f"sqlite:///{tmp_path / 'again.db'}"
    assert "27 feeds added" in sayso(again, "feeds", "import", str(tmp_path / "out.opml")).out


def test_only_web_addresses_can_be_followed(db: str) -> None:
    for url in ("file:///etc/passwd", "javascript:alert(1)", "ftp://a.example/feed"):
        done = sayso(db, "feeds", "add", url)
        assert (done.code, url in done.err) == (2, True)


def test_inspect_shows_the_entries_of_a_feed_and_a_page(db: str, outlets: DemoServer) -> None:
    feed = next(url for url in outlets.feed_urls if "norland-herald" in url)
    entries = sayso(db, "inspect", feed).lines
    assert len(entries) == 2
    for line in entries:
        check_schema("inspect", line)
    (page,) = sayso(db, "inspect", entries[0]["url"]).lines
    check_schema("inspect", page)
    assert (page["outlet"], page["language"]) == ("Norland Herald", "en")


def test_control_characters_never_reach_the_terminal(db: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"url": "https://a.example/1", "outlet": "Evil\\u001b[2J\\u202e", "title": "t", "published": "2026-03-03",'
        ' "text": "Ada Brandt said the Orsk plant leaked solvent into the Velde river."}\n'
    )
    assert sayso(db, "ingest", "--quiet", str(tmp_path / "a.jsonl")).code == 0
    claim = sayso(db, "claims", "--json").lines[0]["id"]
    shown = sayso(db, "trace", claim).out
    assert "Evil" in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


FEED = "<rss version='2.0'><channel><title>Herald</title><item><title>One</title><link>{}</link></item></channel></rss>"
STORY = "<guid isPermaLink='false'>1</guid><description>The Orsk plant has leaked solvent into the river.</description>"
PAGE = "<html><head><link rel='alternate' type='application/rss+xml' title='News' href='/feed'></head></html>"


def test_adding_a_feed_takes_one_request_and_keeps_what_it_shows(db: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(FEED.format("http://a.example/1"))
    url = httpserver.url_for("/feed")
    done = sayso(db, "feeds", "add", url)
    assert (done.code, done.out) == (0, "Herald: 1 entry\n1 feed added\n")
    assert sayso(db, "feeds", "add", url).out == "0 feeds added, 1 followed already\n"
    assert len(httpserver.log) == 1
    assert sayso(db, "status", "--json").lines[0]["pending_entries"] == 1
    shown = sayso(db, "feeds", "show", url)
    assert ("1 item so far" in shown.out, "1 new of 1" in shown.out) == (True, True)
    (line,) = sayso(db, "feeds", "show", url, "--json").lines
    check_schema("feed", line)
    assert [(poll["status"], poll["new"]) for poll in line["polls"]] == [(200, 1)]
    assert sayso(db, "feeds", "show", "http://a.example/none").code == 2


def test_a_site_offers_its_feeds(db: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(PAGE, content_type="text/html")
    done = sayso(db, "feeds", "add", httpserver.url_for("/"))
    assert (done.code, httpserver.url_for("/feed") in done.out, "sayso feeds add" in done.err) == (3, True, True)
    assert sayso(db, "feeds", "list", "--json").lines == []


def test_a_feed_that_cannot_be_reached_is_followed_all_the_same(db: str) -> None:
    done = sayso(db, "feeds", "add", "http://127.0.0.1:9/feed")
    assert (done.code, "1 feed added" in done.out, "followed all the same" in done.err) == (0, True, True)
    (state,) = sayso(db, "feeds", "list", "--json").lines
    assert state["error_streak"] == 1


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """A site on a port where nobody listens yet; `start` it to be reached."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = HTTPServer(host="127.0.0.1", port=port)
    yield server
    if server.is_running():
        server.stop()


def test_a_site_that_could_not_be_reached_is_told_from_a_feed_when_it_can(db: str, unreachable: HTTPServer) -> None:
    site = f"http://127.0.0.1:{unreachable.port}/news"
    assert "followed all the same" in sayso(db, "feeds", "add", site).err
    unreachable.expect_request("/news").respond_with_data(PAGE, content_type="text/html")
    unreachable.expect_request("/feed").respond_with_data(FEED.format("urn:x").replace("<link>urn:x</link>", STORY))
    unreachable.start()
    assert sayso(db, "ingest", "--all-feeds", "--quiet").code == 0
    (state,) = sayso(db, "feeds", "list", "--json").lines
    assert (state["url"], state["title"], state["error_streak"]) == (site, "Herald", 0)
    assert sayso(db, "feeds", "show", unreachable.url_for("/feed")).code == 0
    asked = [request.path for request, _ in unreachable.log]
    sayso(db, "ingest", "--all-feeds", "--quiet")
    assert [request.path for request, _ in unreachable.log][len(asked) :] == ["/feed"]
    assert sayso(db, "feeds", "add", site).out == "0 feeds added, 1 followed already\n"


def test_of_the_feeds_of_such_a_site_a_person_chooses(db: str, unreachable: HTTPServer) -> None:
    site = f"http://127.0.0.1:{unreachable.port}/news"
    sayso(db, "feeds", "add", site)
    both = PAGE.replace("</head>", "<link rel='alternate' type='application/rss+xml' href='/other'></head>")
    unreachable.expect_request("/news").respond_with_data(both, content_type="text/html")
    unreachable.start()
    done = sayso(db, "ingest", "--all-feeds", "--quiet")
    assert (done.code, "a page with 2 feeds" in done.err, f"sayso feeds add {site}" in done.err) == (3, True, True)
    assert unreachable.url_for("/other") in sayso(db, "feeds", "add", site).out


def test_a_feed_that_could_not_be_reached_is_looked_at_when_it_is_added_again(db: str, unreachable: HTTPServer) -> None:
    url = f"http://127.0.0.1:{unreachable.port}/feed"
    sayso(db, "feeds", "add", url)
    unreachable.expect_request("/feed").respond_with_data(FEED.format("http://a.example/1"))
    unreachable.start()
    assert sayso(db, "feeds", "add", url).out == "Herald: 1 entry\n0 feeds added, 1 followed already\n"
    (state,) = sayso(db, "feeds", "list", "--json").lines
    assert (state["error_streak"], state["title"]) == (0, "Herald")


def test_an_address_that_may_not_be_asked_is_not_followed(
    db: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.app.world.NETWORKS", "")
    refused = sayso(db, "feeds", "add", httpserver.url_for("/feed"))
    assert (refused.code, "--allow-network" in refused.err, httpserver.log) == (3, True, [])
    assert sayso(db, "feeds", "list", "--json").lines == []


def test_a_feed_is_found_by_its_address_as_it_was_typed(db: str) -> None:
    sayso(db, "feeds", "add", "http://127.0.0.1:9/?utm_source=x")
    assert "failed once" in sayso(db, "feeds", "show", "http://127.0.0.1:9/?utm_source=x").out
    assert sayso(db, "feeds", "remove", "http://127.0.0.1:9/?utm_source=x").out == "removed\n"


def test_ones_own_network_has_to_be_allowed(db: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request("/feed").respond_with_data(FEED.format("http://a.example/1"))
    url = httpserver.url_for("/feed")
    monkeypatch.setattr("tests.app.world.NETWORKS", "")
    refused = sayso(db, "inspect", url)
    assert (refused.code, "--allow-network 127.0.0.1" in refused.err, httpserver.log) == (3, True, [])
    assert sayso(db, "--allow-network", "127.0.0.1", "inspect", url).lines[0]["url"] == "http://a.example/1"
    assert sayso(db, "--allow-network", "10.0.0.0/8", "--allow-network", "127.0.0.0/8", "inspect", url).code == 0
    assert sayso(db, "--allow-network", "all", "inspect", url).code == 2


def test_two_claims_are_merged_and_taken_apart_again_by_commands(filled: str, db: str, tmp_path: Path) -> None:
    shutil.copy(filled.removeprefix("sqlite:///"), tmp_path / "sayso.db")
    first, second = [line["id"] for line in sayso(db, "claims", "--json", "--limit", "2").lines]
    done = sayso(db, "claim", "merge", first, second, "--why", "read both")
    number = done.err.rsplit(" ", 1)[1].strip()
    merged = {sayso(db, "trace", each, "--json").lines[0]["claim"]["id"] for each in (first, second)}
    assert len(merged) == 1
    sayso(db, "claim", "undo", number)
    apart = {sayso(db, "trace", each, "--json").lines[0]["claim"]["id"] for each in (first, second)}
    assert apart == {first, second}


def test_outlets_are_put_into_families_by_a_command_with_a_log(db: str, tmp_path: Path) -> None:
    article = {
        "url": "https://a.example/1",
        "outlet": "A News",
        "published": "2026-03-03",
        "title": "T",
        "text": "Rain.",
    }
    (tmp_path / "one.jsonl").write_text(json.dumps(article))
    assert sayso(db, "ingest", str(tmp_path / "one.jsonl")).code == 0
    assert sayso(db, "outlet", "family", "A News", "Mountain Media", "--why", "one publisher").code == 0
    (line,) = sayso(db, "outlet", "list", "--json").lines
    check_schema("outlets", line)
    assert line == {"name": "A News", "family": "Mountain Media", "articles": 1}
    assert "Mountain Media" in sayso(db, "outlet", "list").out
    assert sayso(db, "outlet", "family", "A News").code == 2
    assert sayso(db, "outlet", "family", "A News", "--none").code == 0
    log = sayso(db, "outlet", "log").out.splitlines()
    assert [("put A News into Mountain Media" in line, "one publisher" in line) for line in log] == [
        (False, False),
        (True, True),
    ]
    assert sayso(db, "outlet", "family", "Z News", "Mountain Media").code == 2
