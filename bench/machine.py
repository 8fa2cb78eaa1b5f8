"""On what figures were measured: the machine, the system, and the versions of what does the work."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import psutil
import sqlalchemy

LIBRARIES = ("spacy", "onnxruntime", "sqlalchemy", "httpcore2", "feedparser", "trafilatura", "rdflib", "streamlit")


def describe_machine(postgresql: str | None = None) -> dict[str, str]:
    """Name and words of each; `postgresql` is the URL of the database that is measured, if one is."""
    return {
        "processor": f"{_name_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before",
        "memory": f"{psutil.virtual_memory().total / 1e9:.1f} GB",
        "system": _name_system(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _ask_version(postgresql) if postgresql else "not measured",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "commit": _name_commit(),
    }


def _name_processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _name_system() -> str:
    with suppress(OSError):
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release()}"
    return platform.platform()


def _ask_version(url: str) -> str:
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        words = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    engine.dispose()
    return words


def _name_commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    folder = Path(__file__).parent
    asked = [git, "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
