from __future__ import annotations

import random
from importlib.resources import files

import pytest
from tokenizers import Tokenizer

from nlp.annotation import Span
from nlp.attribution_model import MODEL, read_tokenizer
from nlp.windows import Marks, find_words, make_window
from training.corpus import Annotated, Article
from training.examples import Example, find_runs, find_touched, label_window, make_examples, tokenize

TEXT = "Ann Lee said taxes, she warned, would rise."
MARKS = Marks(begin=101, end=102, unknown=100)
ONE = Annotated(source=(Span(0, 7),), cue=(Span(8, 12),), content=(Span(13, 18), Span(32, 42)))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return read_tokenizer(files("nlp").joinpath(*MODEL))


def label(tokenizer: Tokenizer, start: int, end: int, one: Annotated = ONE) -> Example:
    words = find_words(TEXT, tokenizer)
    return label_window(make_window(words, start, end, MARKS), words, [one])


def test_words_that_spans_touch_are_labelled(tokenizer: Tokenizer) -> None:
    example = label(tokenizer, 0, 11)
    assert example.tags == (0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    (cue,) = example.cues
    assert (cue.start, cue.end) == (2, 3)
    assert cue.roles == (1, 2, 0, 3, 0, 0, 0, 0, 3, 4, 0)


def test_attribution_cut_by_the_window_teaches_its_cue_alone(tokenizer: Tokenizer) -> None:
    example = label(tokenizer, 1, 9)
    assert example.tags == (0, 1, 0, 0, 0, 0, 0, 0)
    assert [cue.roles for cue in example.cues] == [None]


def test_cue_outside_the_window_is_not_taught(tokenizer: Tokenizer) -> None:
    example = label(tokenizer, 3, 11)
    assert set(example.tags) == {0}
    assert example.cues == ()


def test_span_inside_a_word_touches_it(tokenizer: Tokenizer) -> None:
    words = find_words(TEXT, tokenizer)
    assert find_touched(words, [Span(9, 10), Span(18, 19)]) == [2, 4]
    assert find_touched(words, [Span(7, 8)]) == []


def test_runs_are_numbers_without_holes() -> None:
    assert find_runs([1, 2, 3, 7, 9, 10]) == [(1, 4), (7, 8), (9, 11)]


def test_epoch_is_the_same_for_the_same_seed(tokenizer: Tokenizer) -> None:
    article = Article(name="a", text="\n".join([TEXT] * 40), versions=((ONE,), ()))
    articles = tokenize([article], tokenizer)

    def draw(seed: int) -> list[Example]:
        return list(make_examples(articles, random.Random(seed), MARKS))

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert sum(len(example.tags) for example in draw(3)) == 11 * 40
