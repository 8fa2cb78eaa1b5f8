"""What a source does to the content: its type and its stance, from the words of the cue.

The words alone decide, whichever way the cue was found. `relays` is not among the answers here: it depends on
who the source is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from nlp.annotation import AttributionType, SourceType, Span, Stance
from nlp.cues import Cue, load_cues

WORD = re.compile(r"n['’]t\b|\w+?(?=n['’]t\b)|\w+", re.IGNORECASE)
NEGATIONS = frozenset({"not", "never", "n't", "n’t", "hardly", "neither", "nor"})
# "Did not say that" is no denial, and "did not deny it" no assertion: nothing was said.
NEGATED_ASSERTION: Mapping[Stance, Stance] = MappingProxyType(
    {
        Stance.ASSERTS: Stance.DECLINES,
        Stance.DENIES: Stance.DECLINES,
        Stance.ASKS: Stance.DECLINES,
        Stance.SUPPORTS: Stance.DOUBTS,
        Stance.DOUBTS: Stance.ASSERTS,
        Stance.DECLINES: Stance.DECLINES,
    }
)


class Meaning(NamedTuple):
    attribution_type: AttributionType
    stance: Stance


def read_meaning(text: str, cue: Iterable[Span]) -> Meaning:
    """The type and stance that the words of a cue stand for: a plain assertion if none is in the lexicon."""
    words = [word.lower() for span in cue for word in WORD.findall(text, span.start, span.end)]
    cues = load_cues()
    verb = next((cues[word] for word in reversed(words) if word in cues), None)
    is_negated = not NEGATIONS.isdisjoint(words)
    if verb is None:
        return Meaning(AttributionType.ASSERTION, Stance.ASSERTS)
    return Meaning(verb.attribution_type, _negate(verb) if is_negated else verb.stance)


def relay(stance: Stance, source_type: SourceType) -> Stance:
    """What a publication asserts, it passes on."""
    if stance is Stance.ASSERTS and source_type is SourceType.PUBLICATION:
        return Stance.RELAYS
    return stance


def _negate(verb: Cue) -> Stance:
    if verb.attribution_type is not AttributionType.ASSERTION and verb.stance is Stance.ASSERTS:
        return Stance.DOUBTS  # "did not believe", "does not want"
    return NEGATED_ASSERTION[verb.stance]
