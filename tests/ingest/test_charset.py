"""The bytes of pages: what they are wins over what a server says that they are."""

from __future__ import annotations

import pytest

from ingest.charset import decode_page

RUSSIAN = "Президент сказал"


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("déjà".encode(), "text/html; charset=iso-8859-1", "déjà"),
        ("déjà".encode("latin-1"), "text/html; charset=iso-8859-1", "déjà"),
        (b"\x93quoted\x94", "text/html; charset=ISO-8859-1", "“quoted”"),
        (RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251", RUSSIAN),
        (b"\xef\xbb\xbfd\xc3\xa9j\xc3\xa0", "", "déjà"),
        ("\ufeffdéjà".encode("utf-16-le"), "", "déjà"),
        ("日本".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp", "日本"),
        (b"plain", "text/html; charset=rot13", "plain"),
        (b"plain", "text/html; charset=undefined", "plain"),
    ],
)
def test_a_page_is_read_as_what_it_is(body: bytes, header: str, text: str) -> None:
    assert decode_page(body, {"content-type": header}) == text


def test_the_charset_that_the_page_names_is_used_where_the_header_has_none() -> None:
    head = b'<html><head><meta charset="windows-1251">'
    assert decode_page(head + RUSSIAN.encode("cp1251"), {}) == head.decode() + RUSSIAN


def test_bytes_of_no_charset_stay_bytes() -> None:
    assert decode_page(b"\xff\x81", {}) == b"\xff\x81"
