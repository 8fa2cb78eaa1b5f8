from __future__ import annotations

import pytest

from nlp.annotation import Span
from nlp.edges import fit_content, fit_cue, fit_name, join_empty_subject
from nlp.quotations import find_quotations


def mark(marked: str) -> tuple[str, list[Span]]:
    """A text and the spans that are in `[...]` in it."""
    spans, text, start = [], "", 0
    for char in marked:
        if char == "[":
            start = len(text)
        elif char == "]":
            spans.append(Span(start, len(text)))
        else:
            text += char
    return text, spans


@pytest.mark.parametrize(
    ("drawn", "fitted"),
    [
        ("He said [it is so.]", "He said [it is so]."),
        ("He said [it is the U.S.]", "He said [it is the U.S.]"),
        ("“[It is so],” he said.", "[“It is so,”] he said."),
        ('"[It is so.]" he said.', '["It is so."] he said.'),
        ("[“It is so,”] he said.", "[“It is so,”] he said."),
        ("[“It is so, ]he said.", "[“It is so], he said."),
        ("He called it [“bad” and worse].", "He called it [“bad” and worse]."),
        ("He called it worse [and “bad]”.", "He called it worse [and “bad”]."),
        ("[Tax, ]he said, [is due.]", "[Tax], he said, [is due]."),
        ("[“One.\n“Two.”] he said.", "[“One.]\n[“Two.”] he said."),
        ("He said[ — ]and left", "He said — and left"),
        ("Hm.\n[NAIROBI: Rain is due,] he said.", "Hm.\nNAIROBI: [Rain is due], he said."),
        ("[NEW DELHI (PTI) — Rain is due,] he said.", "NEW DELHI (PTI) — [Rain is due], he said."),
        ("[ABUJA, Nigeria - Rain is due,] he said.", "ABUJA, Nigeria - [Rain is due], he said."),
        ("He said [NATO: the rain] is due.", "He said [NATO: the rain] is due."),
        ("[NATO is due,] he said.", "[NATO is due], he said."),
    ],
)
def test_content_ends_where_annotators_end_it(drawn: str, fitted: str) -> None:
    text, spans = mark(drawn)
    plain, wanted = mark(fitted)
    assert plain == text
    assert list(fit_content(text, spans, find_quotations(text))) == wanted


@pytest.mark.parametrize(
    ("drawn", "fitted"),
    [("[Ann Lee, the mayor,] said", "[Ann Lee, the mayor], said"), ("[Joe Biden Jr.] said", "[Joe Biden Jr.] said")],
)
def test_source_has_no_loose_comma(drawn: str, fitted: str) -> None:
    text, spans = mark(drawn)
    assert list(fit_name(text, spans)) == mark(fitted)[1]


@pytest.mark.parametrize(("drawn", "fitted"), [("Lee[ said,]", "Lee [said],"), ("Lee[:] no", "Lee[:] no")])
def test_colon_alone_stays_a_cue(drawn: str, fitted: str) -> None:
    text, (span,) = mark(drawn)
    assert list(fit_cue(text, span)) == mark(fitted)[1]


@pytest.mark.parametrize(
    ("drawn", "fitted"),
    [
        ("[It] [was reported] that", "[It was reported] that"),
        ("[It] [has been widely claimed] that", "[It has been widely claimed] that"),
        ("[It] [was told] that", "It [was told] that"),
        ("[It] [said] that", "It [said] that"),
        ("[It], [was reported] that", "It, [was reported] that"),
        ("[The ministry] [was criticised] that", "The ministry [was criticised] that"),
    ],
)
def test_it_that_says_nothing_is_part_of_the_cue(drawn: str, fitted: str) -> None:
    text, (source, cue) = mark(drawn)
    assert list(join_empty_subject(text, (source,), (cue,))) == mark(fitted)[1]
