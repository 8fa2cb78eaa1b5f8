"""The model is loaded once for all tests of this room."""

from __future__ import annotations

import pytest
from spacy.language import Language

from nlp.models import load_pipeline
from nlp.reader import Reader


@pytest.fixture(scope="session")
def pipeline() -> Language:
    return load_pipeline()


@pytest.fixture(scope="session")
def reader(pipeline: Language) -> Reader:
    return Reader(pipeline)
