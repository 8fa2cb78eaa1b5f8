from __future__ import annotations

import json

from nlp.annotation import (
    Annotation,
    Attribution,
    AttributionType,
    Entity,
    EntityType,
    Masthead,
    QuotationType,
    Reference,
    SourceType,
    Span,
    Stance,
)
from nlp.annotation_json import annotation_to_dict


def test_an_annotation_has_the_shape_of_the_contract() -> None:
    annotation = Annotation(
        language="en",
        entities=(Entity(id=0, name="David Sacks", type=EntityType.PERSON, mentions=(Span(0, 11), Span(40, 45))),),
        attributions=(
            Attribution(
                id=0,
                source=(Span(0, 11),),
                cue=(Span(12, 16),),
                content=(Span(26, 39),),
                sentence=Span(0, 46),
                addressee=(Span(17, 25),),
                source_entity=0,
                source_name="David Sacks",
                source_type=SourceType.NAMED_PERSON,
                quotation_type=QuotationType.MIXED,
                attribution_type=AttributionType.ASSERTION,
                stance=Stance.ASSERTS,
                about=(0,),
                parent=None,
                confidence=0.5,
            ),
        ),
        references=(Reference(span=Span(40, 45), entity=0, words=Span(0, 11), score=1.5, reasons=("subject",)),),
        masthead=Masthead(agency="NPA", reporters=("Ann Baker",)),
    )
    expected = """
    {"entities": [{"id": 0, "name": "David Sacks", "type": "PERSON", "mentions": [[0, 11], [40, 45]]}],
     "attributions": [
      {"id": 0, "source": [[0, 11]], "cue": [[12, 16]], "content": [[26, 39]], "addressee": [[17, 25]],
       "channel": [],
       "source_entity": 0, "source_name": "David Sacks", "source_type": "named_person",
       "affiliation": null,
       "quotation_type": "mixed", "attribution_type": "assertion", "stance": "asserts", "about": [0],
       "parent": null, "confidence": 0.5}],
     "references": [{"span": [40, 45], "entity": 0, "words": [0, 11], "score": 1.5, "reasons": ["subject"]}],
     "masthead": {"agency": "NPA", "place": null, "reporters": ["Ann Baker"], "editors": []}}
    """
    assert json.dumps(annotation_to_dict(annotation)) == json.dumps(json.loads(expected))
