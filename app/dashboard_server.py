"""What `sayso dashboard` starts: Streamlit's server, with all that the pages need imported before anybody comes.

Streamlit imports it when it shows the first page, and whoever opens that waits for it.
"""

from __future__ import annotations

from importlib import import_module

from streamlit.web.cli import main

if __name__ == "__main__":
    import_module("app.dashboard")
    import_module("pandas")  # by Streamlit, for the first table
    main(prog_name="streamlit")
