"""Statements inside statements: "the report said that researchers observed that ...", by rules on the parse.

A finder of attributions that learnt from annotated news marks the outer statement and seldom what stands in it, and
where both stand in one sentence it may cut them apart. `complete_scopes` mends the second, `find_nested` finds the
first. Which statement stands in which is told by their contents alone, in `nlp.assembly`.

Rules, over reading each content again with the model: that costs a fifth of the reading and is right half as often
(docs/resolution.md). A clause is no statement if nobody made it: commands, questions, conditions, "nobody said",
"should say". What a speaker thinks while speaking ("said he hopes") is what they say, and plans are deeds, no
statements. In quotations people speak loosely, so that only what is said to have been said counts there, or by a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from spacy.tokens import Token

from nlp.annotation import AttributionType, Span, Stance
from nlp.clauses import SUBJECTS, cut_words, end_of, find_child, is_negated, phrase_of, read_verb_group
from nlp.cues import Cue, find_noun, load_cues
from nlp.frames import Frame, encloses, hull, intersect_spans, order_spans, subtract_spans
from nlp.passages import Passage
from nlp.phrase_ends import end_phrases
from nlp.referents import Sort, sort_noun

CONFIDENCE = 0.7
MOST_IN_SENTENCE = 20  # words that may be cues and are looked at; more is garbage
LONGEST_CHARACTERS = 2000  # of what is said in a statement inside another
CLIMB_LIMIT = 6  # links
NO_SPEAKERS = frozenset(
    [
        *(
            "nobody",
            "no-one",
            "none",
            "anybody",
            "anyone",
            "everybody",
            "everyone",
            "someone",
            "somebody",
            "you",
            "one",
        ),
        *("there", "what", "which", "this", "that", "these", "those"),
    ]
)
SELVES = frozenset({"i", "we"})
CONDITIONS = frozenset({"if", "unless", "until", "lest"})
# Of documents they tell what these say, of people mostly what they did.
SHOWING = frozenset("show prove demonstrate underscore support answer highlight".split())  # noqa: SIM905
HINTING = frozenset({"suggest", "indicate", "imply", "confirm", "signal", "reveal"})
# "Promised to", "ordered him to": what was said; "wanted to" and "planned to" are no words.
SAID_TO = frozenset("promise vow pledge threaten swear order urge instruct command request recommend".split())  # noqa: SIM905
PERSONAL = frozenset({"he", "she", "they", "it"})
PRESENT = frozenset({"VBZ", "VBP"})
OF_AN_OBJECT = frozenset({"accuse", "blame", "cite"})


def find_nested(passage: Passage, frames: Sequence[Frame]) -> Iterator[Frame]:
    """The statements in the contents of `frames` that are none of them yet."""
    taken = {token.i for frame in frames for span in frame.cue for token in passage.tokens_between(*span)}
    counts: dict[int, int] = {}
    for content in order_spans(span for frame in frames for span in frame.content):
        for token in passage.tokens_between(content.start, content.end):
            if token.i in taken or not _may_be_cue(token):
                continue
            sentence = passage.sentence_at(token.idx).start
            counts[sentence] = counts.get(sentence, 0) + 1
            if counts[sentence] > MOST_IN_SENTENCE:
                continue
            frame = _read(passage, token, content)
            if frame is not None:
                yield frame


def _may_be_cue(token: Token) -> bool:
    tag, word = token.tag_, token.lower_
    if tag[:1] == "V":
        return word in load_cues() or word == "according"
    return tag in ("NN", "NNS") and find_noun(word) is not None


def _read(passage: Passage, token: Token, holder: Span) -> Frame | None:
    if token.lower_ == "according":
        return _read_according(passage, token, holder)
    if token.tag_.startswith("V"):
        return _read_verb(passage, token, load_cues()[token.lower_], holder)
    return _read_noun(passage, token, holder)


def _read_verb(passage: Passage, verb: Token, cue: Cue, holder: Span) -> Frame | None:
    subject = _find_speaker(verb)
    if subject is None or not _may_speak(subject, verb, cue) or not _is_made(verb, subject):
        return None
    if _is_speakers_own(verb, subject, cue) or not _is_said_in_earnest(passage, verb, subject, cue):
        return None
    said = _find_said(verb, cue)
    if said is None:
        return None
    group = read_verb_group(verb, subject.i + 1 if subject.i < verb.i else 0)
    words = passage.trim(cut_words(passage.text, phrase_of(subject, without=verb), subject))
    return _make(passage, (words,), group, said, holder)


def _is_speakers_own(verb: Token, subject: Token, cue: Cue) -> bool:
    """ "Said he hopes that": the hope is what is said, and no statement of its own."""
    if subject.lower_ not in PERSONAL or verb.dep_ != "ccomp" or cue.lemma in SAID_TO:
        return False
    outer = load_cues().get(verb.head.lower_)
    if outer is None or outer.stance is not Stance.ASSERTS:
        return False
    return cue.attribution_type is not AttributionType.ASSERTION or verb.tag_ in PRESENT


def _is_said_in_earnest(passage: Passage, verb: Token, subject: Token, cue: Cue) -> bool:
    """Say whether somebody said it, or somebody named thinks it; "people who want change" only tells who they are."""
    if cue.attribution_type is AttributionType.ASSERTION:
        return True
    if subject.lower_ in ("who", "whom"):
        return False
    return subject.tag_ in ("NNP", "NNPS") or passage.quotation_at(verb.idx) is None


def _find_speaker(verb: Token) -> Token | None:
    """The subject of the verb's own clause, or of the one that it is joined to."""
    at = verb
    for _ in range(CLIMB_LIMIT):
        subject = find_child(at, *SUBJECTS)
        if subject is not None:
            return None if subject.dep_ in ("nsubjpass", "csubjpass", "csubj") else subject
        is_beside = at.dep_ == "conj" or (at.dep_ == "advcl" and at.tag_ == "VBG")  # "left, saying that"
        if not is_beside or at.head.i == at.i or any(child.lower_ == "to" for child in at.lefts):
            return None
        at = at.head
    return None


def _may_speak(subject: Token, verb: Token, cue: Cue) -> bool:
    word = subject.lower_
    if word in ("who", "whom"):
        return True
    if word in ("that", "which") and verb.dep_ == "relcl":
        # "A statement that noted", "an agency which said".
        return sort_noun(verb.head.lower_, is_plural=verb.head.tag_ == "NNS") is not Sort.THING
    if word in NO_SPEAKERS:
        return False
    if cue.lemma in HINTING and subject.tag_ in ("NN", "NNS") and not subject.ent_type_:
        return sort_noun(word, is_plural=subject.tag_ == "NNS") is not Sort.THING
    if cue.lemma in SHOWING:
        return sort_noun(word, is_plural=subject.tag_ == "NNS") is Sort.DOCUMENT
    if word in SELVES:
        # "I think that ..." is how one speaks; "I told him that ..." was said before.
        return cue.attribution_type is AttributionType.ASSERTION and verb.tag_ in ("VBD", "VBN")
    return True


def _is_made(verb: Token, subject: Token) -> bool:
    """Say whether the verb tells that something was said: no condition, question, command, wish or possibility."""
    helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    if any(child.dep_ in ("mark", "advmod") and child.lower_ in CONDITIONS for child in verb.children):
        return False
    if any(child.dep_ == "auxpass" or child.lower_ == "to" for child in helpers):
        return False
    if any(child.dep_ == "aux" and child.i < subject.i < verb.i for child in helpers):
        return False  # "did he say"
    if any(child.tag_ == "MD" for child in helpers):
        return is_negated(verb)  # "could not say"
    if verb.tag_ == "VB" and not any(child.dep_ == "aux" for child in helpers):
        return False  # "heard him say", "demanded that they say", "tell me"
    if any(child.dep_ in ("det", "neg") and child.lower_ == "no" for child in subject.children):
        return False
    if verb.tag_ != "VBG" or helpers:
        return True
    return verb.dep_ in ("conj", "advcl") and not any(child.dep_ in ("mark", "advmod") for child in verb.lefts)


def _find_said(verb: Token, cue: Cue) -> Span | None:
    """What is said, thought or wanted."""
    clause = find_child(verb, "ccomp")
    target = find_child(verb, "dobj")
    if clause is not None and clause.i > verb.i:
        first = clause.left_edge
        if target is not None and verb.i < target.i < first.i and not cue.has_addressee:
            first = target.left_edge  # its subject, for the parser the object of the verb
        return Span(max(first.idx, end_of(verb)), end_of(clause.right_edge))
    if clause is not None:
        return phrase_of(clause, without=verb)
    deed = find_child(verb, "xcomp")
    is_telling = cue.attribution_type is AttributionType.BELIEF or cue.lemma in SAID_TO
    if deed is not None and deed.i > verb.i and is_telling and _has_to(deed):
        first = target if target is not None and verb.i < target.i < deed.i else deed
        return Span(first.left_edge.idx, end_of(deed.right_edge))
    is_enough = cue.stance is Stance.DENIES or cue.lemma in OF_AN_OBJECT
    if target is not None and target.i > verb.i and is_enough:
        return Span(target.left_edge.idx, end_of(verb.right_edge))
    return None


def _has_to(deed: Token) -> bool:
    return any(child.lower_ == "to" for child in deed.lefts)


def _read_according(passage: Passage, token: Token, holder: Span) -> Frame | None:
    to = find_child(token, "prep")
    noun = None if to is None or to.lower_ != "to" else find_child(to, "pobj")
    if to is None or noun is None or token.head.i == token.i:
        return None
    cue = Span(token.idx, end_of(to))
    source = passage.trim(cut_words(passage.text, phrase_of(noun), noun))
    content = subtract_spans([phrase_of(token.head)], [Span(cue.start, source.end)])
    return _make(passage, (source,), cue, hull(content), holder) if content else None


def _read_noun(passage: Passage, noun: Token, holder: Span) -> Frame | None:
    """ "X's claim that ...", "claims by X that ..."."""
    clause = find_child(noun, "acl")
    source = find_noun_source(passage, noun)
    if clause is None or source is None or find_child(clause, "mark") is None:
        return None
    return _make(passage, (source,), Span(noun.idx, end_of(noun)), phrase_of(clause), holder)


def find_noun_source(passage: Passage, noun: Token) -> Span | None:
    """Whose a claim is: "X's claim", "a claim by X"."""
    owner = find_child(noun, "poss")
    if owner is None and noun.i > 1 and noun.nbor(-1).tag_ == "POS":
        owner = noun.nbor(-2)  # whatever the parser hung it on
    if owner is None:
        by = next((child for child in noun.rights if child.lower_ == "by"), None)
        owner = None if by is None else find_child(by, "pobj")
    if owner is None:
        return None
    words = cut_words(passage.text, phrase_of(owner), owner)
    possessive = find_child(owner, "case")
    if possessive is not None and possessive.i == owner.right_edge.i:
        words = Span(words.start, min(words.end, possessive.idx))
    return passage.trim(words)


def _make(passage: Passage, source: tuple[Span, ...], cue: Span, said: Span, holder: Span) -> Frame | None:
    """A frame that lies in its holder; `None` where a part of it does not."""
    if not all(holder.start <= span.start < span.end <= holder.end for span in (*source, cue)):
        return None
    inside = intersect_spans([said], [holder])
    if not inside or inside[0].end - inside[0].start > LONGEST_CHARACTERS:
        return None
    content = subtract_spans([passage.fit(inside[0])], [*source, cue])
    lines = [part for span in content for part in passage.split_lines(span) if passage.tokens_between(*part)]
    spans = intersect_spans([part for part in lines if len(passage.tokens_between(*part)) > 1] or lines, [holder])
    return Frame(source=source, cue=(cue,), content=spans, confidence=CONFIDENCE) if spans else None


def complete_scopes(passage: Passage, frames: Sequence[Frame]) -> list[Frame]:
    """Give a statement that is reported after it ("X observed that Y, the report said") whole to the one who reports.

    Only where another statement stands in it: else the finder knows better where the content ends.
    """
    frames = [_fill_holes(passage, end_phrases(passage, frame), frames) for frame in frames]
    completed = list(frames)
    starts = [frame.start for frame in frames]
    for number, frame in enumerate(frames):
        scope = _find_scope_before(passage, frame) or _find_sentence_before(passage, frame, frames)
        if scope is None:
            continue
        inner = [one for one, start in enumerate(starts) if one != number and scope.start <= start < scope.end]
        inner = [one for one in inner if completed[one].cue][:MOST_IN_SENTENCE]
        if inner:
            outside = subtract_spans(frame.content, [scope])
            whole = passage.split_lines(passage.fit(scope))
            content = subtract_spans([*whole, *outside], [*frame.source, *frame.cue])
            completed[number] = replace(frame, content=content)
        for one in inner:
            completed[one] = _complete_inner(passage, completed[one], scope, frame.content)
    return completed


def _fill_holes(passage: Passage, frame: Frame, others: Sequence[Frame]) -> Frame:
    """Give a content the hole in it that is the content of a statement which it holds the cue of."""
    filled = []
    for left, right in pairwise(frame.content):
        hole = passage.trim(Span(left.end, right.start))
        if hole.start < hole.end and any(
            other.cue and encloses([left], other.cue[0]) and encloses([hull(other.content)], hole) for other in others
        ):
            filled.append(Span(left.start, right.end))
    if not filled:
        return frame
    content = subtract_spans(order_spans([*frame.content, *filled]), [*frame.source, *frame.cue])
    return replace(frame, content=tuple(part for span in content for part in passage.split_lines(span)))


def _find_scope_before(passage: Passage, frame: Frame) -> Span | None:
    """The clause before the cue that it reports."""
    verb = _find_main(passage, frame)
    if verb is None:
        return None
    first = min(span.start for span in (*frame.cue, *frame.source))
    if verb.lower_ == "according":
        head = verb.head
        return Span(head.left_edge.idx, first) if head.i < verb.i and head.left_edge.idx < first else None
    clause = find_child(verb, "ccomp")
    if clause is None or clause.i > verb.i or clause.left_edge.idx >= first:
        return None
    return Span(clause.left_edge.idx, min(first, end_of(clause.right_edge)))


def _find_sentence_before(passage: Passage, frame: Frame, frames: Sequence[Frame]) -> Span | None:
    """All that stands before ", the report said", where the finder gave its first part to another and the parser is
    at a loss."""
    if not frame.cue or not frame.source:
        return None
    first = min(span.start for span in (*frame.cue, *frame.source))
    sentence, content = passage.sentence_at(first), hull(frame.content)
    if content.end > first or "," not in passage.text[content.end - 1 : first] or content.start <= sentence.start:
        return None
    if passage.has_words(Span(content.end, first)):
        return None
    for other in frames:
        if other is frame or not other.cue or not sentence.start <= other.start < content.start:
            continue
        end = hull(other.content).end
        if content.start - 3 <= end <= content.end and not encloses(frame.content, other.cue[0]):
            return Span(min(sentence.start, content.start), first)
    return None


def _find_main(passage: Passage, frame: Frame) -> Token | None:
    tokens = [token for span in frame.cue for token in passage.tokens_between(span.start, span.end)]
    return next((one for one in reversed(tokens) if one.tag_.startswith("V")), tokens[0] if tokens else None)


def _complete_inner(passage: Passage, frame: Frame, scope: Span, taken: Sequence[Span]) -> Frame:
    """Give the inner statement what of its clause the finder gave to the outer one (`taken`)."""
    verb = _find_main(passage, frame)
    clause = None if verb is None else find_child(verb, "ccomp")
    if verb is None or clause is None or clause.i < verb.i or not encloses([scope], frame.cue[0]):
        return frame
    said = intersect_spans([Span(end_of(verb), end_of(clause.right_edge)), *frame.content], [scope])
    if not intersect_spans(said, frame.content) or not intersect_spans(said, taken):
        return frame
    whole = passage.split_lines(passage.fit(hull([*said, *intersect_spans(frame.content, [scope])])))
    content = subtract_spans(whole, [*frame.source, *frame.cue])
    return replace(frame, content=content) if content else frame
