"""Names as they are compared: what could be one, and what never is."""

from __future__ import annotations

import pytest

from graph.names import LONGEST_NAME, are_compatible, core_of, fold_letters, is_acronym, read_person, spells


def key_of(name: str) -> str | None:
    person = read_person(name)
    return None if person is None else person.key


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("José García", "Jose Garcia"),
        ("Søren Łukasz", "Soren Lukasz"),
        ("Sen. Ada Brandt", "Ada Brandt"),
        ("Prime Minister Ada Brandt", "ada  BRANDT"),
        ("J. K. Rowling", "JK Rowling"),
        ("J.K. Rowling", "J. K. Rowling"),
        ("Robert F. Kennedy Jr.", "Robert Kennedy, Jr"),
        ("Bashar al-Assad", "Bashar Assad"),
        ("Ursula von der Leyen", "Ursula Von Der Leyen"),
        ("Leyen, Ursula von der", "Ursula von der Leyen"),
        ("Orbán Viktor", "Viktor Orban"),
        ("Kim Jong-un", "Kim Jong Un"),
        ("Conan O'Brien", "Conan O’Brien"),
        ("Ada\u200b Brandt\u200f", "Ada Brandt"),
        ("Ada Brandt, PhD", "Ada Brandt"),
    ],
)
def test_names_that_could_be_one_persons_have_one_key(left: str, right: str) -> None:
    assert key_of(left) == key_of(right) is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Martin King Jr.", "Martin King"),
        ("Martin King Jr.", "Martin King Sr."),
        ("John Smith", "Jane Smith"),
        ("J. Smith", "John Smith"),
        ("Kim Jong Un", "Kim Jong Il"),
        ("Ada Brandt", "Ada Brand"),
    ],
)
def test_names_of_two_people_have_two_keys(left: str, right: str) -> None:
    assert key_of(left) != key_of(right)


@pytest.mark.parametrize(
    "name", ["Sacks", "", "\u200b \u200f", "12 34", "Dr. Sacks", "x " * 20_000, "a" * 20_000 + " b"]
)
def test_a_single_name_and_what_is_no_name_are_nobodys(name: str) -> None:
    assert read_person(name) is None


def test_names_written_from_right_to_left_are_compared_as_others_are() -> None:
    assert key_of("محمد بن سلمان") == key_of("محمد  بن\u200f سلمان") is not None


@pytest.mark.parametrize(
    ("middles", "expected"),
    [(["", "f"], True), (["f", "francis"], True), (["h w", "w"], False), (["a", "b", ""], False), ([], True)],
)
def test_middle_names_agree_where_one_is_left_out_or_shortened(middles: list[str], *, expected: bool) -> None:
    assert are_compatible(middles) is expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Apple Inc.", "Apple"),
        ("The Kestrel Power Company, Ltd.", "Kestrel Power"),
        ("U.N.", "UN"),
        ("Marks & Spencer plc", "Marks and Spencer"),
        ("São Paulo", "Sao Paulo"),
        ("the United States", "United States"),
    ],
)
def test_legal_forms_articles_and_accents_are_no_part_of_a_name(left: str, right: str) -> None:
    assert core_of(left) == core_of(right) != ""


@pytest.mark.parametrize(
    ("left", "right"), [("News Corp", "News"), ("Russia", "Russian"), ("Inc", "Co"), ("x" * 101, "")]
)
def test_what_would_say_too_little_stays_whole(left: str, right: str) -> None:
    assert core_of(left) != core_of(right) or core_of(left) == "" == right


def test_an_acronym_is_told_from_a_name_and_spelt_out() -> None:
    assert is_acronym("FBI")
    assert is_acronym("U.N.")
    assert not any(map(is_acronym, ("Fbi", "F", "Kestrel", "ABCDEFGH", "", "Ф" * 3, "A" * 20_000)))
    assert spells("FBI", "Federal Bureau of Investigation")
    assert spells("U.N.", "the United Nations") or spells("UN", "United Nations")
    assert not spells("FBI", "Bureau of Fish")


def test_letters_are_folded_once_and_for_all() -> None:
    for name in ("İstanbul", "Straße", "ﬁne", "x" * LONGEST_NAME, "\u202eevil"):
        assert fold_letters(fold_letters(name)) == fold_letters(name)
