"""What worker processes have loaded before they begin: imported by the server that they are forked from."""

from __future__ import annotations

import gc

from ingest import feeds, pages  # noqa: F401

# What is loaded stays: collections need not look through it, and memory pages that are not touched stay shared.
gc.collect()
gc.freeze()
