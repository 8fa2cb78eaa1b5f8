"""Tags of the Penn Treebank (Santorini 1990) as spaCy's English tagger gives them, and the tokens that have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from spacy.tokens import Doc, Token

NAME_TAGS = frozenset({"NNP", "NNPS"})
NOUN_TAGS = frozenset({"NN", "NNS"})
PRONOUN_TAGS = frozenset({"PRP", "PRP$"})


def tokens_tagged(doc: Doc, tags: frozenset[str], others: Iterable[int] = ()) -> Iterator[Token]:
    """The tokens with one of these tags, and the `others` by their numbers, in text order.

    Looked up at one go: to make an object of each token takes as long as most of what is then done with it.
    """
    wanted = np.array([doc.vocab.strings[tag] for tag in tags], dtype=np.uint64)
    chosen = np.isin(doc.to_array("TAG"), wanted)
    chosen[list(others)] = True
    return (doc[at] for at in np.flatnonzero(chosen).tolist())
