"""Words that attribute and what each means: the verbs of `lexicon/verbs.tsv`, and in `lexicon/cue_words.tsv` nouns,
adjectives and what means something only because somebody took it for a cue.

Regular forms are made here; irregular ones stand in the files. What a form means does not depend on how it was found:
the reader of attributions marks cues without this lexicon, and it is asked for their type and stance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
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


class Kind(StrEnum):
    NOUN = "noun"
    ADJECTIVE = "adjective"
    ADVERB = "adverb"
    VERB = "verb"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueWord:
    """One word that is no verb of saying."""

    word: str
    kind: Kind
    attribution_type: AttributionType
    stance: Stance


@cache
def load_cue_words() -> Mapping[str, CueWord]:
    """Map each lower-case form ("claims", "made") to its word."""
    words: dict[str, CueWord] = {}
    for line in read_lexicon("cue_words.tsv"):
        word, kind, irregular, attribution_type, stance = line.split("\t")
        entry = CueWord(
            word=word, kind=Kind(kind), attribution_type=AttributionType(attribution_type), stance=Stance(stance)
        )
        forms = {word}
        if entry.kind is Kind.VERB:
            forms = set(list_forms(word, () if irregular == "-" else tuple(irregular.split())))
        elif entry.kind is Kind.NOUN:
            forms = {word, _add_s(word)}
        for form in forms:
            words.setdefault(form, entry)
    return MappingProxyType(words)


@lru_cache(maxsize=4096)
def find_noun(form: str) -> CueWord | None:
    """The noun that a lower-case form is of."""
    word = load_cue_words().get(form)
    if word is not None and word.kind is Kind.NOUN:
        return word
    cue = load_cues().get(form)  # "claims", "report": a noun and a verb
    if cue is None or form not in (cue.lemma, _add_s(cue.lemma)):
        return None
    return CueWord(word=form, kind=Kind.NOUN, attribution_type=cue.attribution_type, stance=cue.stance)


class Knowledge(StrEnum):
    OWN = "by an entry of their own"
    WEAK = "only by weak words"
    UNKNOWN = "not known"


CUE_TOKEN = re.compile(r"n['’]t\b|\w+?(?=n['’]t\b)|['’]\w+|[\w-]+|[^\w\s]+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def know_cue(cue: str) -> Knowledge:
    """How much is known of the words of a cue."""
    tokens = CUE_TOKEN.findall(cue.lower())
    tokens += [part for token in tokens for part in token.split("-") if "-" in token]
    verbs, words = load_cues(), load_cue_words()
    found = [words[token].kind for token in tokens if token in words]
    if any(token in verbs for token in tokens) or any(kind is not Kind.WEAK for kind in found):
        return Knowledge.OWN
    return Knowledge.WEAK if found else Knowledge.UNKNOWN


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
