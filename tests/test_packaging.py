"""The wheel holds what it should, and works in an environment that has nothing else, far from the checkout.

The one test that needs a package index: it installs what requirements.lock pins. What is installed then runs offline.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("ingest", "nlp", "graph", "app")
INSTALL_TIMEOUT_SECONDS = 800
DEAD_PROXY = "http://127.0.0.1:9"  # the discard port: whoever asks the network for something gets an error

pytestmark = pytest.mark.timeout(900)

SENTENCE = "Marta Lindqvist, a senior inspector, said the Orsk plant leaked solvent into the Velde river."


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The programs of an environment that holds the locked packages and the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    pip: list[str | Path] = [programs / "python", "-m", "pip", "install", "--quiet"]
    run([*pip, "--require-hashes", "-r", ROOT / "requirements.lock"], cwd=folder)
    run([*pip, "--no-deps", wheel], cwd=folder)
    yield programs
    shutil.rmtree(folder)  # most of a gigabyte, and pytest would keep three of them


def run(command: list[str | Path], cwd: Path) -> None:
    """Run one step of building or installing; what it printed is shown if it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=make_environment(), capture_output=True, text=True, check=False,
        timeout=INSTALL_TIMEOUT_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def run_sayso(programs: Path, folder: Path, *arguments: str, text: str = "") -> str:
    """Run the installed `sayso` in `folder`, with a home of its own and no network, and return its output."""
    offline = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), DEAD_PROXY)
    offline |= {name.lower(): value for name, value in offline.items()}
    done = subprocess.run(
        [programs / "sayso", *arguments], input=text, cwd=folder, capture_output=True, text=True, check=False,
        env=make_environment() | offline | {"HOME": str(folder), "NO_PROXY": "", "no_proxy": ""}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_environment() -> dict[str, str]:
    """This process's environment, without what would let a checkout's modules in."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def test_wheel_holds_the_four_rooms_whole_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        file.relative_to(ROOT).as_posix()
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert packed == expected
    assert {"nlp/py.typed", "app/py.typed"} <= packed


def test_wheel_brings_its_licence_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        about = {name.split("/", 1)[1]: name for name in archive.namelist() if ".dist-info/" in name}
        entry_points = archive.read(about["entry_points.txt"]).decode()
    assert "licenses/LICENSE" in about
    assert "sayso = app.cli:main" in entry_points


def test_installed_command_tells_what_it_can_do(programs: Path, tmp_path: Path) -> None:
    assert "extract" in run_sayso(programs, tmp_path, "--help")


def test_installed_command_reads_a_sentence_offline(programs: Path, tmp_path: Path) -> None:
    (line,) = run_sayso(programs, tmp_path, "extract", text=SENTENCE).splitlines()
    read = json.loads(line)
    (attribution,) = read["attributions"]
    words = {role: [SENTENCE[start:end] for start, end in attribution[role]] for role in ("source", "cue", "content")}
    assert words["cue"] == ["said"]
    assert words["source"][0].startswith("Marta Lindqvist")
    assert words["content"][0].startswith("the Orsk plant leaked solvent")
    assert "Marta Lindqvist" in [entity["name"] for entity in read["entities"]]
