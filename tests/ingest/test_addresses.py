"""No one outside can make sayso talk to this machine or its neighbours: asserted by counting connections."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest
from pytest_httpserver import HTTPServer

from ingest.addresses import Address, Network, Resolve, is_public, read_networks, resolve
from ingest.errors import BadInput, Unreachable
from ingest.http import Fetcher, Response
from ingest.robots import Robots
from tests.listener import listening
from tests.networks import LOOPBACK

NEIGHBOUR = read_networks(["127.0.0.2"])  # stands for the public Internet: the one address that is allowed


def redirect(target: str) -> str:
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def fetch(url: str, *, allowed: tuple[Network, ...] = (), resolve: Resolve = resolve, times: int = 1) -> Response:
    async def run() -> Response:
        async with Fetcher(allowed=allowed, resolve=resolve, spacing_seconds=0) as fetcher:
            for _ in range(times):
                response = await fetcher.fetch(url, max_bytes=1000)
            return response

    return asyncio.run(run())


def answers(*rounds: list[str]) -> Resolve:
    """A name server that gives another answer each time it is asked."""
    left = iter(rounds)

    async def resolve(_host: str, _port: int) -> list[Address]:
        return [ip_address(address) for address in next(left)]

    return resolve


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "0.0.0.0",  # noqa: S104
        "0",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "127.0.0.1%2f@127.0.0.1",
        "public.example@127.0.0.1",
    ],
)
def test_no_spelling_of_this_machine_is_connected_to(host: str) -> None:
    with listening() as listener:
        with pytest.raises((Unreachable, BadInput)):
            fetch(f"http://{host}:{listener.port}/")
        assert listener.accepts == 0


def test_a_redirect_into_ones_own_network_is_refused_on_every_hop() -> None:
    with listening() as inside, listening("127.0.0.2", redirect(f"http://127.0.0.1:{inside.port}/")) as last:
        first = redirect(f"http://127.0.0.2:{last.port}/")
        refused = pytest.raises(Unreachable, match=r"127\.0\.0\.1, which is no public address")
        with listening("127.0.0.2", first) as public, refused:
            fetch(f"http://127.0.0.2:{public.port}/", allowed=NEIGHBOUR)
        assert (public.accepts, last.accepts, inside.accepts) == (1, 1, 0)


def test_a_name_that_changes_its_mind_is_checked_at_every_connection() -> None:
    with listening("127.0.0.2") as public:
        url = f"http://flips.example:{public.port}/"
        flips = answers(["127.0.0.2"], ["127.0.0.1"])
        with pytest.raises(Unreachable, match=r"flips\.example is at 127\.0\.0\.1"):
            fetch(url, allowed=NEIGHBOUR, resolve=flips, times=2)
        assert public.accepts == 1


def test_a_connection_goes_to_the_address_that_was_checked_without_asking_again() -> None:
    with listening("127.0.0.2") as public:
        once = answers(["127.0.0.2"])  # a second question would end the generator
        assert fetch(f"http://once.example:{public.port}/", allowed=NEIGHBOUR, resolve=once).body == b"secret"


@pytest.mark.parametrize("addresses", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "::1"]])
def test_a_name_with_one_forbidden_address_among_good_ones_is_refused_whole(addresses: list[str]) -> None:
    with listening("127.0.0.2") as public, listening() as inside:
        with pytest.raises(Unreachable):
            fetch(f"http://mixed.example:{public.port}/", allowed=NEIGHBOUR, resolve=answers(addresses))
        assert (public.accepts, inside.accepts) == (0, 0)


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with listening("127.0.0.2") as public:
        both = answers(["127.0.0.3", "127.0.0.2"])
        assert fetch(f"http://two.example:{public.port}/", allowed=LOOPBACK, resolve=both).body == b"secret"


def test_a_site_is_not_asked_for_its_robots_txt_either() -> None:
    async def run(url: str) -> None:
        async with Fetcher() as fetcher:
            await Robots(fetcher).check(url)

    with listening() as listener:
        with pytest.raises(Exception, match="robots"):
            asyncio.run(run(f"http://127.0.0.1:{listener.port}/page"))
        assert listener.accepts == 0


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "0.0.0.0/0"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]"])
def test_an_allowed_network_is_reached_however_it_is_spelt(allowed: str, host: str) -> None:
    with listening() as listener:
        url = f"http://{host}:{listener.port}/"
        assert fetch(url, allowed=read_networks([allowed])).body == b"secret"


def test_the_message_says_how_to_allow_it() -> None:
    with pytest.raises(Unreachable, match=r"sayso --allow-network 127\.0\.0\.1"):
        fetch("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.0.81", "2a00:1450:4001::200e", "64:ff9b::808:808"])
def test_what_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_proxy_of_the_environment_is_used_and_not_told_of_ones_own_network(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/story").respond_with_data("through the proxy")
    monkeypatch.setenv("http_proxy", httpserver.url_for(""))
    monkeypatch.delenv("no_proxy", raising=False)

    async def unknown(_host: str, _port: int) -> list[Address]:
        raise OSError("only the proxy knows it")

    assert fetch("http://outlet.example/story", resolve=unknown).body == b"through the proxy"
    with pytest.raises(Unreachable, match="no public address"):
        fetch("http://169.254.169.254/story")
    assert len(httpserver.log) == 1
