"""The meaning of a sentence as a vector: texts in, unit vectors out, so that a dot product is their similarity.

all-MiniLM-L6-v2 (Apache-2.0) in int8, run by ONNX Runtime; the files lie in `nlp/sentence_model` and were made by
`training/sentence_model.py`. Pure and deterministic: one text has one vector, whatever stands beside it in a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

DIMENSIONS = 384
# Stored beside each vector, so that vectors of another model are never compared with these.
SENTENCE_MODEL = "all-MiniLM-L6-v2-int8-1"
# The model was trained on 128 tokens; what a claim says stands at its beginning.
LONGEST_TOKENS = 128
# Longer texts are cut before they reach the tokenizer, whose time grows with them: 128 tokens are far fewer.
_LONGEST_CHARACTERS = 4000


class SentenceEncoder:
    """Holds the model in memory (about 60 MB); makes vectors of texts."""

    def __init__(self, *, threads: int = 1) -> None:
        self._tokenizer = _load_tokenizer()
        self._session = _load_session(threads)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of `texts`, in order: (number of texts, 384), each of length 1."""
        encodings = self._tokenizer.encode_batch([_encodable(text) for text in texts])
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        # One by one: int8 scales are taken over a whole batch, so that padding, or a stranger's numbers, would change a
        # text's vector by a little.
        for index, encoding in enumerate(encodings):
            ids = np.array([encoding.ids], dtype=np.int64)
            (vectors[index : index + 1],) = self._session.run(
                None, {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            )
        return vectors


def _encodable(text: str) -> str:
    return text[:_LONGEST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _load_tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str((resources.files("nlp.sentence_model") / "tokenizer.json").read_text("utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST_TOKENS)
    return tokenizer


def _load_session(threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    model = (resources.files("nlp.sentence_model") / "model.onnx").read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
