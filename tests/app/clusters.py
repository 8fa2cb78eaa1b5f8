"""Clusters for tests: real schedulers and workers, in processes of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.app.world import CHECKOUT, arguments


@contextmanager
def node(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `sayso cluster` or `sayso worker`; yield the process and its address when it is ready."""
    process = subprocess.Popen(
        arguments(*words),
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("ready at "):
            raise AssertionError(f"sayso {' '.join(words)}: {line}{process.communicate()[1]}")
        yield process, line.removeprefix("ready at ").strip()
    finally:
        process.terminate()
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def cluster(workers: int, *options: str) -> Iterator[str]:
    """Run a scheduler with so many workers of one process; yield its address."""
    with ExitStack() as stack:
        _, address = stack.enter_context(node("cluster", "--port", "0", *options))
        for _ in range(workers):
            stack.enter_context(node("worker", address, *options))
        yield address


def make_certificates(folder: Path) -> tuple[str, ...]:
    """Make an authority and one certificate of it; return the options that name them."""
    authority, key, request, own = (folder / name for name in ("ca.pem", "key.pem", "request.pem", "own.pem"))
    new = ("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for command in (
        (*new, "-x509", "-days", "2", "-subj", "/CN=ca", "-keyout", folder / "ca-key.pem", "-out", authority),
        (*new, "-subj", "/CN=sayso", "-keyout", key, "-out", request),
        ("openssl", "x509", "-req", "-days", "2", "-in", request, "-CA", authority, "-CAkey", folder / "ca-key.pem",
         "-CAcreateserial", "-out", own),
    ):  # fmt: skip
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return "--tls-ca", str(authority), "--tls-cert", str(own), "--tls-key", str(key)
