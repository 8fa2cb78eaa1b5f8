"""From training to the model that `nlp/` reads with: `python -m training.finish --run FOLDER --data FOLDER`.

Measures the float model on dev, sets decoding and confidence there, exports to int8, sets them again on the int8
model's own scores, and writes the files with their settings. Prints the figures that the model card gives.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from nlp.attribution_model import AttributionReader
from nlp.decoding import DecodingSettings
from nlp.windows import CONTEXT_PIECES, WINDOW_PIECES
from training.calibrate import (
    START,
    ScoredArticle,
    bin_confidence,
    decode,
    fit,
    judge_kept,
    score,
    score_crosswise,
)
from training.corpus import digest_folder, read_folder
from training.encoder import find_encoder, load_tokenizer
from training.evaluate import ReadWindow, load_scores, print_scores, read_windows, read_with_torch, save_scores
from training.examples import TokenizedArticle, tokenize
from training.export import export_float, quantize
from training.model import AttributionModel, load_checkpoint

GRAPHS = ("words.onnx", "roles.onnx")


def read_all(articles: Sequence[TokenizedArticle], read: ReadWindow, tokenizer: Tokenizer) -> list[ScoredArticle]:
    started = time.process_time()
    scored = [(article.words.spans, list(read_windows(article, read, tokenizer))) for article in articles]
    words = sum(len(article.article.text.split()) for article in articles)
    print(f"{words / (time.process_time() - started):.0f} words per CPU second", flush=True)
    return scored


def average(model: AttributionModel, other: AttributionModel) -> None:
    """Take the middle between two models of which one was trained on from the other.

    Source: Wortsman et al. 2022 (model soups): it keeps what the first knew and most of what the second has learnt.
    """
    others = other.state_dict()
    model.load_state_dict({name: (value + others[name]) / 2 for name, value in model.state_dict().items()})


def find_checkpoint(run: Path, epoch: int | None) -> Path:
    if epoch is None:
        epoch = max(int(path.stem.removeprefix("epoch-")) for path in run.glob("epoch-*.pt"))
    return run / f"epoch-{epoch}.pt"


def report(title: str, articles: Sequence[TokenizedArticle], scored: Sequence[ScoredArticle]) -> DecodingSettings:
    """Print figures with settings fitted on these articles, and with settings fitted on the other half."""
    decoded = [decode(article.article, one, START) for article, one in zip(articles, scored, strict=True)]
    settings = fit(decoded, START)
    print(f"{title}: {settings}")
    print_scores(f"{title}, fitted here", score(decoded, settings))
    crosswise, crosswise_error = score_crosswise(decoded, START)
    print_scores(f"{title}, fitted on the other half", crosswise)
    error, bins = bin_confidence(judge_kept(decoded, settings))
    print(f"{title}: expected calibration error {error:.3f}, fitted on the other half {crosswise_error:.3f}")
    print(" ".join(f"{sure:.2f}:{right:.2f}" for sure, right, _ in bins), flush=True)
    return settings


def write_settings(folder: Path, settings: DecodingSettings, data: str) -> None:
    weights = hashlib.sha256(b"".join((folder / name).read_bytes() for name in GRAPHS))
    content = {
        "version": f"attributions {weights.hexdigest()[:12]}",
        "window_pieces": WINDOW_PIECES,
        "context_pieces": CONTEXT_PIECES,
        "trained_on": data,
        "decoding": asdict(settings),
    }
    (folder / "settings.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parse(arguments)
    encoder, checkpoint = find_encoder(), find_checkpoint(options.run, options.epoch)
    torch.set_num_threads(options.threads)
    tokenizer = load_tokenizer(encoder)
    articles = tokenize(read_folder(options.data / "dev"), tokenizer)
    model = load_checkpoint(checkpoint)
    if options.average is not None:
        average(model, load_checkpoint(options.average))
    kept = checkpoint.with_suffix(".dev")
    if not kept.exists():
        save_scores(kept, read_all(articles, read_with_torch(model, START.cue_bias), tokenizer))
    settings = report("float", articles, load_scores(kept))
    if options.out is None:
        return
    work = checkpoint.with_suffix(".onnx")
    export_float(model, work)
    options.out.mkdir(parents=True, exist_ok=True)
    quantize(work, options.out, reduce_range=options.reduce_range)
    shutil.copy(encoder / "tokenizer.json", options.out / "tokenizer.json")
    digest = digest_folder(options.data / "train")
    write_settings(options.out, settings, digest)
    reader = AttributionReader(folder=options.out, threads=1)
    scored = read_all(articles, reader.read_window, tokenizer)
    save_scores(checkpoint.with_suffix(".int8"), scored)
    settings = report("int8", articles, scored)
    if options.least_confidence is not None:
        settings = replace(settings, least_confidence=options.least_confidence)
        decoded = [decode(article.article, one, START) for article, one in zip(articles, scored, strict=True)]
        print_scores(f"int8, above {options.least_confidence}", score(decoded, settings))
    write_settings(options.out, settings, digest)
    size = sum(path.stat().st_size for path in options.out.iterdir()) / 1e6
    print(f"{size:.1f} MB in {options.out}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder that training.train wrote to")
    parser.add_argument("--epoch", type=int, help="else the last")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--out", type=Path, help="folder for the model that nlp/ reads with; without it only dev is read"
    )
    parser.add_argument("--average", type=Path, help="the checkpoint that it was trained on from, to meet half-way")
    parser.add_argument("--least-confidence", type=float, help="instead of that of the best mean F1 on dev")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--reduce-range", action="store_true", help="7-bit weights, for processors without VNNI")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
