"""`sayso dashboard`: start the Streamlit dashboard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from importlib import resources
from ipaddress import ip_address

import click

from app.commands.figures import count_figures
from app.context import Context, complain
from app.settings import DB_VARIABLE, NETWORKS_VARIABLE, OPEN_VARIABLE


@click.command("dashboard")
@click.option("--port", type=click.IntRange(1, 65535), help="[default: 8501, or a free one]")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--open/--no-open", "open_browser", default=None, help="Open a browser. [default: if there is a screen]")
@click.pass_obj
def dashboard_command(context: Context, port: int | None, host: str, open_browser: bool | None) -> None:
    """Browse claims, articles and feeds in a web browser. Stop it with Ctrl-C."""
    with context.open_store(create=True) as store:  # what is wrong with the store is said here, not on a web page
        count_figures(store)
    port = port or find_port(host)
    command = dashboard_arguments(host, port, open_browser=_has_screen() if open_browser is None else open_browser)
    click.echo(f"sayso dashboard: http://{host}:{port}  (Ctrl-C stops it)")
    settings = {DB_VARIABLE: context.store_url, NETWORKS_VARIABLE: " ".join(context.allowed_networks)}
    if not _is_loopback(host):
        settings[OPEN_VARIABLE] = "1"
        complain("other machines can reach it; without a login everybody may only read (docs/dashboard.md)")
    try:
        done = subprocess.run(command, env=os.environ | settings, check=False)
    except KeyboardInterrupt:
        return
    if done.returncode not in (0, -2, 130):
        raise click.ClickException(f"the dashboard stopped with code {done.returncode}")


def dashboard_arguments(host: str, port: int, *, open_browser: bool) -> list[str]:
    """The command that serves the dashboard: nothing is sent to anyone, and nothing is loaded from elsewhere."""
    script = resources.files("app") / "entry" / "dashboard.py"
    options = {
        "server.address": host,
        "server.port": port,
        "server.headless": str(not open_browser).lower(),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    # -P: what lies in the folder from which it is started is not imported.
    return [sys.executable, "-P", "-m", "app.dashboard_server", "run", str(script), *flags]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_port(host: str, preferred: int = 8501) -> int:
    """Return `preferred`, or any free port where it is taken."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"{host}: no port can be listened on there")


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
