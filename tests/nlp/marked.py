"""Reading texts whose attributions are marked by hand (`bench.gold` has the form), so that what is made of them is
tested whatever a model finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.language import Language

from bench.gold import parse_gold_text
from nlp.annotation import Annotation, Span
from nlp.frames import Frame
from nlp.reader import Reader


class MarkedFinder:
    """Finds in each text what is marked in it; give the marked texts first."""

    version = "marks"

    def __init__(self, marked: Iterable[str]) -> None:
        golds = [parse_gold_text(text, pattern="", country="") for text in marked]
        self.texts = [gold.text for gold in golds]
        self._frames = {
            gold.text: [
                Frame(
                    source=tuple(Span(*span) for span in one["source"]),
                    cue=tuple(Span(*span) for span in one["cue"]),
                    content=tuple(Span(*span) for span in one["content"]),
                    confidence=0.9,
                )
                for one in gold.attributions
            ]
            for gold in golds
        }

    def read(self, texts: Iterable[str]) -> Iterator[list[Frame]]:
        for text in texts:
            yield sorted(self._frames[text], key=lambda frame: frame.cue)


def read_marked(pipeline: Language, marked: str) -> tuple[str, Annotation]:
    finder = MarkedFinder([marked])
    (annotation,) = Reader(pipeline, finder).read(finder.texts)
    return finder.texts[0], annotation
