"""What can go wrong in reading, named by what the caller does next.

NlpError
├── MissingModelError        nothing can be read until it is installed: stop the run
└── IncompleteModelError     a file of the attribution model is missing: stop the run, install again
"""

from __future__ import annotations


class NlpError(Exception):
    """Base of all errors of this room."""


class MissingModelError(NlpError):
    """The spaCy model is not installed or does not fit the installed spaCy. `model` is its name."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(
            f"spaCy model {model!r} cannot be loaded ({reason}). Install it, or name another English model "
            f"of spaCy 3.8 that is installed in the environment variable SAYSO_SPACY_MODEL."
        )
        self.model = model


class IncompleteModelError(NlpError):
    """The model of attributions lacks a file. `part` is its name."""

    def __init__(self, part: str, folder: str) -> None:
        super().__init__(f"the model of attributions lacks {part} in {folder}. Install sayso again.")
        self.part = part
