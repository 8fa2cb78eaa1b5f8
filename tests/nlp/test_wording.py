"""Numbers with units, names, days, negation and questions, read from short texts."""

from __future__ import annotations

import pytest

from nlp.wording import Amount, read_wording


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("At least 58 people died", [(58, "people")]),
        ("killed fifty-eight people", [(58, "people")]),
        ("two dozen cars burned", [(24, "cars")]),
        ("a fine of $2.5 million", [(2.5e6, "$")]),
        ("a fine of 2.5m euros", [(2.5e6, "€")]),
        ("rates rose by 3.5% on Monday", [(3.5, "%")]),
        ("rates rose by 3.5 percent", [(3.5, "%")]),
        ("4,000 litres, not 400", [(400, ""), (4000, "litr")]),
        ("the 2nd time in 2015", []),
        ("sold 19M watches", [(19e6, "watch")]),
    ],
)
def test_numbers_are_read_with_what_they_count(text: str, amounts: list[tuple[float, str]]) -> None:
    assert [(a.value, a.unit) for a in read_wording(text).amounts] == sorted(amounts, key=lambda a: (a[1], a[0]))


def test_years_months_and_days_are_no_amounts() -> None:
    wording = read_wording("It opens on Tuesday, in October 2025")
    assert wording.amounts == ()
    assert [sorted(found) for found in (wording.weekdays, wording.months, wording.years)] == [[1], [10], [2025]]


@pytest.mark.parametrize(
    ("text", "is_negated"),
    [
        ("the plant leaked", False),
        ("the plant did not leak", True),
        ("it isn’t true", True),
        ("it is not untrue", False),
        ("it never leaked", True),
    ],
)
def test_an_odd_number_of_negations_negates(text: str, is_negated: bool) -> None:
    assert read_wording(text).is_negated is is_negated


def test_questions_and_hedges_are_seen() -> None:
    assert read_wording("Did the plant leak?”").is_question
    assert read_wording("The plant may have leaked").is_hedged
    assert not read_wording("The plant leaked").is_hedged


def test_names_are_capitalised_words_but_not_of_title_case() -> None:
    assert read_wording("The firm Acme sued Bolt Works").names == ("acme", "bolt", "work")
    assert read_wording("Acme Sues Bolt Works Over Patents").names == ()


def test_a_rarer_word_weighs_more() -> None:
    weights = read_wording("solvent of the year").weights
    assert weights["solvent"] > weights["year"] > 0


@pytest.mark.parametrize(
    "text",
    ["", "?", "1" * 5000, "$" * 5000, "1,1,1.1.1,,", "٣ people", "x" * 10**6, "\ud800 1e999", "9" * 400 + " people"],
)
def test_any_text_is_taken_apart(text: str) -> None:
    read_wording(text)


def test_the_record_compares_by_value() -> None:
    assert Amount(value=1.0, unit="") == Amount(value=1, unit="")


def test_what_is_counted_is_no_year() -> None:
    def numbers(text: str) -> tuple[list[float], list[int]]:
        wording = read_wording(text)
        return [amount.value for amount in wording.amounts], sorted(wording.years)

    assert numbers("Orsk Power recalled 2039 units") == ([2039.0], [])
    assert numbers("more than 1900 people died in 1999") == ([1900.0], [1999])
    assert numbers("Sund Power lost 1985 customer records") == ([1985.0], [])
    assert numbers("he won the 2016 elections") == ([], [2016])
    assert numbers("in 2016 voters chose him, and in May 2017 prices rose") == ([], [2016, 2017])
    assert numbers("The 2014 World Cup cost more than its 2010 stadiums") == ([], [2010, 2014])
