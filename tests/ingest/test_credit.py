"""Credits as they stand in real articles; what only looks like one is none."""

from __future__ import annotations

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
        ("The company (Kestrel Power) - once large - is small.", "The company (Kestrel Power) -"),
        ("the company (Kestrel) - once large - is small.", None),
        ("She has been reporting by bicycle for years.", None),
        ("", None),
    ],
)
def test_a_credit_is_found_as_written(text: str, credit: str | None) -> None:
    assert find_credit(text) == credit
