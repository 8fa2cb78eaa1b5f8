from __future__ import annotations

import subprocess
import sys

import pytest

from nlp.errors import MissingModelError
from nlp.models import MODEL_VARIABLE, SPACY_MODEL, load_pipeline, name_model


def test_the_environment_can_name_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    assert name_model() == SPACY_MODEL
    monkeypatch.setenv(MODEL_VARIABLE, "en_core_web_sm")
    assert name_model() == "en_core_web_sm"


def test_a_missing_model_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, "no_such_model")
    with pytest.raises(MissingModelError, match=r"no_such_model.*SAYSO_SPACY_MODEL"):
        load_pipeline()


def test_the_records_are_imported_without_spacy() -> None:
    code = (
        "import sys, nlp.annotation, nlp.annotation_json, nlp.errors, nlp.models;"
        "sys.exit(any(name.split('.')[0] in ('spacy', 'py3langid', 'numpy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
