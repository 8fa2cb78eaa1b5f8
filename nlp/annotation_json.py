"""An annotation as JSON: what `sayso extract` prints for one text, apart from its id.

The shape is a contract with those who read it; docs/schemas holds it.
"""

from __future__ import annotations

from typing import Any

from nlp.annotation import Annotation, Attribution, Entity, Masthead, Reference, Span


def annotation_to_dict(annotation: Annotation) -> dict[str, Any]:
    """`{"entities": [...], "attributions": [...], ...}`, spans as `[start, end]` in code points."""
    return {
        "entities": [_entity_to_dict(entity) for entity in annotation.entities],
        "attributions": [_attribution_to_dict(attribution) for attribution in annotation.attributions],
        "references": [_reference_to_dict(reference) for reference in annotation.references],
        "masthead": _masthead_to_dict(annotation.masthead),
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
        "channel": _spans_to_lists(attribution.channel),
        "source_entity": attribution.source_entity,
        "source_name": attribution.source_name,
        "source_type": attribution.source_type.value,
        "affiliation": attribution.affiliation,
        "quotation_type": attribution.quotation_type.value,
        "attribution_type": attribution.attribution_type.value,
        "stance": attribution.stance.value,
        "about": list(attribution.about),
        "parent": attribution.parent,
        "confidence": attribution.confidence,
    }


def _reference_to_dict(reference: Reference) -> dict[str, Any]:
    return {
        "span": list(reference.span),
        "entity": reference.entity,
        "words": list(reference.words),
        "score": round(reference.score, 2),
        "reasons": list(reference.reasons),
    }


def _masthead_to_dict(masthead: Masthead) -> dict[str, Any]:
    return {
        "agency": masthead.agency,
        "place": masthead.place,
        "reporters": list(masthead.reporters),
        "editors": list(masthead.editors),
    }


def _spans_to_lists(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
