"""The reader: texts in, one `Annotation` for each, in order.

Wires the room together and is the only place that runs the spaCy pipeline. Long texts are read in pieces; all
that outlives a piece is spans, so that memory depends on neither the length of a text nor the number of
texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from threadpoolctl import ThreadpoolController

from nlp.annotation import Annotation
from nlp.assembly import Reading, assemble, cut_boilerplate, read_doc
from nlp.boilerplate import NO_BOILERPLATE, find_boilerplate
from nlp.frames import Frame
from nlp.language import READ_LANGUAGE, identify_language, load_identifier
from nlp.models import load_pipeline, name_model
from nlp.pieces import PARAGRAPH_ENDS, cut_text

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

RULES_VERSION = 4  # of everything in this room that a result depends on: raise it with each change of results
BATCH_CHARACTERS = 200_000  # texts read together
PIPE_CHARACTERS = 50_000  # pieces parsed together; more buys no speed on a CPU, and costs memory


class Finder(Protocol):
    """Finds the attributions of texts: `nlp.attribution_model.AttributionReader`."""

    @property
    def version(self) -> str: ...

    def read(self, texts: Iterable[str]) -> Iterator[list[Frame]]: ...


class Reader:
    """Finds entities and attributions in English texts. Not to be shared between threads."""

    def __init__(
        self,
        pipeline: Language | None = None,
        finder: Finder | None = None,
        *,
        batch_characters: int = BATCH_CHARACTERS,
    ) -> None:
        self._pipeline = load_pipeline() if pipeline is None else pipeline
        self._finder = load_finder() if finder is None else finder
        self._batch_characters = batch_characters
        load_identifier()  # not with the first text, which would wait for it
        self._threads = ThreadpoolController()
        self.version = name_version(self._pipeline, self._finder)

    def read(self, texts: Iterable[str]) -> Iterator[Annotation]:
        """Yield one annotation a text, in order. Reads ahead by one batch."""
        for batch in group_by_length(texts, self._batch_characters):
            yield from self._read_batch(batch)

    def _read_batch(self, texts: list[str]) -> list[Annotation]:
        languages = [identify_language(text) for text in texts]
        numbers = [number for number, language in enumerate(languages) if language in (None, READ_LANGUAGE)]
        found = zip(numbers, self._finder.read(texts[number] for number in numbers), strict=True)
        hidden = {number: find_boilerplate(texts[number]) for number in numbers}
        places: list[_Piece] = []
        for number, frames in found:
            told = [cut for frame in frames if (cut := cut_boilerplate(frame, hidden[number])) is not None]
            places += [
                _Piece(number, offset, piece, _select_frames(told, offset, offset + len(piece)))
                for offset, piece in cut_text(texts[number])
            ]
        readings: dict[int, list[Reading]] = {}
        # Without the zone spaCy keeps every new word of every text for good; a smaller one would make them anew.
        with self._pipeline.memory_zone():
            for piece, reading in self._read_pieces(places):
                readings.setdefault(piece.number, []).append(reading)
        return [
            assemble(text, languages[number], readings.get(number, []), hidden.get(number, NO_BOILERPLATE))
            for number, text in enumerate(texts)
        ]

    def _read_pieces(self, pieces: list[_Piece]) -> Iterator[tuple[_Piece, Reading]]:
        at = 0
        for group in group_by_length((piece.text for piece in pieces), PIPE_CHARACTERS):
            yield from zip(pieces[at : at + len(group)], self._parse(pieces[at : at + len(group)]), strict=True)
            at += len(group)

    def _parse(self, pieces: list[_Piece]) -> list[Reading]:
        docs = (mark_paragraphs(self._pipeline.make_doc(piece.text)) for piece in pieces)
        parsed = self._pipeline.pipe(docs, batch_size=len(pieces))
        with self._threads.limit(limits=1, user_api="blas"):
            return [read_doc(doc, piece.offset, piece.frames) for piece, doc in zip(pieces, parsed, strict=True)]


@dataclass(frozen=True, slots=True)
class _Piece:
    number: int  # of its text in the batch
    offset: int
    text: str
    frames: list[Frame]  # those of the text whose cues begin in the piece


def _select_frames(frames: list[Frame], start: int, end: int) -> list[Frame]:
    return [frame for frame in frames if start <= frame.cue[0].start < end]


def group_by_length(texts: Iterable[str], limit: int) -> Iterator[list[str]]:
    """Group neighbours until a group has `limit` characters or more."""
    group: list[str] = []
    length = 0
    for text in texts:
        group.append(text)
        length += len(text)
        if length >= limit:
            yield group
            group, length = [], 0
    if group:
        yield group


def mark_paragraphs(doc: Doc) -> Doc:
    """Begin a sentence after each line end, so that neither parse nor name runs over it."""
    for at in doc.to_array("IS_SPACE").nonzero()[0].tolist():
        if at + 1 < len(doc) and any(mark in doc[at].text for mark in PARAGRAPH_ENDS):
            doc[at + 1].is_sent_start = True
    return doc


def load_finder() -> Finder:
    """The trained reader of attributions that comes with sayso."""
    from nlp.attribution_model import AttributionReader

    return AttributionReader()


def name_version(pipeline: Language, finder: Finder) -> str:
    """What results depend on: our rules, both models, spaCy. Stored with each annotation."""
    from importlib.metadata import version

    model = f"{name_model()} {pipeline.meta.get('version', 'unknown')}"
    return f"sayso rules {RULES_VERSION}; attributions {finder.version}; spacy {version('spacy')}; {model}"
