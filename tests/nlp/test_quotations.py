from __future__ import annotations

import time

import pytest

from nlp.annotation import QuotationType, Span
from nlp.quotations import classify_quotation, find_quotations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"It is over," she said. "Go home."', ['"It is over,"', '"Go home."']),
        ("“It is over,” she said.", ["“It is over,”"]),
        ("''It is over,'' she said.", ["''It is over,''"]),
        ("It's ‘not right’, the boys’ mother said.", ["‘not right’"]),
        ("He called it 'a mess' and it's James' fault.", ["'a mess'"]),
        ("She said, \"He told me 'no' twice.\"", ["\"He told me 'no' twice.\""]),
        ("“One.\n“Two,” he said.", ["“One.", "“Two,”"]),
        ('A stray " mark and "a quotation" here.', ['"a quotation"']),
        ('A 12" screen and "a quotation".', ['"a quotation"']),
        ("“Never closed, he said.\nNext paragraph.", []),
        ('"\U0001f600 fine," he said.', ['"\U0001f600 fine,"']),
        ("", []),
    ],
)
def test_quotations_are_found_by_their_marks(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in find_quotations(text)] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('"We are done,"', QuotationType.DIRECT),
        ('that it was "possible"', QuotationType.MIXED),
        ("that it was possible", QuotationType.INDIRECT),
        ("“We,” “you.”", QuotationType.DIRECT),
        ("", QuotationType.INDIRECT),
    ],
)
def test_the_words_inside_marks_decide_the_quotation_type(content: str, expected: QuotationType) -> None:
    assert classify_quotation(content, [Span(0, len(content))], find_quotations(content)) is expected


def test_hostile_marks_do_not_take_quadratic_time() -> None:
    text = "'a \"b ‘c “d " * 20_000
    started = time.process_time()
    find_quotations(text)
    assert time.process_time() - started < 10
