"""What a benchmark hands to the one table of all (`python -m bench`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# In the environment of a process that is to use one thread.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` is in units of `unit`, and so is `baseline_value`, which was measured in the same run."""

    value: float
    unit: str
    peak_megabytes: float
    baseline: str | None = None
    baseline_value: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if not self.baseline_value else self.value / self.baseline_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a benchmark finds what it measures on.

    `shared` has research data that is not part of the project, `scratch` is for what is made on the way and used again,
    `postgresql` is a database that may be emptied; without it, stores are SQLite files.
    """

    scratch: Path
    shared: Path | None = None
    postgresql: str | None = None


def percentile_95(taken: Iterable[float]) -> float:
    """The longest but the slowest twentieth."""
    ordered = sorted(taken)
    return ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
