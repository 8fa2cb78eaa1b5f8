"""Answers that were not given: "did not respond to a request", "could not be reached", "declined to comment".

By rules on the parse: who reads for what is said seldom marks what is not, so that a trained reader cannot be relied
on for it, and a claim must not look uncontested because its subject kept silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from nlp.annotation import Stance
from nlp.clauses import find_child, find_subject, is_negated, phrase_of, read_verb_group
from nlp.cues import load_cues
from nlp.frames import Frame, subtract_spans
from nlp.passages import Passage

SPEAKING = frozenset(
    {"answer", "comment", "confirm", "discuss", "elaborate", "reply", "respond", "say", "speak", "talk"}
)
CONFIDENCE = 0.9  # 10 of the 11 found in 210 articles of PolNeAR's train split were right by eye


def find_silences(passage: Passage, frames: Sequence[Frame]) -> Iterator[Frame]:
    """The refusals of an answer that none of `frames` has for its cue."""
    taken = [span for frame in frames for span in frame.cue]
    cues = load_cues()
    for token in passage.doc:
        cue = cues.get(token.lower_)
        if cue is None or not token.tag_.startswith("V"):
            continue
        is_silence = cue.is_answer and is_negated(token)
        if (is_silence or cue.stance is Stance.DECLINES) and not any(s.start <= token.idx < s.end for s in taken):
            yield from _read(passage, token, is_silence=is_silence)


def _read(passage: Passage, verb: Token, *, is_silence: bool) -> Iterator[Frame]:
    subject = find_subject(verb)
    if subject is None or find_child(verb, "prt") is not None:
        return
    asked = _find_asked(verb, is_silence=is_silence)
    if asked is None:
        return
    after = subject.token.i + 1 if subject.is_own and subject.token.i < verb.i else 0
    group = read_verb_group(verb, after)
    source = passage.trim(phrase_of(subject.token, without=verb))
    content = subtract_spans([passage.fit(phrase_of(asked))], [source, group])
    content = tuple(part for span in content for part in passage.split_lines(span) if passage.has_words(part))
    if content and source.start < source.end:
        yield Frame(source=(source,), cue=(group,), content=content, confidence=CONFIDENCE)


def _find_asked(verb: Token, *, is_silence: bool) -> Token | None:
    """What was asked for in vain; of "declined", only to comment, answer or speak."""
    if is_silence:
        return next((child for child in verb.rights if child.dep_ in ("prep", "dobj")), None)
    deed = find_child(verb, "xcomp", "ccomp")
    return deed if deed is not None and deed.lower_ in SPEAKING else None
