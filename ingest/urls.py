"""The identity of URLs: cleaned of tracking, never so far that two articles become one."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from urllib.parse import urldefrag, urlsplit

import courlan
import tldextract

from ingest.errors import BadInput
from ingest.http import check_scheme


def clean_url(url: str) -> str:
    """Return the URL that stands for the same page without tracking parameters and fragment.

    courlan in its non-strict mode: the strict one and others drop parameters that tell articles apart (`?v=`).

    Raises:
        BadInput: it is not http or https.
    """
    check_scheme(url.strip())
    whole = urldefrag(url.strip()).url
    cleaned = courlan.clean_url(whole)
    return str(cleaned) if cleaned else whole


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
