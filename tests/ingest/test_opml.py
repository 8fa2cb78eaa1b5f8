"""Feed lists, in and out, and hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.errors import BadInput
from ingest.opml import read_opml, write_opml
from ingest.polling import new_feed

NOW = datetime(2026, 3, 5, tzinfo=UTC)


def opml(rows: str, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<opml version="2.0"><body>{rows}</body></opml>'.encode()


def test_feeds_are_read_once_each_whatever_folder_they_are_in() -> None:
    rows = (
        '<outline text="Europe"><outline text="Herald" xmlUrl="https://a.example/feed"/></outline>'
        '<outline title="Again" xmlURL="https://a.example/feed"/><outline text="No feed"/>'
    )
    found = read_opml(opml(rows))
    assert [(feed.url, feed.outlet) for feed in found.feeds] == [("https://a.example/feed", "Herald")]
    assert found.skipped == 0


def test_a_bad_row_is_counted_and_never_stops_the_rest() -> None:
    rows = '<outline xmlUrl="javascript:alert(1)"/><outline xmlUrl=""/><outline xmlUrl="https://a.example/feed"/>'
    found = read_opml(opml(rows))
    assert (len(found.feeds), found.skipped) == (1, 2)


def test_entities_are_not_expanded_and_files_not_read() -> None:
    doctype = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = read_opml(opml('<outline text="&x;" xmlUrl="https://a.example/feed"/>', doctype))
    assert "root:" not in repr(found)


@pytest.mark.parametrize("body", [b"", b"words", b"<html/>", b"\x00\x01", opml("")[:-20].replace(b"opml", b"x")])
def test_what_is_no_feed_list_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="no OPML"):
        read_opml(body)


def test_what_is_written_is_read_back() -> None:
    names = ["A & B", None, "\x01"]
    states = [new_feed(f"https://a.example/{n}?a=1&b=2", name, now=NOW) for n, name in enumerate(names)]
    found = read_opml(write_opml(states))
    assert [feed.url for feed in found.feeds] == [state.url for state in states]
    assert found.feeds[0].outlet == "A & B"
