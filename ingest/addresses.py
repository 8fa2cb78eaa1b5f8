"""Which network addresses may be connected to: public ones, and those that the user allows.

A feed is written by strangers, and so are its links and redirects. None of them may make this machine talk to itself,
to its neighbours or to a cloud's metadata service. Names can lie and addresses have many spellings, so the check is
made where a connection is opened, on the addresses that the name has at that moment, and the connection goes to the
address that was checked.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[list[Address]]]

DNS_SECONDS = 5.0
# What `ipaddress` calls global (Python 3.11, or some later ones) and is not: IETF protocol assignments with the NAT64
# discovery and cloud metadata addresses, 6to4 relays; and in IPv6 tunnels, which lead to an IPv4 address of the
# sender's choice, and documentation. Sources: the IANA special-purpose address registries; RFC 3056, 4380, 9637.
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "2001::/23", "2002::/16", "3fff::/20")
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that has been given out: RFC 4291, section 2.4
# Hold an IPv4 address in their last 32 bits: mapped addresses (RFC 4291) and what a NAT64 network, which has no IPv4
# of its own, makes of every IPv4 address (RFC 6052).
_HOLD_IPV4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


class AddressRefused(Exception):
    """A name has an address that may not be connected to."""

    def __init__(self, host: str, address: Address) -> None:
        super().__init__(host, address)
        self.address = address


def read_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Read networks ("10.0.0.0/8") and single addresses.

    Raises:
        ValueError: one of them is neither; the message names it.
    """
    return tuple(ip_network(word.strip(), strict=False) for word in words)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet, as far as an address can tell."""
    if isinstance(address, IPv6Address):
        if any(address in network for network in _HOLD_IPV4):
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    elif address.is_multicast:
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


async def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, the best first, as the system's resolver gives them.

    Raises:
        OSError: the name is not known, or there is no answer in `DNS_SECONDS`.
    """
    with suppress(ValueError):  # an address; other spellings of one are for the system to read
        return [ip_address(host)]
    try:
        async with asyncio.timeout(DNS_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is too long
        raise OSError(f"name or service not known: {error}") from error
    return [ip_address(address[0]) for *_, address in found]


class CheckedBackend(httpcore2.AnyIOBackend):
    """Opens TCP connections to addresses that are public or in `allowed`, and to no others."""

    def __init__(self, allowed: Iterable[Network] = (), *, resolve: Resolve = resolve) -> None:
        super().__init__()
        self._allowed = tuple(allowed)
        self._resolve = resolve

    async def check(self, host: str, port: int) -> list[Address]:
        """Return the addresses of `host`.

        Raises:
            AddressRefused: one of them may not be connected to; a name with a forbidden address among good ones is
                refused whole, since which of them is used next is the choice of whoever owns the name.
            httpcore2.ConnectError: the name is not known.
        """
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(f"name resolution failed: {error}") from error
        for address in addresses:
            if not self._may_connect(address):
                raise AddressRefused(host, address)
        return addresses

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of `host` that answers, each within `timeout` seconds."""
        failure: Exception = httpcore2.ConnectError(f"name resolution failed: {host} has no address")
        for address in await self.check(host, port):
            try:
                return await super().connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def _may_connect(self, address: Address) -> bool:
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return is_public(address) or any((mapped or address) in network for network in self._allowed)
