"""Who may speak to a cluster. Dask's wire format runs code (pickle), so whoever can connect rules all its machines.

Hence loopback, or TLS where both sides show a certificate of one authority, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.errors import ClusterUnsafe

if TYPE_CHECKING:
    from distributed import Security

DEFAULT_PORT = 8786


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """PEM files: the authority that all certificates of the cluster are of, this machine's own, and its key."""

    authority: Path
    certificate: Path
    key: Path

    def to_security(self) -> Security:
        from distributed import Security

        roles = ("client", "scheduler", "worker")
        files = {f"tls_{role}_cert": str(self.certificate) for role in roles}
        files |= {f"tls_{role}_key": str(self.key) for role in roles}
        return Security(require_encryption=True, tls_ca_file=str(self.authority), **files)


def check_address(address: str, certificates: Certificates | None) -> str:
    """Return `address` of a scheduler if it may be spoken to: tls:// with certificates, or tcp:// on loopback.

    Raises:
        ClusterUnsafe: it is neither.
        ValueError: it is no address of a scheduler.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname:
        raise ValueError(f"{address!r} is no address of a scheduler; write tcp://127.0.0.1:{DEFAULT_PORT}")
    if parts.scheme == "tls":
        if certificates is None:
            raise ClusterUnsafe(address, "give the certificates too: --tls-ca, --tls-cert and --tls-key")
        return address
    check_host(parts.hostname, None)
    if certificates is not None:
        raise ClusterUnsafe(address, "certificates go with tls://, this is tcp://")
    return address


def check_host(host: str, certificates: Certificates | None) -> None:
    """Whether a scheduler or worker may listen on `host`, or be spoken to there.

    Raises:
        ClusterUnsafe: others can reach it, and there is no TLS.
    """
    if certificates is None and not is_loopback(host):
        raise ClusterUnsafe(
            host,
            "other machines can reach this, and whoever reaches a cluster can run programs on it; "
            "use TLS (--tls-ca, --tls-cert, --tls-key, see docs/scale.md), or a tunnel to 127.0.0.1",
        )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
