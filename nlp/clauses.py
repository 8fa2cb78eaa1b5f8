"""The parts of a clause, from a dependency parse: who its subject is, and which words belong to its verb.

Tokens in, tokens and spans out; which verbs attribute is not known here. The labels are those of spaCy's
English models (ClearNLP).
"""

from __future__ import annotations

from typing import NamedTuple

from spacy.tokens import Token

from nlp.annotation import Span

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
# A verb without a subject of its own has the one of the verb that it hangs on, over these labels.
SUBJECT_SHARED = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "ccomp", "dep"})
VERB_GROUP = frozenset({"aux", "auxpass", "neg", "advmod", "prt"})
CLIMB_LIMIT = 6  # links: deeper ones are misparses or loops of hostile text


class Subject(NamedTuple):
    """`is_own`: it stands in the verb's own clause, else it was taken from a clause above."""

    token: Token
    is_own: bool


def find_subject(verb: Token) -> Subject | None:
    """The subject of a verb, or the noun that a participle belongs to ("a statement saying")."""
    at = verb
    for _ in range(CLIMB_LIMIT):
        for child in at.children:
            if child.dep_ in SUBJECTS:
                return Subject(child, at.i == verb.i)
            if child.dep_ == "expl":
                return None
        if at.dep_ == "acl" and at.tag_ == "VBG" and at.head.tag_.startswith("N"):
            return Subject(at.head, False)
        if at.dep_ not in SUBJECT_SHARED or at.head.i == at.i:
            return None
        at = at.head
    return None


def is_negated(verb: Token) -> bool:
    return any(child.dep_ == "neg" for child in verb.children)


def find_child(token: Token, *labels: str) -> Token | None:
    """The first child with one of the labels."""
    return next((child for child in token.children if child.dep_ in labels), None)


def read_verb_group(verb: Token, after: int) -> Span:
    """The verb with its auxiliaries, negation and adverbs, as far as they stand unbroken before it.

    Nothing before the token index `after` is taken.
    """
    first = last = verb.i
    members = {child.i for child in verb.children if child.dep_ in VERB_GROUP}
    while first - 1 >= after and first - 1 in members:
        first -= 1
    if last + 1 in members and verb.doc[last + 1].dep_ in ("prt", "neg"):
        last += 1
    return Span(verb.doc[first].idx, end_of(verb.doc[last]))


def phrase_of(token: Token, *, without: Token | None = None) -> Span:
    """The words that hang on a token, as characters, without a verb that hangs there too."""
    first, last = token.left_edge.i, token.right_edge.i
    if without is not None and first <= without.i <= last:
        if without.i > token.i:
            last = max(token.i, without.left_edge.i - 1)
        else:
            first = without.i + 1
    return Span(token.doc[first].idx, end_of(token.doc[last]))


def cut_words(text: str, words: Span, root: Token) -> Span:
    """End the words before an addition in commas, brackets or a relative clause, but not before the head."""
    head_end = end_of(root)
    cuts = [
        text.find(mark, head_end, words.end) for mark in (",", " who ", " which ", " that ", " (", " —", " –", " - ")
    ]
    end = min([cut for cut in cuts if cut >= 0], default=words.end)
    start = words.start if words.start <= root.idx else root.idx
    return Span(start, max(head_end, end))


def end_of(token: Token) -> int:
    return token.idx + len(token)
