"""Files and folders: what is good comes in, what is bad comes back as a value that names it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.article import Article, DateOrigin
from ingest.errors import BadInput, IngestError
from ingest.files import article_from_json, read_path

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
GOOD = {
    "url": "https://a.example/1?utm_source=x",
    "outlet": "A",
    "published": "2026-03-03T09:00:00+01:00",
    "title": "T",
    "text": "Some text.",
}


def read(path: Path, outlet: str | None = None) -> list[Article | IngestError]:
    return list(read_path(path, now=NOW, outlet=outlet))


def line(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode() + b"\n"


def test_a_json_line_is_an_article() -> None:
    article = article_from_json(
        line(links=["https://b.example/", {"url": "https://c.example/", "text": "c"}]), where="x:1"
    )
    assert article.url == "https://a.example/1"
    assert (article.published_at, article.published_from) == (datetime(2026, 3, 3, 8, tzinfo=UTC), DateOrigin.GIVEN)
    assert [link.url for link in article.links] == ["https://b.example/", "https://c.example/"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": None}, '"url"'),
        ({"url": "file:///etc/passwd"}, '"url"'),
        ({"text": "  "}, '"text"'),
        ({"text": 5}, '"text"'),
        ({"published": "yesterday"}, "ISO 8601"),
        ({"published": "0001-01-01T00:00:00+14:00"}, "ISO 8601"),
        ({"url": "https://a.example:99999/"}, '"url"'),
        ({"links": "x"}, '"links"'),
        ({"links": [5]}, '"links"'),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=f"^x:1: .*{words}"):
        article_from_json(line(**changes), where="x:1")


def test_a_bad_line_is_an_error_with_its_number_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n" + b"[1]\n" + b"\xff\n" + line(url="https://a.example/2"))
    first, second, third, fourth = read(tmp_path / "a.jsonl")
    assert isinstance(first, Article)
    assert isinstance(fourth, Article)
    assert isinstance(second, BadInput)
    assert isinstance(third, BadInput)
    assert [error.item.rsplit(":", 1)[1] for error in (second, third)] == ["3", "4"]


def test_a_line_over_the_limit_is_passed_over_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.files.FILE_LIMIT_BYTES", 1000)
    (tmp_path / "a.jsonl").write_bytes(line(text="x" * 3000) + line())
    bad, good = read(tmp_path / "a.jsonl")
    assert isinstance(bad, BadInput)
    assert isinstance(good, Article)


def test_a_text_has_its_title_on_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffA title\r\nThe text.\r\n".encode())
    (article,) = read(tmp_path / "a.txt", "Herald")
    assert isinstance(article, Article)
    assert (article.title, article.text, article.outlet) == ("A title", "The text.", "Herald")
    assert article.url.startswith("file:///")


def test_a_text_of_one_paragraph_has_the_name_of_its_file_for_a_title(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Only this.")
    (article,) = read(tmp_path / "note.txt")
    assert isinstance(article, Article)
    assert (article.title, article.text, article.outlet) == ("note", "Only this.", None)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xe4", "not UTF-8"),
        ("x".encode("utf-16"), "UTF-16"),
        (b"a\0b", "no text"),
        (b"  \n ", "empty"),
        (b"x" * 2000, "0 MB"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes, words: str
) -> None:
    monkeypatch.setattr("ingest.files.FILE_LIMIT_BYTES", 1000)
    (tmp_path / "a.txt").write_bytes(raw)
    (error,) = read(tmp_path / "a.txt")
    assert isinstance(error, IngestError)
    assert words in str(error)


def test_a_folder_gives_its_files_in_order_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("B text.")
    (tmp_path / "a.jsonl").write_bytes(line())
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    assert [article.title for article in read(tmp_path) if isinstance(article, Article)] == ["T", "b"]


def test_an_empty_folder_and_a_path_that_is_not_there_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.txt"):
        (error,) = read(path)
        assert isinstance(error, BadInput)
        assert str(path) in str(error)


@pytest.mark.parametrize(("given", "code"), [("en-GB", "en"), ("DE", "de"), ("English", None), (" ", None)])
def test_a_language_is_a_code_or_is_not_believed(given: str, code: str | None) -> None:
    assert article_from_json(line(language=given), where="x:1").language == code


def test_a_blank_field_is_unknown_and_credentials_are_dropped() -> None:
    article = article_from_json(line(outlet=" ", byline="", url="https://u:p@a.example/1"), where="x:1")
    assert (article.outlet, article.byline, article.url) == (None, None, "https://a.example/1")
