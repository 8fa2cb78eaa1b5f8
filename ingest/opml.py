"""Feed lists as OPML, in and out. lxml with entities off: an OPML file from outside is as hostile as a feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from ingest.errors import BadInput
from ingest.feed import FeedState
from ingest.urls import clean_url

OPML_LIMIT_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    url: str
    title: str | None
    outlet: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """The feeds of an OPML file, each once, in its order; `skipped` counts rows without a usable address."""

    feeds: tuple[FeedAddress, ...]
    skipped: int


def read_opml(body: bytes, *, name: str = "OPML") -> FeedList:
    """Read a feed list. A row's text or title is taken for the outlet's name.

    Raises:
        BadInput: it is no OPML.
    """
    if len(body) > OPML_LIMIT_BYTES:
        raise BadInput(name, f"a feed list has at most {OPML_LIMIT_BYTES / 1e6:.0f} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput(name, f"this is no OPML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise BadInput(name, "this is no OPML: its first element must be <opml>")
    found: dict[str, FeedAddress] = {}
    skipped = 0
    for outline in root.iter("{*}outline", "outline"):
        attributes = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        if "xmlurl" not in attributes:
            continue
        try:
            url = clean_url(attributes["xmlurl"])
        except BadInput:
            skipped += 1
            continue
        label = attributes.get("text") or attributes.get("title") or None
        found.setdefault(url, FeedAddress(url=url, title=attributes.get("title") or None, outlet=label))
    return FeedList(feeds=tuple(found.values()), skipped=skipped)


def write_opml(states: Iterable[FeedState]) -> bytes:
    """Write a feed list that `read_opml` and other feed readers take."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "sayso"
    body = etree.SubElement(root, "body")
    for state in states:
        label = _xml_text(state.outlet or state.title or state.url)
        etree.SubElement(body, "outline", type="rss", text=label, title=label, xmlUrl=_xml_text(state.url))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _xml_text(text: str) -> str:
    """XML 1.0 cannot hold most control characters at all."""
    return "".join(character if character >= " " and character not in "\ufffe\uffff" else " " for character in text)
