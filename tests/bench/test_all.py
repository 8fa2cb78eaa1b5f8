"""The one table of all benchmarks: each figure beside its baseline, what is left out or failed said in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench import __main__ as table
from bench.__main__ import BENCHES, Bench, main

TRACING = next(bench for bench in BENCHES if bench.name == "tracing")
BROKEN = Bench(name="broken", module="bench.no_such_module", of="things", sizes=(1, 2, 3), quick=(1, 2, 3))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.timeout(600)
def test_each_size_has_a_figure_with_baseline_ratio_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Bench(**{name: getattr(TRACING, name) for name in Bench.__slots__} | {"quick": (100, 150, 200)})
    monkeypatch.setattr(table, "BENCHES", (small,))
    done = run("--quick", "--only", "tracing", "--out", str(tmp_path / "table.json"))
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "table.json").read_text())
    assert [row["size"] for row in written["rows"]] == [f"{size} attributions" for size in (100, 150, 200)]
    for row in written["rows"]:
        assert row["ratio"] == row["figure"]["value"] / row["figure"]["baseline_value"]
        assert row["figure"]["peak_megabytes"] > 20
    assert {"processor", "memory", "system", "Python", "SQLite", "commit"} <= written["machine"].keys()
    assert done.output.count("| tracing |") == 3


@pytest.mark.timeout(300)
def test_one_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "BENCHES", (BROKEN, *BENCHES))
    done = run("--quick", "--only", "broken,reading")
    assert done.exit_code == 1
    assert done.output.count("| broken | ") == 3
    assert "failed (2): Error: there is no benchmark broken" in done.output  # the other process knows it not
    assert "left out: needs FOLDER/polnear/dev/text (--shared FOLDER)" in done.output


def test_a_name_that_is_not_there_is_said() -> None:
    done = run("--only", "speed")
    assert done.exit_code == 2
    assert "there is no benchmark speed, only: polling, extraction" in done.output
