"""Which attributions say the same thing, first version: the same words.

Two contents are one claim where they are the same after case, quotation marks, punctuation and a leading "that" are
set aside. Words that only mean something where they stand ("it was a mistake", "no comment yet") are one claim
only if the same named source says them, or the same sentence holds them: a wire story copied word for word. So do
words that only name what is spoken of ("criticised the new law"), since two who speak of one thing need not say the
same of it. Who denies such a thing, denies it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph.ids import stable_id
from nlp.annotation import Annotation, Attribution, Span, Stance
from nlp.wording import read_wording

# One or two words are mostly what is spoken of ("the inquiry"), not what is said of it.
LEAST_WORDS = 3
# Fewer words than this can hardly name who did what to whom.
SELF_CONTAINED_WORDS = 5
# Words whose meaning lies outside the content: personal, demonstrative and other pro-forms of English.
_POINTING_WORDS = (
    "i me my mine we us our ours you your yours he him his she her hers it its they them their theirs this that "
    "these those here there now then today tonight yesterday tomorrow so such one ones"
)
_POINTING = frozenset(_POINTING_WORDS.split())
_THIRD_PERSON_WORDS = "he him his she her hers it its they them their theirs one such"
_THIRD_PERSON = frozenset(_THIRD_PERSON_WORDS.split())
# "The gold mine" is none of mine.
_MINES = re.compile(r"\b((?:an?|the|this|that|its|their|his|her|each|every)\s+(?:\w+\s+){0,2})mine\b", re.IGNORECASE)
# A capital at the beginning of a text is only that.
_OPENING_WORDS = "the a an all any some many most more several no there in on at for if when while"
_OPENERS = frozenset(_OPENING_WORDS.split())
# How the complement of a verb begins that stands outside of the content: "threatened | to sue Acme".
_COMPLEMENT_WORDS = "to not whether how what who whom why when where which if but and or of for from is was would could"
_COMPLEMENTS = frozenset(_COMPLEMENT_WORDS.split())
# "The company would appeal" is another company in each article.
_BARE_SUBJECT = re.compile(
    r"(?:The|A|An|Some|Both|All)\s+(?:\w+\s+){0,2}(?:company|firm|group|ministry|government|man|"
    r"woman|suspect|agency|president|minister|spokes\w+|court|report|team|club|bank|party)\b"
)
_WORD = re.compile(r"\w+(?:['’\-.,]\w+)*")
_LEADING_THAT = re.compile(r"^that[\s,]+", re.IGNORECASE)
# Who asks, doubts or will not say "whether X" speaks of X.
_OPEN = (Stance.ASKS, Stance.DECLINES, Stance.DOUBTS)
_WHETHER = re.compile(r"(?:to \w+ )?(?:on )?(?:whether|if)[\s,]+", re.IGNORECASE)
_QUOTES = "\"'“”‘’«»„`"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimKey:
    """`claim_id` is the same for all attributions of one claim; `text` is what this one calls it."""

    claim_id: int
    text: str
    reason: str
    is_topic: bool = False


def claim_key(text: str, annotation: Annotation, attribution: Attribution) -> ClaimKey | None:
    """Return the claim that `attribution`, read in `text`, belongs to; `None` where it claims nothing."""
    words = join_spans(text, attribution.content)
    answer = _WHETHER.match(words) if attribution.stance in _OPEN else None
    words = words[answer.end() :] if answer else words
    folded = fold_words(_LEADING_THAT.sub("", words))
    if len(folded.split()) < LEAST_WORDS:
        return None
    if attribution.stance is Stance.DECLINES and not (answer and _is_self_contained(folded)):
        return None
    is_topic = attribution.is_topic and attribution.stance is not Stance.DENIES
    if _is_self_contained(folded) and not is_topic:
        parts, reason = ["claim", folded], "same words"
    elif attribution.source_entity is not None:
        speaker = fold_words(annotation.entities[attribution.source_entity].name)
        parts, reason = ["claim", folded, "said by", speaker], f"same words from the same source, {speaker}"
    else:
        sentence = fold_words(text[attribution.sentence.start : attribution.sentence.end])
        parts, reason = ["claim", folded, "in", sentence], "same words in the same sentence"
    return ClaimKey(claim_id=stable_id(*parts), text=_claim_text(words), reason=reason, is_topic=is_topic)


def stands_for_itself(text: str) -> bool:
    """Whether a claim's text says what it says without the text around it, so that it may be joined by its meaning.

    It names somebody or something, and is no mere complement ("to block it", "whether ..."). A pronoun of the third
    person is allowed behind a name in the same text, which it then mostly stands for.
    """
    words = _MINES.sub(r"\1", text).split()
    if len(text.split()) < SELF_CONTAINED_WORDS or not words or fold_words(words[0]) in _COMPLEMENTS:
        return False
    has_name = False
    for index, word in enumerate(words):
        folded = fold_words(word)
        if folded in _POINTING and not (has_name and folded in _THIRD_PERSON):
            return False
        has_name = has_name or (word[:1].isupper() and (index > 0 or folded not in _OPENERS))
    return bool(read_wording(text).names) and not _BARE_SUBJECT.match(text)


def join_spans(text: str, spans: tuple[Span, ...]) -> str:
    """The words of `spans` in order, a space between them, each run of white space one space."""
    return " ".join(" ".join(text[start:end] for start, end in spans).split())


def fold_words(text: str) -> str:
    return " ".join(word.casefold().replace("’", "'") for word in _WORD.findall(text))


def _is_self_contained(folded: str) -> bool:
    words = folded.split()
    return len(words) >= SELF_CONTAINED_WORDS and _POINTING.isdisjoint(_MINES.sub(r"\1", folded).split())


def _claim_text(words: str) -> str:
    text = _LEADING_THAT.sub("", words).strip(_QUOTES + " ,;:").strip()
    return text[:1].upper() + text[1:]
