from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from nlp.attribution_model import MODEL, read_tokenizer
from nlp.windows import MARKS_AT_ENDS, WORD_PIECES, Case, Marks, Words, cut_windows, find_case, find_words, make_window

# Line ends of all kinds, quotation marks, code points beyond the BMP, marks that combine, and words of many pieces.
TEXTS = st.lists(
    st.sampled_from(
        [
            "said",
            "\n",
            "\r\n",
            "\u2029",
            "“",
            "”",
            '"',
            "'",
            " ",
            ".",
            ", ",
            "😀",
            "e\u0301",
            "漢" * 30,
            "x" * 200,
            "U.S.",
        ]
    )
    | st.text(max_size=5),
    max_size=80,
).map("".join)
LIMIT, CONTEXT = 40, 10


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return read_tokenizer(files("nlp").joinpath(*MODEL))


def test_words_are_runs_of_letters_and_single_marks(tokenizer: Tokenizer) -> None:
    text = "“Zoë's,” he\n😀 said."
    words = find_words(text, tokenizer)
    assert [text[start:end] for start, end in words.spans] == ["“", "Zoë", "'", "s", ",", "”", "he", "😀", "said", "."]
    assert words.paragraphs == (0, 0, 0, 0, 0, 0, 0, 1, 1, 1)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (Case.LOWER, ["said", "2016", "“"]),
        (Case.TITLE, ["Said", "A", "F16"]),
        (Case.UPPER, ["NATO"]),
        (Case.MIXED, ["McCain", "iPhone"]),
    ],
)
def test_case_is_how_a_word_is_written(case: Case, words: list[str]) -> None:
    assert [find_case(word) for word in words] == [case] * len(words)


@settings(deadline=None, max_examples=60)
@given(text=TEXTS)
def test_each_word_is_read_and_lies_in_the_text(tokenizer: Tokenizer, text: str) -> None:
    words = find_words(text, tokenizer)
    end = 0
    for span, pieces in zip(words.spans, words.pieces, strict=True):
        assert end <= span.start < span.end <= len(text)
        assert text[end : span.start].strip() == ""
        assert 1 <= len(pieces) <= WORD_PIECES
        end = span.end
    assert text[end:].strip() == ""


@settings(deadline=None, max_examples=60)
@given(text=TEXTS)
def test_windows_hold_all_words_and_are_never_too_long(tokenizer: Tokenizer, text: str) -> None:
    words = find_words(text, tokenizer)
    read = 0
    for start, end in cut_windows(text, words, limit=LIMIT, context=CONTEXT):
        window = make_window(words, start, end, Marks(begin=101, end=102, unknown=100))
        assert start <= read < end
        assert len(window.ids) == len(window.types) <= LIMIT
        assert [window.ids[at] for at in window.first] == [words.pieces[number][0] for number in range(start, end)]
        read = end
    assert read == len(words.spans)


def test_text_without_words_has_no_windows(tokenizer: Tokenizer) -> None:
    for text in ("", " \n\r\n "):
        assert cut_windows(text, find_words(text, tokenizer)) == []


def test_window_ends_with_a_paragraph_and_next_begins_with_the_last_one(tokenizer: Tokenizer) -> None:
    text = "\n".join(["one two three four."] * 4)
    assert cut_windows(text, find_words(text, tokenizer), limit=16, context=6) == [(0, 10), (5, 15), (10, 20)]


def test_long_paragraph_is_cut_at_a_sentence(tokenizer: Tokenizer) -> None:
    text = "one two three four. " * 4
    ranges = cut_windows(text, find_words(text, tokenizer), limit=12 + MARKS_AT_ENDS, context=0)
    assert ranges == [(0, 10), (10, 20)]


def test_paragraphs_are_marked_in_a_window(tokenizer: Tokenizer) -> None:
    words: Words = find_words("NATO said\nno", tokenizer)
    window = make_window(words, 0, 3, Marks(begin=-1, end=-2, unknown=-3))
    assert window.ids == (-1, words.pieces[0][0], words.pieces[1][0], -2, words.pieces[2][0], -2)
    assert window.types == (0, Case.UPPER, 0, 0, 0, 0)
