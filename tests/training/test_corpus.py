from __future__ import annotations

from pathlib import Path

from nlp.annotation import Span
from training.corpus import digest_folder, read_folder, read_standoff

STANDOFF = (
    "T1\tSource 0 3\tAnn\nT2\tCue 4 8\tsaid\nT3\tContent 9 11;15 17\tit is\nT4\tAttribution 4 8\tsaid\n"
    "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
)


def write_corpus(folder: Path) -> Path:
    for name in ("text", "attributions"):
        (folder / name).mkdir()
    (folder / "text" / "a.txt").write_bytes(b"Ann said it \r\n is")
    (folder / "text" / "unread.txt").write_text("x")
    (folder / "attributions" / "a_lee.ann").write_text(STANDOFF)
    (folder / "attributions" / "a_kim.ann").write_text("E1\tAttribution-no-source:T4\n")
    return folder


def test_parts_of_an_event_are_its_spans() -> None:
    (one,) = read_standoff(STANDOFF)
    assert one.source == (Span(0, 3),)
    assert one.cue == (Span(4, 8),)
    assert one.content == (Span(9, 11), Span(15, 17))


def test_second_content_of_an_event_is_added() -> None:
    (one,) = read_standoff(STANDOFF.replace("Cue:T2", "Content2:T1 Cue:T2").replace(" Source:T1", ""))
    assert one.content == (Span(0, 3), Span(9, 11), Span(15, 17))
    assert one.source == ()


def test_event_of_another_kind_or_without_parts_is_left_out() -> None:
    assert read_standoff(STANDOFF.replace("E1\tAttribution:", "E1\tDiscuss:")) == ()
    assert read_standoff("\nE1\tAttribution-no-source:T4\nbroken\n") == ()


def test_article_has_each_annotators_version_and_its_own_line_ends(tmp_path: Path) -> None:
    (article,) = read_folder(write_corpus(tmp_path))
    assert article.text == "Ann said it \r\n is"
    assert [len(version) for version in article.versions] == [0, 1]


def test_digest_changes_with_an_annotation(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path)
    before = digest_folder(folder)
    assert digest_folder(folder) == before
    (folder / "attributions" / "a_lee.ann").write_text("")
    assert digest_folder(folder) != before
