"""The trained reader of attributions: texts in, `Frame`s out. ONNX Runtime and `tokenizers`, nothing else.

A text is read window by window and one window at a time, so that results do not depend on what is read together with
it and memory depends neither on the length of a text nor on the number of texts. The model comes out of `training/`;
`models/attributions/MODEL_CARD.md` says what it is and how good.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from nlp.attribution_frames import make_frames
from nlp.decoding import DecodingSettings, Role, WindowScores, find_candidates, find_cues, share_out
from nlp.errors import IncompleteModelError
from nlp.frames import Frame
from nlp.windows import Window, cut_windows, find_marks, find_words, make_window

MODEL = ("models", "attributions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    version: str
    window_pieces: int
    context_pieces: int
    decoding: DecodingSettings


class AttributionReader:
    """Finds attributions in English texts. Uses at most `threads` threads; not to be shared between threads.

    Raises:
        IncompleteModelError: a file of the model is missing.
    """

    def __init__(self, *, folder: Traversable | None = None, threads: int = 1) -> None:
        if folder is None:
            folder = files("nlp").joinpath(*MODEL)
        self.settings = read_settings(folder)
        self._tokenizer = read_tokenizer(folder)
        self._marks = find_marks(self._tokenizer)
        self._words = _start_session(folder, "words.onnx", threads)
        self._roles = _start_session(folder, "roles.onnx", threads)

    @property
    def version(self) -> str:
        return self.settings.version

    def read(self, texts: Iterable[str]) -> Iterator[list[Frame]]:
        """Yield the attributions of each text in the order of their cues; offsets count the text's code points."""
        for text in texts:
            yield self.read_text(text)

    def read_text(self, text: str) -> list[Frame]:
        words = find_words(text, self._tokenizer)
        ranges = cut_windows(text, words, limit=self.settings.window_pieces, context=self.settings.context_pieces)
        scores = [
            self.read_window(make_window(words, start, end, self._marks), share=share)
            for (start, end), share in zip(ranges, share_out(ranges), strict=True)
        ]
        candidates = find_candidates(scores, self.settings.decoding)
        return make_frames(text, words.spans, candidates, self.settings.decoding)

    def read_window(self, window: Window, *, share: tuple[int, int] | None = None) -> WindowScores:
        """What the model says of one window, of its cues among the words `share` of the text (`None`: of all)."""
        first, last = (window.start, window.end) if share is None else share
        vectors, tags = self._words.run(
            ["vectors", "tags"],
            {name: np.asarray(getattr(window, name), dtype=np.int64) for name in ("ids", "types", "first")},
        )
        cues = [
            (start, end)
            for start, end in find_cues(tags, self.settings.decoding.cue_bias)
            if first <= window.start + start < last
        ]
        roles, real = np.zeros((0, len(tags), len(Role)), np.float32), np.zeros(0, np.float32)
        if cues:
            roles, real = self._roles.run(
                ["roles", "real"], {"vectors": vectors, "tags": tags, "cues": np.asarray(cues, dtype=np.int64)}
            )
        return WindowScores(start=window.start, end=window.end, tags=tags, cues=tuple(cues), roles=roles, real=real)


def read_settings(folder: Traversable) -> ModelSettings:
    settings: dict[str, Any] = json.loads(_read(folder, "settings.json"))
    decoding = settings["decoding"]
    return ModelSettings(
        version=settings["version"],
        window_pieces=settings["window_pieces"],
        context_pieces=settings["context_pieces"],
        decoding=DecodingSettings(**decoding | {"weights": tuple(decoding["weights"])}),
    )


def read_tokenizer(folder: Traversable) -> Tokenizer:
    """The tokenizer, set neither to cut off nor to pad."""
    tokenizer = Tokenizer.from_str(_read(folder, "tokenizer.json").decode("utf-8"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _start_session(folder: Traversable, name: str, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(_read(folder, name), options, providers=["CPUExecutionProvider"])


def _read(folder: Traversable, name: str) -> bytes:
    try:
        return folder.joinpath(name).read_bytes()
    except OSError as error:
        raise IncompleteModelError(name, str(folder)) from error
