"""spaCy's recogniser of entities, deciding on all words at one go; the same entities as its own, sooner.

spaCy goes word by word, asks each of 74 moves whether it is allowed, and takes Python's lock for each answer, also
where there is but one thread: two thirds of the recogniser's time. But what is best outside an entity depends on the
word alone, and inside one on the word and the entity's first. So the scores are taken of all words as if outside, then
of the words behind each that would begin an entity, and the entities are read off from left to right.
`nlp.models` loads it in place of spaCy's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span

NAME = "sayso_ner"
NOTHING = -1  # in place of a word
STATE_WORDS = 3  # the word, the entity's first, the one before the word: what the model sees


class Moves(NamedTuple):
    """spaCy's moves (BILUO) by their number; `inside` and `last` are those of the same label."""

    is_begin: NDArray[np.bool_]
    is_unit: NDArray[np.bool_]
    is_outside: NDArray[np.bool_]
    inside: NDArray[np.int64]
    last: NDArray[np.int64]
    labels: tuple[str, ...]


class AtOnceRecogniser(EntityRecognizer):  # type: ignore[misc]  # spaCy's is compiled and has no types
    """For texts without entities that are set already. Models of another make are read as spaCy reads them."""

    def predict(self, docs: Sequence[Doc]) -> Any:
        """The entities of each text as `(start, end, label)` in words of it."""
        if not self._is_known_make() or not any(map(len, docs)):
            return super().predict(docs)
        moves = list_moves([self.moves.get_class_name(number) for number in range(self.moves.n_moves)])
        model = self.model.predict(docs)

        def score(*words: NDArray[np.int64]) -> NDArray[np.float32]:
            ids = np.stack(words, axis=1).astype(np.int32)
            scores: NDArray[np.float32] = model.vec2scores.predict(model.state2vec.predict(ids))
            return scores

        bounds = np.cumsum([0, *map(len, docs)])
        is_space = np.concatenate([doc.to_array("IS_SPACE") for doc in docs]) != 0
        goes_on = np.concatenate([doc.to_array("SENT_START") for doc in docs])[1:] != 1
        goes_on = np.append(goes_on, False)  # at a text's end it does not either: its first word begins a sentence

        words = np.arange(len(is_space))
        none = np.full(len(words), NOTHING)
        scores = score(words, none, none)
        scores[:, ~(moves.is_begin | moves.is_unit | moves.is_outside)] = -np.inf
        scores[np.ix_(is_space, ~moves.is_outside)] = -np.inf
        scores[np.ix_(~goes_on, moves.is_begin)] = -np.inf
        best = scores.argmax(1)
        ends = words + 1
        first = words[moves.is_begin[best]]
        at = first + 1
        while len(first):
            ends[first] = at + 1
            scores, rows = score(at, first, at - 1), np.arange(len(first))
            more = goes_on[at] & (scores[rows, moves.inside[best[first]]] >= scores[rows, moves.last[best[first]]])
            first, at = first[more], at[more] + 1
        begun = words[~moves.is_outside[best]].tolist()
        return read_off(begun, ends, [moves.labels[move] for move in best[begun]], bounds.tolist())

    def set_annotations(self, docs: Sequence[Doc], found: Any) -> None:
        if not self._is_known_make() or not any(map(len, docs)):
            super().set_annotations(docs, found)
            return
        for doc, entities in zip(docs, found, strict=True):
            doc.set_ents([Span(doc, start, end, label=label) for start, end, label in entities])

    def _is_known_make(self) -> bool:
        make = self.model.attrs
        is_greedy = self.cfg["beam_width"] == 1 and make["has_upper"] and not make["unseen_classes"]
        return is_greedy and self.model.get_ref("lower").get_dim("nF") == STATE_WORDS


def list_moves(names: Sequence[str]) -> Moves:
    """The moves by spaCy's names for them: `B-ORG`, `I-ORG`, `L-ORG`, `U-ORG`, `O`; `U-` and `M` are never made."""
    labels = tuple(name[2:] for name in names)
    numbers = {name: number for number, name in enumerate(names)}

    def find(kind: str) -> NDArray[np.int64]:
        return np.array([numbers.get(kind + label, NOTHING) for label in labels])

    return Moves(
        is_begin=np.array([name.startswith("B-") for name in names]),
        is_unit=np.array([name.startswith("U-") and name != "U-" for name in names]),
        is_outside=np.array([name == "O" for name in names]),
        inside=find("I-"),
        last=find("L-"),
        labels=labels,
    )


def read_off(
    begun: Sequence[int], ends: NDArray[np.int64], labels: Sequence[str], bounds: Sequence[int]
) -> list[list[tuple[int, int, str]]]:
    """From left to right the entities that do not begin inside the one before, by text, counted from its first word."""
    found: list[list[tuple[int, int, str]]] = []
    number = free = 0
    for first, behind in pairwise(bounds):
        here: list[tuple[int, int, str]] = []
        while number < len(begun) and begun[number] < behind:
            start = begun[number]
            if start >= free:
                free = int(ends[start])
                here.append((start - first, free - first, labels[number]))
            number += 1
        found.append(here)
    return found


@Language.factory(NAME)
def make_recogniser(
    nlp: Language,
    name: str,
    model: Any,
    moves: Any = None,
    update_with_oracle_cut_size: int = 100,
    incorrect_spans_key: str | None = None,
    scorer: Any = None,
) -> AtOnceRecogniser:
    """Takes the settings of spaCy's own, of which all but the model are for training."""
    del update_with_oracle_cut_size, incorrect_spans_key, scorer
    return AtOnceRecogniser(nlp.vocab, model, name, moves)
