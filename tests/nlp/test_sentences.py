"""Sentences as vectors: nearer where they say the same, and the same whatever stands beside them."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources

import numpy as np
import pytest

from nlp.sentences import DIMENSIONS, SentenceEncoder

LEAK = "The plant in Orsk leaked solvent into the river"
SAME = "Solvent from the Orsk plant got into the river"
OTHER = "The central bank left its interest rate unchanged"


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_vectors_have_length_one_and_the_order_of_the_texts(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode([LEAK, OTHER])
    assert vectors.shape == (2, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(encoder.encode([OTHER])[0], vectors[1])


def test_the_same_in_other_words_is_nearer_than_another_thing(encoder: SentenceEncoder) -> None:
    leak, same, other = encoder.encode([LEAK, SAME, OTHER])
    assert leak @ same > 0.8
    assert leak @ other < 0.2


def test_a_text_has_one_vector_whatever_stands_beside_it(encoder: SentenceEncoder) -> None:
    alone = encoder.encode([LEAK])[0]
    beside = encoder.encode([OTHER * 20, "x", LEAK, ""])[2]
    assert np.array_equal(alone, beside)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "x" * 1_000_000, "a " * 100_000, "🜁" * 10_000, "[SEP][CLS]"]
)
def test_any_text_has_a_vector(encoder: SentenceEncoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_no_texts_are_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_the_model_is_the_one_that_was_exported() -> None:
    """A store keeps vectors; another model needs another name in `SENTENCE_MODEL`."""
    model = (resources.files("nlp.sentence_model") / "model.onnx").read_bytes()
    assert sha256(model).hexdigest() == "0d6dbb97acc3c3c2c9f7370b08c22efac00dbb8b5ef6dc9ea11b9d6651792d87"
