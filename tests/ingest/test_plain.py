"""HTML to plain text: what a person would read, a line a paragraph, and never slow."""

from __future__ import annotations

import time

import pytest

from ingest.plain import html_to_line, html_to_text, read_html, split_title


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


def test_links_of_the_text_are_found_and_teasers_are_not() -> None:
    text, links = read_html(
        "<p>One <a href='/a'>a\n<b>report</b></a> and <a>no <i>target</i></a>, "
        "two <a href='b?c=1&amp;d'>others say so</a> here."
        "<p><a href='/teaser'>Read this as well</a><p><script><a href='/x'>x</a></script><a href='/unclosed'>It ends"
    )
    assert text == "One a report and no target, two others say so here.\nRead this as well\nIt ends"
    assert links == [("/a", "a report"), ("b?c=1&d", "others say so")]


def test_a_title_is_one_line() -> None:
    assert html_to_line(" One <br> <b>two</b>\n") == "One two"


@pytest.mark.parametrize("piece", ["<br ", "<div>a", "<b>", "<table>", "<", "< ", "&", "<!--", "<ul><li>", "</p>"])
def test_no_markup_is_slow_to_read(piece: str) -> None:
    started = time.process_time()
    html_to_text(piece * 70_000)
    part = time.process_time()
    html_to_text(piece * 210_000)
    # Three times as long; with the square of the length it would be nine times.
    assert time.process_time() - part < 5.5 * (part - started) + 1.0


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
