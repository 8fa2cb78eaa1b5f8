from __future__ import annotations

import spacy

from nlp.attribution_model import AttributionReader

TEXTS = ["The plant leaked, inspector Ada Brandt said.", "", "😀 Nobody was hurt, according to police.", "It rained."]


def test_component_is_found_by_name_and_says_what_the_reader_says() -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sayso_attributions")
    reader = AttributionReader()
    for text, doc in zip(TEXTS, pipeline.pipe(TEXTS, batch_size=2), strict=True):
        assert doc.text == text
        assert doc._.attributions == tuple(reader.read_text(text))
        assert pipeline(text)._.attributions == doc._.attributions
    assert [frame.source[0] for frame in pipeline(TEXTS[0])._.attributions] == [(18, 38)]
