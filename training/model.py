"""The reader of attributions as a PyTorch module: encoder, cue tagger, and roles for each cue.

Shapes: S pieces of a window, T its words, C its cues, H the encoder's width, D the width of the role reader.

1. A BERT encoder reads the pieces. How each word is written (`nlp.windows.Case`) comes in as its token type, since the
   vocabulary has lower case only. A word is the vector of its first piece.
2. A linear layer gives each word a `Tag`: begins a cue, goes on with one, or neither.
3. For each cue a biaffine scorer with a bias by distance gives each word a first score for each `Role`; then a small
   network reads the words once more with that cue marked, with these scores, and with what the other cues of the
   window claim, and gives the final scores. It also says whether the cue is one at all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from nlp.decoding import Role, Tag
from nlp.windows import Case

FARTHEST = 96  # words: distances beyond count as this
CONTENT = slice(Role.BEGIN_CONTENT, Role.INSIDE_CONTENT + 1)
SOURCE = slice(Role.BEGIN_SOURCE, Role.INSIDE_SOURCE + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of a model; stored beside its weights."""

    hidden: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    vocabulary: int = 30522
    positions: int = 512
    norm_epsilon: float = 1e-12
    dropout: float = 0.1
    word_dropout: float = 0.2
    biaffine: int = 192
    role: int = 128
    role_heads: int = 4

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Dropout(nn.Module):
    """Dropout with masks of random bytes: PyTorch's own takes half of a step's time on a CPU.

    `reseed` makes a step the same whenever it is run, so that a resumed training goes on as it would have.
    """

    generator: ClassVar[np.random.Generator] = np.random.default_rng(0)

    def __init__(self, share: float) -> None:
        super().__init__()
        self.dropped = round(share * 256)  # of 256

    @classmethod
    def reseed(cls, *numbers: int) -> None:
        cls.generator = np.random.default_rng(numbers)

    def forward(self, states: Tensor) -> Tensor:
        if not self.training or not self.dropped:
            return states
        noise = torch.frombuffer(bytearray(self.generator.bytes(states.numel())), dtype=torch.uint8)
        kept = (noise >= self.dropped).view(states.shape).to(states.dtype)
        return states * kept.mul_(256 / (256 - self.dropped))


class EncoderLayer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.drop = Dropout(shape.dropout)
        self.mixed = nn.Linear(shape.hidden, 3 * shape.hidden)  # queries, keys and values
        self.attended = nn.Linear(shape.hidden, shape.hidden)
        self.attended_norm = nn.LayerNorm(shape.hidden, eps=shape.norm_epsilon)
        self.wide = nn.Linear(shape.hidden, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.hidden)
        self.narrow_norm = nn.LayerNorm(shape.hidden, eps=shape.norm_epsilon)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        attended = self.attended(attend(self.mixed(states), self.heads, mask))
        states = self.attended_norm(states + self.drop(attended))
        return self.narrow_norm(states + self.drop(self.narrow(functional.gelu(self.wide(states)))))


def attend(mixed: Tensor, heads: int, mask: Tensor | None) -> Tensor:
    """Self-attention over `[B, S, 3H]`; `mask` `[B, 1, 1, S]` is true where there is something."""
    if torch.onnx.is_in_onnx_export():
        return OneStepAttention.apply(*mixed.split(mixed.shape[-1] // 3, -1), heads)
    batch, length, width = mixed.shape
    parts = mixed.view(batch, length, 3, heads, width // 3 // heads).permute(2, 0, 3, 1, 4)
    out = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
    return out.transpose(1, 2).reshape(batch, length, width // 3)


class OneStepAttention(torch.autograd.Function):
    """Attention without a mask as one step of ONNX Runtime's own, which never holds all weights at once.

    Exported step by step it takes a quarter of the encoder's time, as this half of that.
    """

    @staticmethod
    def forward(ctx: object, queries: Tensor, keys: Tensor, values: Tensor, heads: int) -> Tensor:  # noqa: ARG004
        return torch.empty_like(queries)  # only the shape counts while exporting

    @staticmethod
    def symbolic(g: Any, queries: Any, keys: Any, values: Any, heads: int) -> Any:
        out = g.op("com.microsoft::MultiHeadAttention", queries, keys, values, num_heads_i=heads)
        return out.setType(queries.type())


class Encoder(nn.Module):
    """BERT without its pooler, with a token type for each `Case`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.drop = Dropout(shape.dropout)
        self.piece = nn.Embedding(shape.vocabulary, shape.hidden)
        self.position = nn.Embedding(shape.positions, shape.hidden)
        self.case = nn.Embedding(len(Case), shape.hidden)
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.norm_epsilon)
        self.layers = nn.ModuleList(EncoderLayer(shape) for _ in range(shape.layers))

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None) -> Tensor:
        """`ids` and `types` `[B, S]` to `[B, S, H]`."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        states = self.norm(self.piece(ids) + self.position(positions)[None] + self.case(types))
        states = self.drop(states)
        for layer in self.layers:
            states = layer(states, mask)
        return states


class RoleLayer(nn.Module):
    """Words see their neighbours, then all words of the window, then are thought over. `[C, T, D]` to the same."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.drop = Dropout(dropout)
        self.near_norm = nn.LayerNorm(width)
        self.near = nn.Linear(3 * width, width)
        self.attention_norm = nn.LayerNorm(width)
        self.mixed = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.inner_norm = nn.LayerNorm(width)
        self.wide = nn.Linear(3 * width, 2 * width)
        self.narrow = nn.Linear(2 * width, width)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        near = functional.gelu(self.near(with_neighbours(self.near_norm(states))))
        states = states + self.drop(near)
        attended = attend(self.mixed(self.attention_norm(states)), self.heads, mask)
        states = states + self.drop(self.attended(attended))
        inner = self.narrow(functional.gelu(self.wide(with_neighbours(self.inner_norm(states)))))
        return states + self.drop(inner)


def with_neighbours(states: Tensor) -> Tensor:
    """Each word beside those before and behind it: `[C, T, D]` to `[C, T, 3D]`, zeros at the edges."""
    padded = functional.pad(states, (0, 0, 1, 1))
    return torch.cat([padded[:, :-2], states, padded[:, 2:]], -1)


class Cues(NamedTuple):
    """The cues that roles are read for, C of them, in windows of a batch."""

    windows: Tensor  # number of each cue's window in the batch
    starts: Tensor  # its first word, counted from the window's first
    ends: Tensor  # the one behind its last
    present: Tensor  # 1.0, or 0.0 for one that only fills up a batch


class RoleReader(nn.Module):
    """Roles of the words of windows for each of their cues."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        wide, width = shape.biaffine, shape.role
        self.of_cue = nn.Sequential(nn.Linear(2 * shape.hidden, wide), nn.GELU(), Dropout(shape.word_dropout))
        self.of_word = nn.Sequential(nn.Linear(shape.hidden, wide), nn.GELU(), Dropout(shape.word_dropout))
        self.biaffine = nn.Parameter(torch.randn(len(Role), wide + 1, wide + 1) * 0.02)
        self.pair_scale = 4.0 / math.sqrt(wide + 1)
        self.distance_bias = nn.Embedding(2 * FARTHEST + 2, len(Role))
        self.cue_in = nn.Linear(wide, width)
        self.word_in = nn.Linear(wide, width)
        self.both_cue = nn.Linear(wide, width)
        self.both_word = nn.Linear(wide, width)
        self.both_in = nn.Linear(width, width)
        self.distance_in = nn.Embedding(2 * FARTHEST + 2, width)
        self.scores_in = nn.Linear(len(Role) + 2 + len(Tag), width)
        self.layer = RoleLayer(width, shape.role_heads, shape.dropout)
        self.norm = nn.LayerNorm(width)
        self.role_out = nn.Linear(width, len(Role))
        self.cue_out = nn.Linear(width, 1)
        for embedding in (self.distance_bias, self.distance_in):
            nn.init.normal_(embedding.weight, std=0.02)

    def forward(
        self, words: Tensor, tags: Tensor, cues: Cues, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Read the roles that words have for cues.

        `words` `[B, T, H]`; `tags` `[B, T, 3]`, the cue tagger's scores; `mask` `[B, T]` is true where there is a word.
        Gives final role scores `[C, T, 5]`, first ones, and a score for each cue `[C]` that it is one (log-odds).
        """
        windows, starts, ends = cues.windows, cues.starts, cues.ends
        cue = self.of_cue(torch.cat([words[windows, starts], words[windows, ends - 1]], -1))
        word = self.of_word(words)
        distances = measure_distances(starts, ends, words.shape[1])
        first = self._score_pairs(cue, word[windows]) + self.distance_bias(distances)
        states = (
            self.cue_in(cue)[:, None]
            + self.word_in(word)[windows]
            + self.both_in(self.both_cue(cue)[:, None] * self.both_word(word)[windows])
            + self.distance_in(distances)
            + self.scores_in(gather_scores(first, tags.softmax(-1), cues))
        )
        states = self.norm(self.layer(states, None if mask is None else mask[windows][:, None, None, :]))
        inside = (distances == 2 * FARTHEST + 1).to(states.dtype)
        middle = (inside[..., None] * states).sum(1) / inside.sum(1, keepdim=True)
        return first + self.role_out(states), first, self.cue_out(middle)[:, 0]

    def _score_pairs(self, cue: Tensor, word: Tensor) -> Tensor:
        """`[C, d]` with `[C, T, d]` to `[C, T, R]`."""
        cue = functional.pad(cue, (0, 1), value=1.0)
        word = functional.pad(word, (0, 1), value=1.0)
        sides = torch.matmul(cue, self.biaffine).transpose(0, 1)  # [C, R, d]
        pairs = torch.matmul(word, sides.transpose(1, 2))
        return pairs * self.pair_scale


def gather_scores(first: Tensor, tags: Tensor, cues: Cues) -> Tensor:
    """First scores, what other cues of the window claim as source and as content, and tags: `[C, T, 5 + 2 + 3]`."""
    own = first.softmax(-1)
    is_cue = tags[cues.windows, cues.starts, Tag.BEGIN] * cues.present
    claims = torch.stack([own[..., SOURCE].sum(-1), own[..., CONTENT].sum(-1)], -1) * is_cue[:, None, None]
    if tags.shape[0] == 1:
        everyone = claims.sum(0, keepdim=True)
    else:
        everyone = claims.new_zeros(tags.shape[0], *claims.shape[1:]).index_add(0, cues.windows, claims)[cues.windows]
    return torch.cat([first, everyone - claims, tags[cues.windows]], -1)


def measure_distances(starts: Tensor, ends: Tensor, length: int) -> Tensor:
    """Signed distances from each cue to each word as indices `[C, T]`; words of the cue have the last one."""
    words = torch.arange(length, device=starts.device)[None]
    before = (words - starts[:, None]).clamp(min=-FARTHEST, max=0)
    behind = (words - ends[:, None] + 1).clamp(min=0, max=FARTHEST)
    is_inside = (words >= starts[:, None]) & (words < ends[:, None])
    return torch.where(is_inside, 2 * FARTHEST + 1, before + behind + FARTHEST)


class AttributionModel(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.drop = Dropout(shape.word_dropout)
        self.tagger = nn.Linear(shape.hidden, len(Tag))
        self.roles = RoleReader(shape)

    def read_words(self, ids: Tensor, types: Tensor, mask: Tensor | None, first: Tensor) -> tuple[Tensor, Tensor]:
        """Read `ids`, `types` and `mask` `[B, S]` and `first` `[B, T]`.

        Gives word vectors `[B, T, H]` and tag scores `[B, T, 3]`.
        """
        states = self.encoder(ids, types, None if mask is None else mask[:, None, None, :])
        index = first[..., None].expand(-1, -1, states.shape[-1])
        words = self.drop(torch.gather(states.float(), 1, index))
        return words, self.tagger(words)


def load_encoder(model: AttributionModel, folder: Path) -> None:
    """Fill the encoder from a folder with a BERT model's `model.safetensors`."""
    weights = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("bert."): tensor for name, tensor in weights.items()}
    encoder = model.encoder
    embeddings = "embeddings"
    with torch.no_grad():
        encoder.piece.weight.copy_(weights[f"{embeddings}.word_embeddings.weight"])
        encoder.position.weight.copy_(weights[f"{embeddings}.position_embeddings.weight"])
        encoder.case.weight.copy_(weights[f"{embeddings}.token_type_embeddings.weight"][:1].expand(len(Case), -1))
        _copy(encoder.norm, weights, f"{embeddings}.LayerNorm")
        for number, layer in enumerate(encoder.layers):
            place = f"encoder.layer.{number}"
            for kind in ("weight", "bias"):
                parts = [weights[f"{place}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
                getattr(layer.mixed, kind).copy_(torch.cat(parts))
            _copy(layer.attended, weights, f"{place}.attention.output.dense")
            _copy(layer.attended_norm, weights, f"{place}.attention.output.LayerNorm")
            _copy(layer.wide, weights, f"{place}.intermediate.dense")
            _copy(layer.narrow, weights, f"{place}.output.dense")
            _copy(layer.narrow_norm, weights, f"{place}.output.LayerNorm")


def load_checkpoint(checkpoint: Path) -> AttributionModel:
    """The model that `training.train` wrote as `epoch-N.pt`."""
    saved = torch.load(checkpoint, weights_only=True)
    model = AttributionModel(Shape(**json.loads(saved["shape"])))
    model.load_state_dict(saved["weights"])
    return model.eval()


def _copy(module: nn.Module, weights: dict[str, Tensor], name: str) -> None:
    module.get_parameter("weight").copy_(weights[f"{name}.weight"])
    module.get_parameter("bias").copy_(weights[f"{name}.bias"])


def pad_batch(rows: Sequence[Sequence[int]], step: int = 1) -> Tensor:
    """Rows of different lengths as one tensor, zeros at the ends, its width a multiple of `step`."""
    width = -(-max(map(len, rows)) // step) * step
    padded = torch.zeros(len(rows), width, dtype=torch.long)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = torch.tensor(row)
    return padded
