from __future__ import annotations

import numpy as np
import pytest

from nlp.attribution_model import AttributionReader
from nlp.windows import find_words, make_window

torch = pytest.importorskip("torch", reason="PyTorch is installed for training only (make train)")
pytest.importorskip("onnx", reason="installed for training only (make train)")


def test_a_restored_model_says_what_the_shipped_one_says() -> None:
    from training.evaluate import read_with_torch
    from training.restore import SHIPPED, restore

    shipped = AttributionReader()
    words = find_words("The plant leaked, inspector Ada Brandt told the Herald on Monday.", shipped._tokenizer)
    window = make_window(words, 0, len(words.spans), shipped._marks)
    says = shipped.read_window(window)
    restored = read_with_torch(restore(SHIPPED), shipped.settings.decoding.cue_bias)(window)
    assert restored.cues == says.cues
    assert np.abs(restored.tags - says.tags).max() < 0.5  # log-odds; int8 rounds activations too
