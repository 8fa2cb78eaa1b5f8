"""Saying less is another claim; a shorter cut of one sentence is not."""

from __future__ import annotations

import pytest

from graph.narrowing import find_narrower


@pytest.mark.parametrize(
    ("one", "other", "which"),
    [
        ("Kestrel paid officials in Orsk", "Kestrel paid officials in Velden and Orsk", 0),
        ("Kestrel paid officials in Velden, Holm and Orsk", "Kestrel paid officials in Holm", 1),
        ("some of the turbines failed", "all of the turbines failed", 0),
        ("Kestrel paid officials in Orsk and Velden", "Kestrel paid officials in Velden and Orsk", None),
        ("The Sund dam has cracks", "The Sund dam has cracks and should have been closed", None),
        ("Acme bought Bolt", "Acme bought Bolt on Monday", None),
        ("Acme paid Holm and Orsk", "Acme paid Velden and Orsk", None),
    ],
)
def test_of_several_that_are_named_together_some_are_less(one: str, other: str, which: int | None) -> None:
    found = find_narrower(one, other)
    assert (None if found is None else found[0]) == which
    turned = find_narrower(other, one)
    assert (None if turned is None else 1 - turned[0]) == which
