"""Verbs that attribute, read from `lexicon/verbs.tsv`: what each means.

The forms of regular verbs are made here; irregular ones stand in the file. What a form means does not depend
on how it was found: the reader of attributions marks cues without this lexicon, and it is asked for their type and
stance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from nlp.annotation import AttributionType, Stance


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One verb.

    `is_answer`: where it is negated, an answer was not given. `has_addressee`: its object is the one who is told, where
    something else is the content.
    """

    lemma: str
    is_answer: bool
    has_addressee: bool
    attribution_type: AttributionType
    stance: Stance


@cache
def load_cues() -> Mapping[str, Cue]:
    """Map each lower-case form ("said", "saying") to its verb."""
    cues: dict[str, Cue] = {}
    for line in read_lexicon("verbs.tsv"):
        lemma, irregular, silence, addressee, attribution_type, stance = line.split("\t")
        cue = Cue(
            lemma=lemma,
            is_answer=silence == "silence",
            has_addressee=addressee == "object",
            attribution_type=AttributionType(attribution_type),
            stance=Stance(stance),
        )
        for form in list_forms(lemma, () if irregular == "-" else tuple(irregular.split())):
            cues[form] = cue
    return MappingProxyType(cues)


def read_lexicon(name: str) -> Iterator[str]:
    """Yield the lines of a lexicon file below its heading, without comments and blank lines."""
    text = resources.files("nlp").joinpath("lexicon", name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    next(lines)
    yield from lines


def list_forms(lemma: str, irregular: tuple[str, ...]) -> frozenset[str]:
    """All forms of a verb; a given irregular form stands in for the regular one of its kind."""
    forms = {lemma, _add_s(lemma), *irregular}
    if not any(form.endswith("ing") for form in irregular):
        forms.add(_add_ending(lemma, "ing"))
    if not any(not form.endswith("ing") for form in irregular):
        forms.add(_add_ending(lemma, "ed"))
    return frozenset(forms)


def _add_s(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else "s")


def _add_ending(lemma: str, ending: str) -> str:
    if lemma.endswith("y") and lemma[-2] not in "aeiou" and ending == "ed":
        return lemma[:-1] + "ied"
    if lemma.endswith("e") and not (lemma.endswith("ee") and ending == "ing"):
        return lemma[:-1] + ending
    return lemma + ending
