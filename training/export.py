"""Write a trained model as ONNX files with int8 weights.

Two graphs: `words.onnx` reads the pieces of one window into word vectors and tag scores; `roles.onnx` reads the roles
of its words for each of its cues. Both read one window at a time: int8 arithmetic scales by what it is given together,
so that results would depend on the batch.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from training.model import AttributionModel, Cues

OPSET = 17
KEPT_FLOAT = ("/roles/MatMul",)  # the biaffine scorer's stack of matrices; int8 by column is for single ones


class WordGraph(nn.Module):
    def __init__(self, model: AttributionModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, types: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
        """`ids` and `types` `[S]`, `first` `[T]` to `[T, H]` and `[T, 3]`."""
        states = self.model.encoder(ids[None], types[None], None)[0]
        words = states[first]
        return words, self.model.tagger(words)


class RoleGraph(nn.Module):
    def __init__(self, model: AttributionModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, words: Tensor, tags: Tensor, cues: Tensor) -> tuple[Tensor, Tensor]:
        """`words` `[T, H]`, `tags` `[T, 3]`, `cues` `[C, 2]` to `[C, T, 5]` and `[C]`."""
        made = Cues(torch.zeros_like(cues[:, 0]), cues[:, 0], cues[:, 1], torch.ones_like(cues[:, 0]).to(words.dtype))
        final, _, real = self.model.roles(words[None], tags[None], made)
        return final, real


def export_float(model: AttributionModel, folder: Path) -> None:
    """Write `words.onnx` and `roles.onnx` in full precision."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(5, 1000, (40,))
    first = torch.arange(1, 31)
    words, tags = torch.randn(30, model.shape.hidden), torch.randn(30, 3)
    _export(
        WordGraph(model),
        (ids, torch.zeros_like(ids), first),
        folder / "words.onnx",
        {"ids": {0: "pieces"}, "types": {0: "pieces"}, "first": {0: "words"}},
        {"vectors": {0: "words"}, "tags": {0: "words"}},
    )
    _export(
        RoleGraph(model),
        (words, tags, torch.tensor([[2, 4], [9, 10], [20, 23]])),
        folder / "roles.onnx",
        {"vectors": {0: "words"}, "tags": {0: "words"}, "cues": {0: "cues"}},
        {"roles": {0: "cues", 1: "words"}, "real": {0: "cues"}},
    )


def _export(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    names_in: dict[str, dict[int, str]],
    names_out: dict[str, dict[int, str]],
) -> None:
    torch.onnx.export(
        module.eval(),
        inputs,
        str(path),
        input_names=list(names_in),
        output_names=list(names_out),
        dynamic_axes=names_in | names_out,
        opset_version=OPSET,
        custom_opsets={"com.microsoft": 1},  # for its attention in one step
        dynamo=False,
    )


def quantize(source: Path, target: Path, *, reduce_range: bool) -> None:
    """Weights of matrices and embeddings to int8, matrices by column.

    `reduce_range` uses 7 of the 8 bits: processors without VNNI add up products of bytes in 16 bits, which overflow.
    On dev it costs 0.4 of cue F1 and gains 0.5 of attribution F1, that is, nothing; keeping the last layers in float
    changed nothing either.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in ("words.onnx", "roles.onnx"):
        prepared = target / f"prepared-{name}"
        quant_pre_process(str(source / name), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared),
            str(target / name),
            op_types_to_quantize=["MatMul", "Gather", "Gemm"],
            per_channel=True,
            reduce_range=reduce_range,
            nodes_to_exclude=list(KEPT_FLOAT),
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
        prepared.unlink()
        onnx.checker.check_model(str(target / name))
