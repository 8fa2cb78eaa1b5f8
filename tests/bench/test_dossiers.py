"""The dossiers of data/gold stay right: what a trace of each must say was written before it was run."""

from __future__ import annotations

import json

from bench.dossiers import FOLDER, judge
from nlp.reader import Reader
from nlp.sentences import SentenceEncoder


def test_each_dossier_is_right_in_full() -> None:
    reader, encoder = Reader(), SentenceEncoder()
    wrong = {
        path.stem: lines
        for path in sorted(FOLDER.glob("*.json"))
        if (lines := judge(json.loads(path.read_text(encoding="utf-8")), reader, encoder, orders=1))
    }
    assert wrong == {}
