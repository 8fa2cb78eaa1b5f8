"""Text → Annotation: entities and attributions of one text. Pure: no network, no store."""
