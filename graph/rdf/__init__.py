"""The graph for other programs: RDF, its ontology and shapes, GraphML and CSV, and SPARQL over it."""
