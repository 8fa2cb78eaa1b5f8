"""Article + Annotation → graph: store, claims, tracing, RDF. Owns the schema."""
