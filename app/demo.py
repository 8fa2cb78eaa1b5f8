"""`make demo`: the main job on the sample outlets of `data/demo`, then the dashboard on what came of it.

The sample world is served by a local web server, so that the real polling and fetching code runs; the store is a
fresh one in `.demo/`. `DEMO_SERVE=0` ends before the dashboard.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from app.demo_server import DemoServer
from app.settings import DB_VARIABLE, NETWORKS_VARIABLE

CHECKOUT = Path(__file__).parents[1]


def main() -> int:
    """Run the demo and return its exit code."""
    home = CHECKOUT / ".demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    environment = os.environ | {DB_VARIABLE: f"sqlite:///{home / 'sayso.db'}", NETWORKS_VARIABLE: "127.0.0.1"}
    with DemoServer(CHECKOUT / "data" / "demo") as server:
        print(f"The sample outlets are served at {server.url}\n", flush=True)
        server.write_feed_list(home / "feeds.opml")
        _sayso(environment, "feeds", "import", ".demo/feeds.opml")
        # One of the sample feeds is broken on purpose, so this ends with 3: done, with items failed.
        if _sayso(environment, "ingest") not in (0, 3):
            return 1
        print(flush=True)
        _sayso(environment, "claims", "solvent river", "--limit", "8")
        print(flush=True)
        _sayso(environment, "export", str(home / "sayso.ttl"))
        print(f"\nAsk it yourself: export {DB_VARIABLE}={environment[DB_VARIABLE]}", flush=True)
        if environment.get("DEMO_SERVE") == "0":
            return 0
        return _sayso(environment, "dashboard")


def _sayso(environment: dict[str, str], *arguments: str) -> int:
    """Run the command that a user would type, and show it."""
    shown = " ".join(arguments if len(arguments) < 6 else (*arguments[:3], "..."))
    print(f"$ sayso {shown}", flush=True)
    command = [sys.executable, "-m", "app.cli", *arguments]
    return subprocess.run(command, env=environment, cwd=CHECKOUT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
