"""Take up a shipped model again: `python -m training.restore --out FILE.pt`.

Reads the int8 weights of `nlp/models/attributions` back into the PyTorch module that they were exported from, so that
it can teach another, or be trained further, by whoever lacks the checkpoints of its training. What rounding to int8
lost stays lost: on dev some half a point of attribution F1.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from training.model import AttributionModel, Shape

SHIPPED = Path("nlp/models/attributions")
GRAPHS = ("words.onnx", "roles.onnx")
QUANTIZED = "_quantized"


def restore(folder: Path) -> AttributionModel:
    """The model whose graphs lie in `folder`, in float.

    Raises:
        RuntimeError: the graphs are not of a model of the shape that `training.model` has now.
    """
    weights: dict[str, Tensor] = {}
    for name in GRAPHS:
        weights |= {key: torch.from_numpy(value) for key, value in read_weights(onnx.load(folder / name))}
    layers = len({key.split(".")[2] for key in weights if key.startswith("encoder.layers.")})
    model = AttributionModel(Shape(layers=layers))
    model.load_state_dict(weights)
    model.eval()
    return model


def read_weights(graph: onnx.ModelProto) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The parameters of a graph by their names in the module, in float.

    A matrix has lost its name to the exporter, but the step that uses it is named after its module.
    """
    kept = {one.name: numpy_helper.to_array(one).copy() for one in graph.graph.initializer}
    for name, value in kept.items():
        if name.startswith("model.") and value.dtype == np.float32 and not name.endswith("_scale"):
            yield name.removeprefix("model."), value
    for node in graph.graph.node:
        for name in node.input:
            if name in kept and name.endswith(QUANTIZED):
                value = _dequantize(kept, name.removesuffix(QUANTIZED))
                yield _name_parameter(node.name), value if node.op_type == "Gather" else value.T.copy()


def _dequantize(kept: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    values, zero, scale = (kept[name + part].astype(np.float32) for part in (QUANTIZED, "_zero_point", "_scale"))
    restored: NDArray[np.float32] = (values - zero) * scale
    return restored


def _name_parameter(node: str) -> str:
    """`/encoder/layers.0/wide/MatMul_quant` uses `encoder.layers.0.wide.weight`; a sequence repeats its own name."""
    parts = node.strip("/").split("/")[:-1]
    if len(parts) > 1 and parts[-1].startswith(f"{parts[-2]}."):
        del parts[-2]
    return ".".join([*parts, "weight"])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model's graphs")
    parser.add_argument("--out", type=Path, required=True, help="file to write, as training.train writes epoch-N.pt")
    options = parser.parse_args(arguments)
    model = restore(options.model)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"shape": model.shape.to_json(), "weights": model.state_dict()}, options.out)


if __name__ == "__main__":
    main()
