"""An annotation as JSON: what `sayso extract` prints for one text, apart from its id.

The shape is a contract with those who read it; docs/schemas holds it.
"""

from __future__ import annotations

from typing import Any

from nlp.annotation import Annotation, Attribution, Entity, Span


def annotation_to_dict(annotation: Annotation) -> dict[str, Any]:
    """`{"entities": [...], "attributions": [...]}`, spans as `[start, end]` in code points."""
    return {
        "entities": [_entity_to_dict(entity) for entity in annotation.entities],
        "attributions": [_attribution_to_dict(attribution) for attribution in annotation.attributions],
    }


def _entity_to_dict(entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": entity.name,
        "type": entity.type.value,
        "mentions": _spans_to_lists(entity.mentions),
    }


def _attribution_to_dict(attribution: Attribution) -> dict[str, Any]:
    return {
        "id": attribution.id,
        "source": _spans_to_lists(attribution.source),
        "cue": _spans_to_lists(attribution.cue),
        "content": _spans_to_lists(attribution.content),
        "addressee": _spans_to_lists(attribution.addressee),
        "source_entity": attribution.source_entity,
        "source_name": attribution.source_name,
        "source_type": attribution.source_type.value,
        "quotation_type": attribution.quotation_type.value,
        "attribution_type": attribution.attribution_type.value,
        "stance": attribution.stance.value,
        "about": list(attribution.about),
        "parent": attribution.parent,
        "confidence": attribution.confidence,
    }


def _spans_to_lists(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
