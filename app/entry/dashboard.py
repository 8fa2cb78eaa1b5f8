"""What Streamlit runs: it hands over to `app.dashboard`.

It lies in a folder of its own because Streamlit puts the folder of its script first on the path, where the names of our
modules would hide others. The path is not to be changed when a page is shown: another page may be importing just then,
and would miss what it looks for.
"""

from __future__ import annotations

from app.dashboard import main

if __name__ == "__main__":  # and not in the processes that it starts, which import their parent's file
    main()
