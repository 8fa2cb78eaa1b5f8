from __future__ import annotations

import random
from dataclasses import replace

import pytest

from nlp.windows import Window
from training.examples import Example, TaughtCue

torch = pytest.importorskip("torch", reason="PyTorch is installed for training only (make train)")

SILENT = Example(
    window=Window(start=0, end=3, ids=(1, 5, 6, 7, 2), types=(0, 1, 0, 0, 0), first=(1, 2, 3)), tags=(0, 0, 0), cues=()
)
SPEAKING = replace(SILENT, tags=(0, 1, 0), cues=(TaughtCue(start=1, end=2, roles=(1, 0, 3)),))


def test_batch_without_cues_has_every_part_of_the_loss() -> None:
    from training.model import AttributionModel, Shape
    from training.train import LOSSES, read_losses

    torch.manual_seed(0)
    model = AttributionModel(
        Shape(hidden=16, layers=1, heads=2, inner=16, vocabulary=10, biaffine=8, role=8, role_heads=2)
    )
    with torch.no_grad():
        model.tagger.bias.copy_(torch.tensor([9.0, 0.0, 0.0]))  # so that the tagger draws no cue by itself
    silent = read_losses(model, [SILENT], random.Random(0))
    assert sorted(silent) == sorted(LOSSES)
    assert [float(silent[name]) for name in LOSSES if name != "cue"] == [0.0, 0.0, 0.0]
    speaking = read_losses(model, [SILENT, SPEAKING], random.Random(0))
    assert all(float(speaking[name].detach()) > 0 for name in LOSSES)
