"""Accuracy of a model on annotated articles, by the project's own scorer.

A model is run once and its scores are kept (`WindowScores`); decoding can then be tried out on them in seconds.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from bench.attribution_scores import MEASURES, Scores
from nlp.annotation import Span
from nlp.decoding import WindowScores, find_cues
from nlp.windows import Window, cut_windows, find_marks, make_window
from training.examples import TokenizedArticle
from training.model import AttributionModel, Cues

ReadWindow = Callable[[Window], WindowScores]


def read_windows(article: TokenizedArticle, read: ReadWindow, tokenizer: Tokenizer) -> Iterator[WindowScores]:
    """The scores of each window of an article, cut as at run time."""
    marks = find_marks(tokenizer)
    for start, end in cut_windows(article.article.text, article.words):
        yield read(make_window(article.words, start, end, marks))


def read_with_torch(model: AttributionModel, cue_bias: float) -> ReadWindow:
    """Reading by the model as it was trained, in full precision."""

    def read(window: Window) -> WindowScores:
        with torch.no_grad():
            ids, types, first = (torch.tensor([row]) for row in (window.ids, window.types, window.first))
            words, tags = model.read_words(ids, types, None, first)
            scores = tags[0].numpy()
            cues = find_cues(scores, cue_bias)
            roles, real = np.zeros((0, len(scores), 5), np.float32), np.zeros(0, np.float32)
            if cues:
                ranges = torch.tensor(cues)
                made = Cues(torch.zeros_like(ranges[:, 0]), ranges[:, 0], ranges[:, 1], torch.ones(len(cues)))
                final, _, sure = model.roles(words, tags, made)
                roles, real = final.numpy(), sure.numpy()
        return WindowScores(start=window.start, end=window.end, tags=scores, cues=tuple(cues), roles=roles, real=real)

    return read


def print_scores(title: str, scores: Scores) -> None:
    figures = " ".join(f"{measure} {scores.tallies[measure].f1:.1f}" for measure in MEASURES)
    tally = scores.tallies["attribution"]
    print(f"{title}: {figures} (attribution P {tally.precision:.1f} R {tally.recall:.1f})", flush=True)


def save_scores(path: Path, scores: Sequence[tuple[tuple[Span, ...], list[WindowScores]]]) -> None:
    with path.open("wb") as out:
        pickle.dump(list(scores), out)


def load_scores(path: Path) -> list[tuple[tuple[Span, ...], list[WindowScores]]]:
    with path.open("rb") as kept:
        loaded: list[tuple[tuple[Span, ...], list[WindowScores]]] = pickle.load(kept)  # noqa: S301 (our own file)
    return loaded
