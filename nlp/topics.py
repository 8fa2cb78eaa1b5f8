"""Whether a content says something, or only names what is spoken of: "criticised | the new law".

Two articles in which somebody speaks of one thing do not make one claim; what they say of it may be the opposite.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Token

from nlp.annotation import Span
from nlp.clauses import SUBJECTS, find_child
from nlp.passages import Passage

NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS", "PRP", "DT", "CD"})


def is_topic(passage: Passage, content: Sequence[Span]) -> bool:
    """Whether a content is a single noun phrase, at most with a preposition before it, or a deed without a doer
    ("lifting the embargo"). Where two phrases hang on the cue ("called | the probe a witch hunt"), one is said of the
    other.
    """
    tokens = [token for span in content for token in passage.tokens_between(*span)]
    inside = {token.i for token in tokens}
    tops = [token for token in tokens if token.head.i == token.i or token.head.i not in inside]
    # "Some litres of solvent leaked from the plant": for the parser, litres that were leaked.
    has_deed = any(token.dep_ == "acl" and token.tag_ in ("VBN", "VBD") for token in tokens)
    return len(tops) == 1 and not has_deed and _only_names(tops[0])


def _only_names(top: Token) -> bool:
    if find_child(top, *SUBJECTS, "expl") is not None:
        return False
    if top.tag_ == "IN":
        noun = find_child(top, "pobj")
        return noun is not None and find_child(top, "pcomp") is None and _only_names(noun)
    if top.tag_ == "VBG":
        return find_child(top, "aux", "auxpass") is None
    return top.tag_ in NOUNS
