"""The bench of feedparser's corpus, on two small files of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import feed_corpus

RSS = """<!--
Header: Content-type: application/xml
Description: a title
Expect: feed['title'] == '{}'
-->
<rss version="2.0"><channel><title>Herald</title></channel></rss>"""


def test_it_counts_what_is_met_and_what_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wellformed").mkdir()
    (tmp_path / "wellformed" / "a.xml").write_text(RSS.format("Herald"))
    (tmp_path / "wellformed" / "b.xml").write_text(RSS.format("Gazette"))
    monkeypatch.setattr("sys.argv", ["feed_corpus", str(tmp_path)])
    assert feed_corpus.main() == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[1].split() == ["wellformed", "1", "1", "1", "2"]
    assert "entries that differ: 0" in shown
