"""Speed and peak memory of the export at two sizes, in one run; the store is generated.

    python -m bench.export --small 10000 --large 100000

Each size runs in a process of its own, for the peak of its memory. Speed counts CPU seconds of one core, so that what
else the machine does changes little. Beside it stands rdflib: the same N-Quads, parsed and serialised by it, on the
first statements of the file.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import click

from bench.apart import run_apart
from bench.figures import Figure, Sources
from bench.stores import fill_generated_store
from graph.rdf.export import Format, export_rdf
from graph.rdf.quadstore import QuadStore
from graph.rdf.tables import TableFormat, export_table
from graph.store import Store

BASELINE_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Statements, or rows of a table, and what it took to write them."""

    count: int
    cpu_seconds: float
    wall_seconds: float
    file_mb: float

    @property
    def per_cpu_second(self) -> float:
        return self.count / self.cpu_seconds


def measure(url: str, path: Path, name: str) -> Made:
    """Export in this process."""
    with Store.open(url) as store:
        started, wall = time.process_time(), time.perf_counter()
        if name in list(TableFormat):
            count = export_table(store, path, TableFormat(name))
        elif name == "quads":
            count = QuadStore(path).update(store).made
        else:
            count = export_rdf(store, path, Format(name))
    return Made(
        count=count,
        cpu_seconds=time.process_time() - started,
        wall_seconds=time.perf_counter() - wall,
        file_mb=0.0 if path.is_dir() else path.stat().st_size / 1e6,
    )


def figures(size: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks."""
    path = sources.scratch / "out.nq"
    ours = run_apart(measure, fill_generated_store(size, sources), path, "nq")
    yield Figure(
        value=ours.result.per_cpu_second,
        unit="statements per CPU second",
        peak_megabytes=ours.peak_megabytes,
        baseline="rdflib",
        baseline_value=run_apart(measure_rdflib, path).result,
    )


def measure_rdflib(path: Path) -> float:
    """Return the statements a CPU second at which rdflib serialises N-Quads."""
    from rdflib import Dataset

    with path.open(encoding="utf-8") as file:
        lines = "".join(islice(file, BASELINE_LINES))
    dataset = Dataset()
    dataset.parse(data=lines, format="nquads")
    started = time.process_time()
    dataset.serialize(io.BytesIO(), format="nquads")
    return sum(1 for _ in dataset.quads()) / (time.process_time() - started)


@click.command()
@click.option("--small", type=int, default=10_000, show_default=True, help="Attributions of the small store.")
@click.option("--large", type=int, default=100_000, show_default=True, help="Attributions of the large store.")
@click.option("--formats", default="nq", show_default=True, help="Comma-separated; quads is the store of sayso sparql.")
def main(small: int, large: int, formats: str) -> None:
    """Print a JSON line for each size and format, and one for rdflib."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for size in (small, large):
            started = time.process_time()
            url = fill_generated_store(size, Sources(scratch=folder))
            print(f"{size} attributions generated in {time.process_time() - started:.1f} CPU s", file=sys.stderr)
            for name in formats.split(","):
                run = run_apart(measure, url, folder / f"out-{size}.{name}", name)
                made = run.result
                found = asdict(made) | {
                    "peak_mb": run.peak_megabytes,
                    "per_cpu_second": made.per_cpu_second,
                    "per_second": made.count / made.wall_seconds,
                }
                rounded = {key: round(value, 1) for key, value in found.items()}
                print(json.dumps({"attributions": size, "format": name} | rounded))
        if "nq" in formats.split(","):
            rate = measure_rdflib(folder / f"out-{large}.nq")
            print(json.dumps({"baseline": "rdflib serialises N-Quads", "per_cpu_second": round(rate)}))


if __name__ == "__main__":
    main()
