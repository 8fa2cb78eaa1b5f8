"""The network that the servers of the tests are in; sayso asks no such address unless it is allowed."""

from __future__ import annotations

from ingest.addresses import read_networks

LOOPBACK = read_networks(["127.0.0.0/8", "::1"])
