"""Credits as they stand in real articles; what only looks like one is none."""

from __future__ import annotations

import time

import pytest

from ingest.credit import find_credit


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Text.\n(Reporting by Ann Lee; Editing by Bo Ek)\nMore.", "(Reporting by Ann Lee; Editing by Bo Ek)"),
        ("Text.\n(Additional reporting by Ann Lee in Oslo)", "(Additional reporting by Ann Lee in Oslo)"),
        ("Text.\nReporting by Ann Lee; editing by Bo Ek", "Reporting by Ann Lee; editing by Bo Ek"),
        ("SAN FRANCISCO, March 3 (Reuters) - Text.", "SAN FRANCISCO, March 3 (Reuters) -"),
        ("VELDEN (NPA) — Text.\nMore.", "VELDEN (NPA) —"),
        ("Text.\nAgence France-Presse contributed to this report.", "Agence France-Presse contributed to this report."),
        ("Text (reporting by nobody) goes on.", None),
        (
            "Text.\nAdditional reporting by Ann Lee; Editing by Bo Ek",
            "Additional reporting by Ann Lee; Editing by Bo Ek",
        ),
        ("He left. (Reporting by Ann Lee; Editing by Bo Ek)", "(Reporting by Ann Lee; Editing by Bo Ek)"),
        ("Text.\n(With inputs from Reuters and AFP)", "(With inputs from Reuters and AFP)"),
        ("Text.\n— AFP", "— AFP"),
        ("Berlin (dpa) - Text.", "Berlin (dpa) -"),
        ("New Delhi [India], January 29 (ANI): Text.", "New Delhi [India], January 29 (ANI):"),
        ("A standfirst.\nBy Ann Lee\nVELDEN, Norland (NPA) - Text.", "VELDEN, Norland (NPA) -"),
        ("VELDEN (Norland Press Agency) - Text.", "VELDEN (Norland Press Agency) -"),
        ("The company (Kestrel Power) - once large - is small.", None),
        ("Kestrel (KSTL) - once large - is small.", None),
        ("The World Health Organization (WHO) - a body of the UN - said so.", None),
        ("NORLAND PRESS AGENCY (NPA) - the country's oldest - has closed.", None),
        ("John Holt (Labour) - who left in May - said so.", None),
        ("He spoke to a reporter (AP) - twice.", None),
        ("Text.\nReporting by the paper in 2019; editing by hand followed, the court heard.", None),
        ("He won a prize for it (Reporting by hand)", None),
        ("Text.\n— Norland", None),
        ("Text.\nMany people contributed to this report.", None),
        ("the company (Kestrel) - once large - is small.", None),
        ("She has been reporting by bicycle for years.", None),
        ("", None),
    ],
)
def test_a_credit_is_found_as_written(text: str, credit: str | None) -> None:
    assert find_credit(text) == credit
    assert credit is None or credit in text


@pytest.mark.parametrize("text", ["(Reporting by " + "a " * 100_000, "A" * 200_000, "Reporting by x; " * 20_000])
def test_looking_for_a_credit_takes_no_longer_than_reading(text: str) -> None:
    started = time.perf_counter()
    assert find_credit(text) is None
    assert time.perf_counter() - started < 2
