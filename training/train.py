"""Train the reader of attributions: `python -m training.train --data FOLDER --out FOLDER`.

FOLDER of the data holds `train/` and `dev/` (see `training.corpus`). Seeded; writes `checkpoint.pt` every few
minutes and goes on from it when started again; after each epoch writes the averaged weights as `epoch-N.pt`.

With `--written N` so many texts are written from patterns for each epoch and read among the annotated ones
(`training.written`). With `--start epoch-N.pt` a trained model is trained on; `--frozen N` leaves its embeddings and
first N layers as they are. With `--teacher epoch-N.pt --layers 4` a smaller model learns from a trained one
(`training.distil`).
"""

from __future__ import annotations

import argparse
import copy
import logging
import math
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from nlp.decoding import Tag, find_cues
from nlp.windows import find_marks
from training.corpus import read_folder
from training.distil import (
    KEPT_LAYERS,
    SAME_WORDS,
    SOFT_LABELS,
    compare_scores,
    compare_words,
    make_student,
)
from training.encoder import find_encoder, load_tokenizer
from training.examples import Example, TaughtCue, TokenizedArticle, make_examples, tokenize
from training.model import AttributionModel, Cues, Dropout, Shape, load_checkpoint, load_encoder, pad_batch
from training.written import read_patterns, write_articles

log = logging.getLogger("training")

# oneDNN compiles its kernels anew for each shape, which takes seconds: few shapes, so that the kernels are found again.
PAD_PIECES = 64
PAD_CUES = 16
NO_LABEL = -100
LENGTH_JITTER = 40  # pieces: windows of like length are read together, not always the same ones
WARM_UP = 0.06  # of all steps
CANDIDATE_BIAS = 1.0  # on the score of no cue, when candidates are drawn that are none
MOST_FALSE_CUES = 3  # of a window
MOVED_CUES = 0.3  # of the cues that the tagger draws otherwise than the annotator are read as it draws them
WORDS_A_WINDOW, ROLES_A_WINDOW, CUES_A_WINDOW = 60.0, 200.0, 8.0  # what the sums of losses are divided by
LOSSES = ("cue", "real", "role", "first")
FIRST_SCORES = 0.3  # weight of the loss on the biaffine scorer's own roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    data: Path
    encoder: Path
    out: Path
    epochs: int
    batch: int  # windows
    encoder_rate: float
    layer_decay: float  # of the rate from each layer of the encoder to the one below
    head_rate: float
    averaging: float  # of weights, a step
    seed: int
    articles: int | None  # the first so many only
    checkpoint_seconds: float
    threads: int
    start: Path | None
    frozen: int | None  # layers of the encoder that stay as they are, and its embeddings; none: all learns
    teacher: Path | None
    layers: int  # of the encoder; fewer than six only with a teacher
    written: int  # texts from patterns, an epoch


class Trainer:
    """All that changes while training, so that it can be saved and taken up again."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        torch.manual_seed(plan.seed)
        self.teacher = None if plan.teacher is None else load_checkpoint(plan.teacher).requires_grad_(False)
        self.model = self._make_model()
        if plan.frozen is not None:
            freeze(self.model, plan.frozen)
        self.averaged = copy.deepcopy(self.model).eval()
        self.optimizer = torch.optim.AdamW(group_parameters(self.model, plan), fused=True)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.step = self.epoch = self.batch_number = 0
        self.saved_at = time.monotonic()

    def _make_model(self) -> AttributionModel:
        if self.teacher is not None:
            return make_student(self.teacher, self.plan.layers)
        if self.plan.start is not None:
            return load_checkpoint(self.plan.start)
        model = AttributionModel(Shape())
        load_encoder(model, self.plan.encoder)
        return model

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "place": (self.step, self.epoch, self.batch_number),
        }
        new = self.plan.out / "checkpoint.new"
        torch.save(state, new)
        new.replace(self.plan.out / "checkpoint.pt")
        self.saved_at = time.monotonic()

    def resume(self) -> None:
        path = self.plan.out / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch, self.batch_number = state["place"]
        log.info("resumed at epoch %d batch %d", self.epoch, self.batch_number)

    def set_rates(self, steps: int) -> None:
        warm = max(1, int(WARM_UP * steps))
        share = min((self.step + 1) / warm, max(0.0, (steps - self.step) / max(1, steps - warm)))
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * share

    def average(self) -> None:
        keep = min(self.plan.averaging, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            pairs = zip(self.averaged.parameters(), self.model.parameters(), strict=True)
            ours, theirs = map(list, zip(*pairs, strict=True))
            torch._foreach_lerp_(ours, theirs, 1 - keep)


def freeze(model: AttributionModel, layers: int) -> None:
    """Let the encoder's embeddings and its first `layers` layers learn nothing more."""
    encoder = model.encoder
    for module in (encoder.piece, encoder.position, encoder.case, encoder.norm, *encoder.layers[:layers]):
        module.requires_grad_(False)


def group_parameters(model: AttributionModel, plan: Plan) -> list[dict[str, Any]]:
    """Learning rates fall from the heads through the layers down to the embeddings; norms and biases do not decay."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = plan.head_rate
        if name.startswith("encoder."):
            depth = model.shape.layers - int(name.split(".")[2]) - 1 if ".layers." in name else model.shape.layers
            rate = plan.encoder_rate * plan.layer_decay**depth
        if name == "encoder.case.weight":
            rate = plan.encoder_rate  # has yet to learn what case means
        decay = 0.01 if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]


def make_batches(
    articles: Sequence[TokenizedArticle], tokenizer: Tokenizer, plan: Plan, epoch: int
) -> list[list[Example]]:
    """The batches of one epoch; the same for the same seed and epoch."""
    rng = random.Random(plan.seed * 1000 + epoch)
    written = tokenize(write_articles(read_patterns(), plan.written, rng), tokenizer) if plan.written else []
    examples = list(make_examples([*articles, *written], rng, find_marks(tokenizer)))
    examples.sort(key=lambda example: len(example.window.ids) + rng.random() * LENGTH_JITTER)
    batches = [examples[at : at + plan.batch] for at in range(0, len(examples), plan.batch)]
    rng.shuffle(batches)
    return batches


def read_losses(
    model: AttributionModel, batch: Sequence[Example], rng: random.Random, teacher: AttributionModel | None = None
) -> dict[str, Tensor]:
    """The parts of the loss, each a mean over windows. `teacher` says beside the annotators what is right."""
    ids = pad_batch([example.window.ids for example in batch], PAD_PIECES)
    types = pad_batch([example.window.types for example in batch], PAD_PIECES)
    first = pad_batch([example.window.first for example in batch], PAD_PIECES)
    mask = _mask(ids, [len(example.window.ids) for example in batch])
    word_mask = _mask(first, [len(example.tags) for example in batch])
    with half_precision():
        words, tags = model.read_words(ids, types, mask, first)
    tags = tags.float()
    wanted = pad_batch([example.tags for example in batch], PAD_PIECES)
    losses = {name: torch.zeros(()) for name in LOSSES}  # a batch may have no cue at all
    losses["cue"] = functional.cross_entropy(tags[word_mask], wanted[word_mask], reduction="sum") / WORDS_A_WINDOW
    taught_by = None if teacher is None else _ask_teacher(teacher, ids, types, mask, first)
    if taught_by is not None:
        losses["words"] = SAME_WORDS * compare_words(words[word_mask].float(), taught_by[0][word_mask].float())
        losses["words"] /= WORDS_A_WINDOW
        losses["soft"] = SOFT_LABELS * compare_scores(tags[word_mask], taught_by[1][word_mask]) / WORDS_A_WINDOW
    places, cues = [], []
    for row, example in enumerate(batch):
        taught, false = draw_cues(example, tags[row, : len(example.tags)], rng)
        places += [row] * (len(taught) + len(false))
        cues += [*taught, *false]
    if cues:
        losses |= _read_role_losses(model, words, tags.detach(), word_mask, places, cues, teacher, taught_by)
    return {name: loss / len(batch) for name, loss in losses.items()}


def _read_role_losses(
    model: AttributionModel,
    words: Tensor,
    tags: Tensor,
    mask: Tensor,
    places: list[int],
    cues: list[TaughtCue],
    teacher: AttributionModel | None,
    taught_by: tuple[Tensor, Tensor] | None,
) -> dict[str, Tensor]:
    filling = -len(cues) % PAD_CUES
    made = Cues(
        windows=torch.tensor(places + [0] * filling),
        starts=torch.tensor([cue.start for cue in cues] + [0] * filling),
        ends=torch.tensor([cue.end for cue in cues] + [1] * filling),
        present=torch.tensor([1.0] * len(cues) + [0.0] * filling),
    )
    with half_precision():
        final, first, real = model.roles(words, tags, made, mask)
    is_cue = torch.tensor([float(cue.is_cue) for cue in cues])
    real = real[: len(cues)].float()
    losses = {"real": functional.binary_cross_entropy_with_logits(real, is_cue, reduction="sum") / CUES_A_WINDOW}
    wanted = torch.full(final.shape[:2], NO_LABEL)
    for number, cue in enumerate(cues):
        if cue.roles is not None:
            wanted[number, : len(cue.roles)] = torch.tensor(cue.roles)
    for name, scores in (("role", final), ("first", first)):
        flat = scores.float().flatten(0, 1)
        losses[name] = (
            functional.cross_entropy(flat, wanted.flatten(), ignore_index=NO_LABEL, reduction="sum") / ROLES_A_WINDOW
        )
    if teacher is not None and taught_by is not None:
        with torch.no_grad(), half_precision():
            said, _, _ = teacher.roles(*taught_by, made, mask)
        seen = mask[made.windows][: len(cues)]
        ours, theirs = final[: len(cues)].float()[seen], said[: len(cues)].float()[seen]
        losses["soft role"] = SOFT_LABELS * compare_scores(ours, theirs) / ROLES_A_WINDOW
    return losses


def _ask_teacher(
    teacher: AttributionModel, ids: Tensor, types: Tensor, mask: Tensor, first: Tensor
) -> tuple[Tensor, Tensor]:
    with torch.no_grad(), half_precision():
        words, tags = teacher.read_words(ids, types, mask, first)
    return words, tags.float()


def _mask(padded: Tensor, lengths: Sequence[int]) -> Tensor:
    return torch.arange(padded.shape[1])[None] < torch.tensor(lengths)[:, None]


def draw_cues(example: Example, tags: Tensor, rng: random.Random) -> tuple[list[TaughtCue], list[TaughtCue]]:
    """The annotated cues, some of them as the tagger draws them now, and some that it draws where there are none."""
    drawn = find_cues(tags.detach().numpy(), CANDIDATE_BIAS)
    rng.shuffle(drawn)
    cues = []
    for cue in example.cues:
        over = [(start, end) for start, end in drawn if start < cue.end and cue.start < end]
        if over and over[0] != (cue.start, cue.end) and rng.random() < MOVED_CUES:
            cue = replace(cue, start=over[0][0], end=over[0][1])
        cues.append(cue)
    inside = [number for number, tag in enumerate(example.tags) if tag != Tag.OUTSIDE]
    false = [
        TaughtCue(start=start, end=end, roles=None, is_cue=False)
        for start, end in drawn
        if not any(start <= number < end for number in inside)
    ]
    return cues, false[:MOST_FALSE_CUES]


def half_precision() -> torch.autocast:
    """Halves a step's time on processors that reckon with bfloat16; on others it would take five times as long."""
    is_quick = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_quick)


def train(plan: Plan) -> None:
    torch.set_num_threads(plan.threads)
    plan.out.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(plan.encoder)
    articles = tokenize(read_folder(plan.data / "train")[: plan.articles], tokenizer)
    trainer = Trainer(plan)
    trainer.resume()
    steps = plan.epochs * len(make_batches(articles, tokenizer, plan, 0))
    log.info("%d articles, some %d steps, %s", len(articles), steps, plan)
    while trainer.epoch < plan.epochs:
        batches = make_batches(articles, tokenizer, plan, trainer.epoch)
        _train_epoch(trainer, batches, steps)
        torch.save(
            {"shape": trainer.model.shape.to_json(), "weights": trainer.averaged.state_dict()},
            plan.out / f"epoch-{trainer.epoch}.pt",
        )
        trainer.epoch, trainer.batch_number = trainer.epoch + 1, 0
        trainer.save()


def _train_epoch(trainer: Trainer, batches: Sequence[Sequence[Example]], steps: int) -> None:
    model = trainer.model.train()
    started = time.monotonic()
    sums: dict[str, float] = {}
    for seen, number in enumerate(range(trainer.batch_number, len(batches)), start=1):
        trainer.set_rates(steps)
        Dropout.reseed(trainer.plan.seed, trainer.step)
        rng = random.Random(trainer.plan.seed + trainer.step)
        losses = read_losses(model, batches[number], rng, trainer.teacher)
        total = sum(
            (loss if name != "first" else FIRST_SCORES * loss for name, loss in losses.items()), start=torch.zeros(())
        )
        trainer.optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        trainer.optimizer.step()
        trainer.average()
        trainer.step += 1
        trainer.batch_number = number + 1
        for name, loss in losses.items():
            sums[name] = sums.get(name, 0.0) * 0.98 + float(loss.detach()) * 0.02
        if seen % 20 == 0:
            weight = 1 - 0.98**seen
            parts = " ".join(f"{name} {value / weight:.4f}" for name, value in sums.items())
            pace = (time.monotonic() - started) / seen
            log.info("epoch %d batch %d/%d %s %.2f s/step", trainer.epoch, number + 1, len(batches), parts, pace)
            if not math.isfinite(sum(sums.values())):
                raise ArithmeticError(f"the loss is no number at epoch {trainer.epoch} batch {number + 1}")
        if time.monotonic() - trainer.saved_at > trainer.plan.checkpoint_seconds:
            trainer.save()


# glibc gives big blocks back to the system and asks for them anew at each step, which halves the speed; threads that
# spin while they wait for each other take the time of those that work as soon as there are fewer cores than threads.
ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "OMP_WAIT_POLICY": "PASSIVE",
}


def set_environment() -> None:
    """Start this program again with the environment that it is fast in, unless it is there already."""
    if not ENVIRONMENT.keys() <= os.environ.keys():
        os.environ.update(ENVIRONMENT)
        os.execv(sys.executable, [sys.executable, "-m", "training.train", *sys.argv[1:]])  # noqa: S606


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--encoder", type=Path, help="folder with model.safetensors and tokenizer.json; else the package's"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--encoder-rate", type=float, default=1.5e-4)
    parser.add_argument("--layer-decay", type=float, default=0.9)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--averaging", type=float, default=0.995)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--articles", type=int)
    parser.add_argument("--checkpoint-seconds", type=float, default=180.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="a trained model's epoch-N.pt, to train on")
    parser.add_argument("--frozen", type=int, help="layers of the encoder that are left as they are")
    parser.add_argument("--teacher", type=Path, help="a trained model's epoch-N.pt, to learn from")
    parser.add_argument("--layers", type=int, default=6, choices=KEPT_LAYERS, help="of a student's encoder")
    parser.add_argument("--written", type=int, default=0, help="texts from patterns, an epoch")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    if options.layers != 6 and options.teacher is None:
        parser.error("--layers is for a student: name its --teacher")
    options.encoder = options.encoder or find_encoder()
    train(Plan(**vars(options)))


if __name__ == "__main__":
    set_environment()
    main()
