"""Which entries are items that were seen before: by guid, by canonical URL, and never by what identifies nothing."""

from __future__ import annotations

from ingest.feed import Entry
from ingest.identity import KnownEntry, SeenEntry, digest, match_entries, url_key


def entry(guid: str | None, url: str | None, title: str = "T") -> Entry:
    return Entry(id=guid or url or title, has_guid=guid is not None, url=url, title=title)


def known(*items: SeenEntry) -> list[KnownEntry]:
    return [
        KnownEntry(key=number, entry_id=item.identity, url_key=item.url_key, digest=item.digest)
        for number, item in enumerate(items)
    ]


def after(first: list[Entry], second: list[Entry]) -> list[tuple[bool, bool]]:
    """Show two documents one after the other; return (is new, is changed) of the items of the second."""
    return [(item.is_new, item.is_changed) for item in match_entries(second, known(*match_entries(first, [])))]


A, B = "https://a.example/1", "https://a.example/2"


def test_a_guid_is_an_item_whatever_becomes_of_its_url() -> None:
    assert after([entry("g", A)], [entry("g", B)]) == [(False, False)]


def test_a_new_guid_on_a_known_url_is_the_same_item() -> None:
    assert after([entry("story#0", A)], [entry("story#1", A + "?utm_source=rss", "New title")]) == [(False, True)]


def test_items_without_guid_are_known_by_their_url_in_any_dress() -> None:
    dressed = "http://A.example/1/?utm_medium=x#top".replace("A.", "a.")
    assert after([entry(None, A)], [entry(None, dressed)]) == [(False, False)]


def test_a_guid_that_stands_on_two_urls_identifies_nothing() -> None:
    document = [entry("same", A), entry("same", B)]
    assert len(match_entries(document, [])) == 2
    assert after(document, document) == [(False, False), (False, False)]


def test_a_url_that_two_guids_share_identifies_nothing() -> None:
    document = [entry("1", A, "One"), entry("2", A, "Two")]
    assert len(match_entries(document, [])) == 2
    assert after(document, [*document, entry("3", A, "Three")])[-1] == (True, False)


def test_an_item_that_a_document_has_twice_comes_once() -> None:
    assert len(match_entries([entry("g", A), entry("g", A)], [])) == 1
    assert len(match_entries([entry(None, A), entry(None, A + "#x")], [])) == 1


def test_white_space_and_dates_are_no_change_and_words_are() -> None:
    one, other = entry("g", A, "Plant  leaked "), entry("g", A, "Plant leaked")
    assert digest(one) == digest(other)
    assert digest(one) != digest(entry("g", A, "Plant did not leak"))


def test_the_key_of_a_url_has_no_scheme_and_no_tracking() -> None:
    assert url_key(entry(None, "https://a.example/x/?utm_source=y")) == "a.example/x"
    assert url_key(entry("g", None)) is None
