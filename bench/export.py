"""Speed and peak memory of the export at two sizes, in one run; the store is generated.

    python -m bench.export --small 10000 --large 100000

Each size runs in a process of its own, for the peak of its memory. Speed counts CPU seconds of one core, so that what
else the machine does changes little. Beside it stands rdflib: the same N-Quads, parsed and serialised by it, on the
first statements of the file.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import click

from bench.generator import fill_store
from graph.rdf.export import Format, export_rdf
from graph.rdf.quadstore import QuadStore
from graph.rdf.tables import TableFormat, export_table
from graph.store import Store

BASELINE_LINES = 20_000


def measure(url: str, folder: str, name: str, send: Any) -> None:
    """Runs in a process of its own: export, and send how long it took and how much memory."""
    with Store.open(url) as store:
        started, wall = time.process_time(), time.perf_counter()
        path = Path(folder) / f"out.{name}"
        if name in list(TableFormat):
            count = export_table(store, path, TableFormat(name))
        elif name == "quads":
            quads = QuadStore(path)
            count = quads.update(store).made
        else:
            count = export_rdf(store, path, Format(name))
    send.put(
        {
            "count": count,
            "cpu_seconds": time.process_time() - started,
            "wall_seconds": time.perf_counter() - wall,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "file_mb": 0.0 if path.is_dir() else path.stat().st_size / 1e6,
        }
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
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for size in (small, large):
            url = f"sqlite:///{folder}/{size}.db"
            started = time.process_time()
            with Store.open(url) as store:
                made = fill_store(store, size)
            print(f"{made} attributions generated in {time.process_time() - started:.1f} CPU s", file=sys.stderr)
            for name in formats.split(","):
                send = context.Queue()
                process = context.Process(target=measure, args=(url, folder, name, send))
                process.start()
                found = send.get()
                process.join()
                found["per_cpu_second"] = found["count"] / found["cpu_seconds"]
                rounded = {key: round(value, 1) for key, value in found.items()}
                print(json.dumps({"attributions": made, "format": name} | rounded))
        if "nq" in formats.split(","):
            rate = measure_rdflib(Path(folder) / "out.nq")
            print(json.dumps({"baseline": "rdflib serialises N-Quads", "per_cpu_second": round(rate)}))


if __name__ == "__main__":
    main()
