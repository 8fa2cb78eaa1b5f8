"""A reader taught by a trained one: what it starts from, and what it is to say beside what annotators drew.

Source of the method: Sanh et al. 2019 (DistilBERT), layers taken over and the teacher's own scores as soft labels; Jiao
et al. 2020 (TinyBERT), the teacher's states as a target. Here the states are the word vectors, which are all that the
heads see: a student that has them right can keep the teacher's heads as they are.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor
from torch.nn import functional

from training.model import AttributionModel

SOFT_LABELS = 1.0  # weights of the two parts beside the loss on what annotators drew
SAME_WORDS = 2.0
# Which layers of the teacher a student of so many begins with: the first, the last, and some evenly between.
KEPT_LAYERS = {6: (0, 1, 2, 3, 4, 5), 5: (0, 1, 2, 4, 5), 4: (0, 1, 3, 5), 3: (0, 2, 5), 2: (0, 5)}


def make_student(teacher: AttributionModel, layers: int) -> AttributionModel:
    """A model of `layers` layers with the teacher's embeddings and heads, and those of its layers in `KEPT_LAYERS`."""
    student = AttributionModel(replace(teacher.shape, layers=layers))
    weights = {name: value for name, value in teacher.state_dict().items() if not name.startswith("encoder.layers.")}
    for number, kept in enumerate(KEPT_LAYERS[layers]):
        prefix = f"encoder.layers.{kept}."
        weights |= {
            f"encoder.layers.{number}.{name.removeprefix(prefix)}": value
            for name, value in teacher.state_dict().items()
            if name.startswith(prefix)
        }
    student.load_state_dict(weights)
    return student


def compare_scores(scores: Tensor, wanted: Tensor) -> Tensor:
    """How far scores `[N, L]` are from the teacher's: the divergence of what they say, summed over rows."""
    return functional.kl_div(scores.log_softmax(-1), wanted.log_softmax(-1), log_target=True, reduction="sum")


def compare_words(words: Tensor, wanted: Tensor) -> Tensor:
    """How far word vectors `[N, H]` are from the teacher's: squared distance in parts of the teacher's own length."""
    return (words - wanted).square().sum() / wanted.square().sum(-1).mean()
