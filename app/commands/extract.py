"""`sayso extract`: texts in, what is attributed to whom in them out. No store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import click

from app.context import ItemsFailed, complain, print_json

BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    """A text to read, or why there is none. `id` is given back as it came."""

    id: object
    text: str = ""
    problem: str | None = None


@click.command("extract")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path), default="-")
def extract_command(file: Path) -> None:
    """Read FILE (or stdin) and print one JSON line a text: its entities and attributions.

    FILE is plain text, or JSON Lines {"id": ..., "text": ...}. Offsets count code points of the text as given.
    """
    from nlp.annotation_json import annotation_to_dict
    from nlp.reader import Reader

    reader = None
    failed = False
    with click.open_file(str(file), "rb") as stream:
        for batch in _batches(_inputs(cast(BinaryIO, stream), "stdin" if str(file) == "-" else file.name)):
            good = [item for item in batch if item.problem is None]
            for item in batch:
                if item.problem is not None:
                    failed = True
                    complain(item.problem)
            reader = reader or Reader()
            for item, annotation in zip(good, reader.read(item.text for item in good), strict=True):
                print_json({"id": item.id, **annotation_to_dict(annotation)})
                if annotation.language not in (None, "en"):
                    failed = True
                    complain(
                        f"{item.id}: not read: its language seems to be '{annotation.language}'; sayso reads English"
                    )
    if failed:
        raise ItemsFailed


def _inputs(stream: BinaryIO, name: str) -> Iterator[_Input]:
    """JSON Lines if the first line is a JSON object, else the whole stream is one text."""
    first = stream.readline()
    if not _is_json_object(first):
        yield _decoded(first + stream.read(), name)
        return
    for number, line in enumerate(_chain(first, stream), start=1):
        if line.strip():
            yield _from_json(line, f"{name}:{number}")


def _chain(first: bytes, rest: BinaryIO) -> Iterator[bytes]:
    yield first
    yield from rest


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _decoded(raw: bytes, name: str) -> _Input:
    try:
        return _Input(id=name, text=raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _Input(id=name, problem=_not_utf8(name, error))


def _from_json(line: bytes, where: str) -> _Input:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _Input(id=where, problem=_not_utf8(where, error))
    except ValueError as error:
        return _Input(id=where, problem=f"{where}: not JSON: {error}")
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return _Input(id=where, problem=f'{where}: each line must be an object with "text", a string')
    return _Input(id=value.get("id", where), text=value["text"])


def _not_utf8(where: str, error: UnicodeDecodeError) -> str:
    return (
        f"{where}: not UTF-8 (byte {error.object[error.start]:#04x} at {error.start}); "
        "convert it first, for example with: iconv -f WINDOWS-1252 -t UTF-8"
    )


def _batches(items: Iterator[_Input]) -> Iterator[list[_Input]]:
    batch: list[_Input] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
