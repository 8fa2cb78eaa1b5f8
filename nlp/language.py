"""The language of a text, as far as it can be told.

Only English is read further. A text is kept out of the reader only where the identifier is sure: the loss of
an English article is worse than a poor reading of another one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

READ_LANGUAGE = "en"
SAMPLE_CHARACTERS = 2_000  # of the start: enough to tell, and a constant cost on long texts
SHORTEST_CHARACTERS = 200  # below that, names decide, and headlines come out as any language
# PolNeAR train and dev (924 articles): all come out as English, the least sure with 0.93.
SURE = 0.9


def identify_language(text: str) -> str | None:
    """ISO 639-1 code, or `None` where the text is too short or the identifier not sure."""
    if len(text) < SHORTEST_CHARACTERS:
        return None
    # Without lone surrogates, which have no UTF-8.
    sample = text[:SAMPLE_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    language, probability = load_identifier().classify(sample)
    return str(language) if probability >= SURE else None


@cache
def load_identifier() -> Any:
    """py3langid's identifier with probabilities; it has no types. Loading it takes as long as reading two articles."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
