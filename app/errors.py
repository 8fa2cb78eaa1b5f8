"""What can go wrong between machines, named by what the caller does next.

ClusterError          the work cannot go on there: stop, see to the cluster, run again (nothing was lost)
├── ClusterUnreachable    no scheduler answers at the address, or it went away
├── ClusterUnfit          its workers cannot do the work: another version of sayso, a broken installation
└── ClusterUnsafe         others could listen or answer on the way there: nothing was sent
"""

from __future__ import annotations


class ClusterError(Exception):
    """Base of these errors."""

    def __init__(self, address: str, message: str) -> None:
        super().__init__(f"{address}: {message}")
        self.address = address


class ClusterUnreachable(ClusterError):
    """No scheduler answers at the address, or it went away."""


class ClusterUnfit(ClusterError):
    """Its workers cannot do the work."""


class ClusterUnsafe(ClusterError):
    """Others could listen or answer on the way there; nothing was sent."""
