"""The sample outlets on a local server, and the command line as a user starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from app.demo_server import DemoServer
from bench.stores import dump

__all__ = ["CHECKOUT", "Result", "arguments", "check_schema", "dump", "environment", "follow_outlets", "sayso"]

CHECKOUT = Path(__file__).parents[2]
NETWORKS = "127.0.0.0/8 ::1"  # where the servers of the tests are


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def arguments(*words: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *words]


def environment(url: str) -> dict[str, str]:
    return os.environ | {"SAYSO_DB": url, "SAYSO_ALLOW_NETWORKS": NETWORKS, "PYTHONPATH": str(CHECKOUT)}


def sayso(url: str, *words: str, stdin: str | bytes = b"", cwd: Path = CHECKOUT) -> Result:
    """Run a command to its end in a process of its own."""
    raw = stdin.encode() if isinstance(stdin, str) else stdin
    process = subprocess.Popen(
        arguments(*words),
        env=environment(url) | {"PYTHONFAULTHANDLER": "1"},
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, err = process.communicate(raw, timeout=90)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # has it say where it hangs
        out, err = process.communicate()
        raise AssertionError(f"sayso {' '.join(words)} hangs:\n{err.decode()}") from None
    return Result(code=process.returncode, out=out.decode(), err=err.decode())


def follow_outlets(url: str, outlets: DemoServer, folder: Path) -> None:
    """Follow the feeds of the sample outlets, as `make demo` does; the one that is none too."""
    outlets.write_feed_list(folder / "feeds.opml")
    assert sayso(url, "feeds", "import", str(folder / "feeds.opml")).code == 0


def check_schema(name: str, value: Any) -> None:
    """Hold a JSON output to its schema in docs/schemas."""
    path = CHECKOUT / "docs" / "schemas" / f"{name}.schema.json"
    jsonschema.Draft202012Validator(json.loads(path.read_text())).validate(value)
