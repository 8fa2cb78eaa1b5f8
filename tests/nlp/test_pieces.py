from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.pieces import cut_text


@given(st.text(alphabet="ab. \n\r\U0001f600", max_size=200), st.integers(min_value=1, max_value=40))
def test_pieces_together_are_the_text(text: str, limit: int) -> None:
    pieces = list(cut_text(text, limit))
    assert "".join(piece for _, piece in pieces) == text
    assert all(text[offset : offset + len(piece)] == piece for offset, piece in pieces)
    assert all(0 < len(piece) <= limit for _, piece in pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.\nThree. Four.\nFive.", ["One. Two.\n", "Three. Four.\n", "Five."]),
        ("One two. Three four. Five", ["One two. ", "Three four.", " Five"]),
        ("aaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaaaa", "aaaaa"]),
    ],
)
def test_a_text_is_cut_at_the_best_place(text: str, expected: list[str]) -> None:
    assert [piece.strip() for _, piece in cut_text(text, 15)] == [piece.strip() for piece in expected]
