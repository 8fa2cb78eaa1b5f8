"""All benchmarks of speed and memory in one table: `make bench`, or

    python -m bench [--quick] [--only polling,linking] [--shared FOLDER] [--postgresql URL] [--out FILE.md|FILE.json]

Each is measured at three sizes, one after the other, every one in a process of its own, beside a baseline in the same
run: figures change from machine to machine, their ratio much less. Peak memory is that of sayso with all processes that
it starts, not that of the baseline. One that fails is in the table and does not keep the others from being measured;
the exit code is 1 then. What needs research data that is not part of the project is left out without it, and says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from bench.figures import Figure, Sources
from bench.machine import describe_machine

LONGEST_SECONDS = 3600.0  # one benchmark at one size


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`sizes` count what `of` says, `quick` are those of --quick. `needs` is a folder of the shared data."""

    name: str
    module: str
    function: str = "figures"
    of: str
    sizes: tuple[int, int, int]
    quick: tuple[int, int, int]
    needs: str | None = None

    def measure(self, size: int, sources: Sources) -> list[Figure]:
        return list(getattr(import_module(self.module), self.function)(size, sources))


_of_store = partial(Bench, of="attributions", sizes=(10_000, 30_000, 100_000), quick=(500, 1000, 2000))

BENCHES = (
    Bench(name="polling", module="bench.polling", of="feeds", sizes=(500, 1000, 2000), quick=(50, 100, 200)),
    Bench(name="extraction", module="bench.extraction", of="pages", sizes=(60, 120, 240), quick=(10, 20, 40),
          needs="feeds/pages"),
    Bench(name="reading", module="bench.reading", of="articles", sizes=(20, 40, 80), quick=(3, 6, 12),
          needs="polnear/dev/text"),
    _of_store(name="linking", module="bench.linking"),
    _of_store(name="tracing", module="bench.queries", function="figures_of_traces"),
    _of_store(name="export", module="bench.export"),
    _of_store(name="queries", module="bench.queries"),
    _of_store(name="dashboard", module="bench.dashboard_queries"),
    Bench(name="end to end", module="bench.end_to_end", of="articles", sizes=(50, 100, 200), quick=(4, 8, 16),
          needs="polnear"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: a figure, or in words why there is none."""

    bench: str
    size: str
    figure: Figure | None = None
    trouble: str | None = None
    has_failed: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        figure = self.figure
        if figure is None:
            return (self.bench, self.size, self.trouble or "", "", "", "", "")
        has_baseline = figure.baseline_value is not None
        return (
            self.bench,
            self.size,
            _show(figure.value),
            figure.unit,
            f"{figure.baseline}: {_show(figure.baseline_value or 0.0)}" if has_baseline else "none",
            f"{figure.ratio:.2f}" if figure.ratio is not None else "none",
            f"{figure.peak_megabytes:.0f} MB",
        )


HEADINGS = ("bench", "size", "figure", "unit", "baseline in the same run", "ratio", "peak memory")


def _show(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def measure_apart(bench: Bench, size: int, sources: Sources) -> list[Row]:
    """The rows of a benchmark at one size; of one that failed, with the last that it said."""
    named = f"{size:,} {bench.of}"
    if bench.needs is not None and (sources.shared is None or not (sources.shared / bench.needs).is_dir()):
        return [Row(bench=bench.name, size=named, trouble=f"left out: needs FOLDER/{bench.needs} (--shared FOLDER)")]
    command = [sys.executable, "-m", "bench", "--one", bench.name, str(size), "--scratch", str(sources.scratch)]
    for option, value in (("--shared", sources.shared), ("--postgresql", sources.postgresql)):
        command += [] if value is None else [option, str(value)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        words = f"failed: not done in {LONGEST_SECONDS:.0f} seconds"
        return [Row(bench=bench.name, size=named, trouble=words, has_failed=True)]
    if done.returncode != 0:
        said = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        words = f"failed ({done.returncode}): {said[:200]}"
        return [Row(bench=bench.name, size=named, trouble=words, has_failed=True)]
    return [Row(bench=bench.name, size=named, figure=Figure(**each)) for each in json.loads(done.stdout)]


def to_markdown(machine: dict[str, str], rows: Sequence[Row]) -> str:
    facts = [f"- {name}: {words}" for name, words in machine.items()]
    table = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells for row in rows)]
    lines = [" | ".join(("", *(cell.replace("|", "/") for cell in cells), "")).strip() for cells in table]
    return "\n".join(["# Figures of sayso", "", *facts, "", *lines, ""])


def to_json(machine: dict[str, str], rows: Sequence[Row]) -> str:
    shown = [asdict(row) | {"ratio": row.figure.ratio if row.figure else None} for row in rows]
    return json.dumps({"machine": machine, "rows": shown}, indent=2) + "\n"


def choose(names: str | None) -> list[Bench]:
    """Raises: click.UsageError, for a name that there is not."""
    if names is None:
        return list(BENCHES)
    by_name = {bench.name: bench for bench in BENCHES}
    unknown = [name for name in names.split(",") if name not in by_name]
    if unknown:
        raise click.UsageError(f"there is no benchmark {', '.join(unknown)}, only: {', '.join(by_name)}")
    return [by_name[name] for name in names.split(",")]


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes: whether all of it works, in some five minutes.")
@click.option("--only", metavar="NAMES", help=f"Some of: {','.join(bench.name for bench in BENCHES)}")
@click.option("--shared", type=click.Path(file_okay=False, path_type=Path), help="Research data (see CONTRIBUTING.md).")
@click.option("--postgresql", metavar="URL", help="A database that may be emptied, to measure instead of SQLite.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the table to FILE.md or FILE.json.")
@click.option("--one", type=(str, int), hidden=True)
@click.option("--scratch", type=click.Path(file_okay=False, path_type=Path), hidden=True)
def main(
    *,
    quick: bool,
    only: str | None,
    shared: Path | None,
    postgresql: str | None,
    out: Path | None,
    one: tuple[str, int] | None,
    scratch: Path | None,
) -> None:
    """Measure, and print one table."""
    if out is not None and out.suffix not in (".md", ".json"):
        raise click.UsageError("--out: a name that ends in .md or .json")
    if one is not None and scratch is not None:
        (bench,) = choose(one[0])
        figures = bench.measure(one[1], Sources(scratch=scratch, shared=shared, postgresql=postgresql))
        print(json.dumps([asdict(figure) for figure in figures]))
        return
    benches, machine, began = choose(only), describe_machine(postgresql), time.monotonic()
    tasks = [(bench, size) for bench in benches for size in (bench.quick if quick else bench.sizes)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        sources = Sources(scratch=Path(folder), shared=shared, postgresql=postgresql)
        for bench, size in track(tasks, "Measuring", console=Console(stderr=True)):
            for row in measure_apart(bench, size, sources):
                click.echo("  ".join(filter(None, row.cells)), err=True)
                rows.append(row)
    machine["took"] = f"{(time.monotonic() - began) / 60:.1f} minutes"
    table = to_markdown(machine, rows)
    click.echo(table, nl=False)
    if out is not None:
        out.write_text(to_json(machine, rows) if out.suffix == ".json" else table, encoding="utf-8")
    sys.exit(1 if any(row.has_failed for row in rows) else 0)


if __name__ == "__main__":
    main()
