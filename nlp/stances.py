"""What a source does to the content: its type and its stance, from the words of the cue.

The words alone decide, whichever way the cue was found. `relays` is not among the answers here: it depends on
who the source is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from nlp.annotation import AttributionType, SourceType, Span, Stance
from nlp.cues import Kind, load_cue_words, load_cues

WORD = re.compile(r"n['’]t\b|\w+?(?=n['’]t\b)|\w+", re.IGNORECASE)
NEGATIONS = frozenset({"not", "never", "n't", "n’t", "hardly", "neither", "nor", "cannot", "no", "without", "unable"})
FAILURES = frozenset({"fail", "fails", "failed", "failing", "failure"})
ONLY = frozenset({"only", "just", "merely"})  # "not only said"
NO_COMMENT = re.compile(r"\W*(?:I have |we have )?no comment(?: (?:on|about) [\w ]{1,40})?\W*", re.IGNORECASE)
LONGEST_REFUSAL = 60  # characters
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


def read_meaning(text: str, cue: Iterable[Span], content: Sequence[Span] = ()) -> Meaning:
    """The type and stance that the words of a cue stand for: a plain assertion if none is in the lexicons."""
    words = [word.lower() for span in cue for word in WORD.findall(text, span.start, span.end)]
    at, meaning = _find_word(words)
    if _is_negated(words[: at + 1]):
        meaning = _negate(meaning)
    if meaning.stance is Stance.ASSERTS and len(content) == 1 and _is_no_comment(text, content[0]):
        return Meaning(meaning.attribution_type, Stance.DECLINES)
    return meaning


def _find_word(words: Sequence[str]) -> tuple[int, Meaning]:
    """The place and meaning of the word that decides: of verbs of saying a refusal ("declined to say"), else the last;
    then nouns and adjectives ("issued a denial"), then other words."""
    verbs, others = load_cues(), load_cue_words()
    said = [at for at, word in enumerate(words) if word in verbs]
    refused = [at for at in said if verbs[words[at]].stance is Stance.DECLINES]
    if said:
        at = (refused or said)[-1]
        cue = verbs[words[at]]
        return at, Meaning(cue.attribution_type, cue.stance)
    for kinds in ((Kind.NOUN, Kind.ADJECTIVE), (Kind.ADVERB, Kind.VERB), (Kind.WEAK,)):
        found = [at for at, word in enumerate(words) if word in others and others[word].kind in kinds]
        if found:
            entry = others[words[found[-1]]]
            return found[-1], Meaning(entry.attribution_type, entry.stance)
    return len(words), Meaning(AttributionType.ASSERTION, Stance.ASSERTS)


def _is_negated(words: Sequence[str]) -> bool:
    """Say whether what stands before the deciding word turns it round: "did not deny", not "not only denied"."""
    for at, word in enumerate(words):
        is_end = at + 1 == len(words)
        if word in NEGATIONS and (is_end or words[at + 1] not in ONLY):
            return True
        if word in FAILURES and not is_end:
            return True
    return False


def _is_no_comment(text: str, content: Span) -> bool:
    if content.end - content.start > LONGEST_REFUSAL:
        return False
    return NO_COMMENT.fullmatch(text, content.start, content.end) is not None


def relay(stance: Stance, source_type: SourceType) -> Stance:
    """What a publication asserts, it passes on."""
    if stance is Stance.ASSERTS and source_type is SourceType.PUBLICATION:
        return Stance.RELAYS
    return stance


def _negate(meaning: Meaning) -> Meaning:
    attribution_type, stance = meaning
    if attribution_type is not AttributionType.ASSERTION and stance is Stance.ASSERTS:
        return Meaning(attribution_type, Stance.DOUBTS)  # "did not believe", "does not want"
    return Meaning(attribution_type, NEGATED_ASSERTION[stance])
