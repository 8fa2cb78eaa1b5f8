"""The identity of URLs: cleaned of tracking, never so far that two articles become one.

Which parameters are trackers is courlan's knowledge (non-strict). What is put together from the rest is ours, since
courlan drops parameters without a value (`?12345`), takes a URL inside a URL for the whole one, and matches names by
how they begin (`gallery` for `ga`): each of these makes one article of two.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, unquote_plus, urlencode, urlsplit

import courlan
import tldextract

from ingest.errors import BadInput
from ingest.http import check_scheme

# Longer ones are mistakes or attacks, and a database cannot index them. Source: Media Cloud's rss-fetcher.
MOST_URL_CHARACTERS = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = r"(?:^|[_-])(?:{})(?:$|[_-])"
# Trackers by their whole name or prefix, whatever their value.
_SURE = re.compile(
    _NAME.format("aff|affi|affiliate|campaign|clid|kwd|medium|referr?er|xtor")
    + r"|\w(?:clid|blid)$|^(?:click|gbra|msclk|igsh|partner|wbra)id$|^(?:utm|mtm|pk|itm|oly|vero)_"
)
# Names that sites also give to what tells articles apart. A value with a digit in it is kept: not to see that two URLs
# are one costs a fetch, to take two for one loses an article.
_UNSURE = re.compile(_NAME.format("cid|ga|gl|ref|source|session") + r"|^(?:ads?|mc|ga|gs|mkt|ml)_")
# Not among courlan's: AT Internet's (BBC) and comScore's, and the Daily Mail's own.
_MORE = re.compile(
    r"^at_(?:medium|campaign\w*|link\w*|ptr\w*|format|bbc_team|custom\d)$"
    r"|^ns_(?:mchannel|campaign|source|linkname|fee)$|^ito$"
)
# What stands in a URL as it is; what is encoded already stays so. Source: RFC 3986, 3.3 and 3.4.
_PLAIN = "/%:@!$'()*+,;=~"
_NO_HOST = re.compile(r"[\s\\<>\"^`{|}%\x00-\x1f\x7f]")


def clean_url(url: str) -> str:
    """Return the URL that stands for the same page without tracking parameters and fragment.

    Credentials stay: a feed that a person follows may need them.

    Raises:
        BadInput: it is not http or https, or no usable URL.
    """
    text = re.sub(r"[\t\r\n]", "", url.strip()).replace("&amp;", "&")
    check_scheme(text)
    parts = urlsplit(text)
    try:
        path = quote(parts.path, safe=_PLAIN + "&") or "/"
        user, at, _ = parts.netloc.rpartition("@")
        cleaned = f"{parts.scheme.lower()}://{user}{at}{_host_and_port(parts)}{path}"
        query = "&".join(_kept_parameters(parts.query))
        # "#!" is a path in disguise.
        fragment = "#" + quote(parts.fragment, safe=_PLAIN + "&?") if parts.fragment.startswith("!") else ""
    except ValueError as error:
        raise BadInput(url, f"this is no URL: {error}") from error
    rest = (f"?{query}" if query else "") + fragment
    whole = (cleaned if rest else cleaned.removesuffix("/") if path == "/" else cleaned) + rest
    if len(whole) > MOST_URL_CHARACTERS:
        raise BadInput(url[:100], f"a URL has at most {MOST_URL_CHARACTERS} characters")
    return whole


def article_url(url: str) -> str:
    """Return the clean URL of an article or a link in one; credentials in these are a trick or a leak, and go.

    Raises:
        BadInput: as `clean_url`.
    """
    scheme, _, rest = clean_url(url).partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def domain_of(url: str) -> str:
    """Return the registrable domain (bbc.co.uk), or host and port where there is none (an IP address, localhost)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_address(host):
        return parts.netloc.rsplit("@", 1)[-1].lower()
    if "." not in host:
        return parts.netloc.rsplit("@", 1)[-1].lower()
    # A suffix that is not on the list counts as one label, as the list's own default rule has it.
    return _extractor().extract_str(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])


def is_web_url(url: str) -> bool:
    try:
        check_scheme(url)
    except BadInput:
        return False
    return True


def _host_and_port(parts: SplitResult) -> str:
    """The authority of a URL, its host in lower case and ASCII. Raises: ValueError, where it cannot be one."""
    host = (parts.hostname or "").rstrip(".")
    if not host or _NO_HOST.search(host) or "\\" in parts.netloc:
        raise ValueError(f"its host cannot be {parts.netloc!r}")
    name = f"[{host}]" if ":" in host else host if host.isascii() else host.encode("idna").decode("ascii")
    port = parts.port
    return name if port is None or port == _DEFAULT_PORTS[parts.scheme.lower()] else f"{name}:{port}"


def _kept_parameters(query: str) -> list[str]:
    """The parameters that may tell articles apart, as they are written, in the order of their names."""
    kept = []
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        if parameter and not _is_tracker(unquote_plus(name).lower(), value):
            kept.append(quote(parameter, safe=_PLAIN + "?"))
    return sorted(kept, key=lambda parameter: parameter.partition("=")[0])


def _is_tracker(name: str, value: str) -> bool:
    if _MORE.search(name):
        return True
    if not _is_known_to_courlan(name):
        return False
    return bool(_SURE.search(name)) or (bool(_UNSURE.search(name)) and not re.search(r"\d", value))


@lru_cache(maxsize=4096)
def _is_known_to_courlan(name: str) -> bool:
    bare = "https://a.example/x"
    return courlan.clean_url(f"{bare}?{urlencode({name: 'x'}, errors='replace')}") == bare


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _extractor() -> tldextract.TLDExtract:
    """Works from the list in the package: nothing is fetched and nothing is cached on disk."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
