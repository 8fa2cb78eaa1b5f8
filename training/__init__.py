"""Training of the reader of attributions: corpus in, ONNX files for `nlp/` out. Not imported at run time."""
