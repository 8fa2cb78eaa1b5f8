"""Hand-annotated articles in brat standoff, as PolNeAR has them.

A folder holds `text/NAME.txt` and `attributions/NAME_ANNOTATOR.ann`. Everything stays where it lies; nothing is copied.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from nlp.annotation import Span

ROLES = ("source", "cue", "content")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """One attribution as an annotator drew it; spans in text order, of the source none where none is named."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    name: str
    text: str
    versions: tuple[tuple[Annotated, ...], ...]  # one an annotator, in the order of their names; at least one


def read_folder(folder: Path) -> list[Article]:
    """The annotated articles, by name. Offsets count the line ends as they are in the file."""
    versions: dict[str, list[tuple[Annotated, ...]]] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        standoff = path.read_bytes().decode("utf-8")
        versions.setdefault(path.stem.rsplit("_", 1)[0], []).append(read_standoff(standoff))
    return [
        Article(name=path.stem, text=path.read_bytes().decode("utf-8"), versions=tuple(versions[path.stem]))
        for path in sorted((folder / "text").glob("*.txt"))
        if path.stem in versions
    ]


def read_standoff(standoff: str) -> tuple[Annotated, ...]:
    """The attribution events of one brat file that have a cue or a content."""
    spans: dict[str, list[Span]] = {}
    events: list[list[str]] = []
    for line in standoff.splitlines():
        fields = line.split("\t")
        if line.startswith("T") and len(fields) > 1:
            bounds = (pair.split() for pair in fields[1].split(" ", 1)[1].split(";"))
            spans[fields[0]] = [Span(int(start), int(end)) for start, end in bounds]
        elif line.startswith("E") and len(fields) > 1 and fields[1].startswith("Attribution"):
            events.append(fields[1].split()[1:])
    read = (_read_event(arguments, spans) for arguments in events)
    return tuple(one for one in read if one.cue or one.content)


def _read_event(arguments: list[str], spans: dict[str, list[Span]]) -> Annotated:
    found: dict[str, list[Span]] = {role: [] for role in ROLES}
    for argument in arguments:
        name, span = argument.split(":")
        role = re.sub(r"\d+$", "", name).lower()
        if role in found:
            found[role] += spans.get(span, [])
    return Annotated(**{role: tuple(sorted(found[role])) for role in ROLES})


def digest_folder(folder: Path) -> str:
    """SHA-256 over names and contents of all files read: says which data a model was made from."""
    digest = hashlib.sha256()
    for path in sorted([*(folder / "text").glob("*.txt"), *(folder / "attributions").glob("*.ann")]):
        digest.update(f"{path.parent.name}/{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
