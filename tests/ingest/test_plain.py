"""HTML to plain text: what a person would read, a line a paragraph, and never slow."""

from __future__ import annotations

import time

import pytest

from ingest.plain import html_to_line, html_to_text, split_title


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One\ntwo</p><p>Three</p>", "One two\nThree"),
        ("One<p>Two<br>Three", "One\nTwo\nThree"),
        ("<ul><li>One<li>Two</ul>", "One\nTwo"),
        ("One\n\nTwo", "One\nTwo"),
        ("AT&amp;T &lt;b&gt; it&#146;s &nbsp; 1 < 2 & 3", "AT&T <b> it’s 1 < 2 & 3"),
        ("<script>alert(1)</script>One<style>p {}</style><!-- no --><iframe>no</iframe>", "One"),
        ("<svg><script>alert(1)</script></svg>One", "One"),
        ("", ""),
        ("a\ud800b", "a?b"),
    ],
)
def test_markup_becomes_lines_of_text(fragment: str, text: str) -> None:
    assert html_to_text(fragment) == text


def test_a_title_is_one_line() -> None:
    assert html_to_line(" One <br> <b>two</b>\n") == "One two"


@pytest.mark.parametrize("piece", ["<br ", "<div>a", "<b>", "<table>", "<", "< ", "&", "<!--", "<ul><li>", "</p>"])
def test_no_markup_is_slow_to_read(piece: str) -> None:
    started = time.perf_counter()
    html_to_text(piece * 200_000)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Title\n\nBody.\nMore.", "Title", "Body.\nMore."),
        ("Only this.", None, "Only this."),
        ("x" * 300 + "\nMore.", None, "x" * 300 + "\nMore."),
    ],
)
def test_a_short_first_line_is_the_title(text: str, title: str | None, body: str) -> None:
    assert split_title(text) == (title, body)
