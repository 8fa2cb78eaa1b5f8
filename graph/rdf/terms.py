"""Terms of RDF: the vocabularies, the IRIs of what the store holds, and literals of what outsiders wrote.

All text comes from outside and is hostile. Terms are pyoxigraph's, which refuses an IRI or a language tag that is none;
here each of them is mended or left out, so that one bad page never stops an export.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode

from graph.ids import Kind, show_id, stable_id

DEFAULT_BASE = "urn:sayso:"


class Vocabulary(dict[str, NamedNode]):
    """The terms of one namespace: `PROV["Entity"]`."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self.namespace = namespace

    def __missing__(self, name: str) -> NamedNode:
        term = self[name] = NamedNode(self.namespace + name)
        return term


SAYSO = Vocabulary("urn:sayso:ns:")
PROV = Vocabulary("http://www.w3.org/ns/prov#")
SCHEMA = Vocabulary("https://schema.org/")
OA = Vocabulary("http://www.w3.org/ns/oa#")
NP = Vocabulary("http://www.nanopub.org/nschema#")
GRASP = Vocabulary("http://groundedannotationframework.org/grasp#")
PAV = Vocabulary("http://purl.org/pav/")
ITSRDF = Vocabulary("http://www.w3.org/2005/11/its/rdf#")
DCT = Vocabulary("http://purl.org/dc/terms/")
RDF = Vocabulary("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
XSD = Vocabulary("http://www.w3.org/2001/XMLSchema#")

PREFIXES = {
    "sayso": SAYSO.namespace,
    "prov": PROV.namespace,
    "schema": SCHEMA.namespace,
    "oa": OA.namespace,
    "np": NP.namespace,
    "grasp": GRASP.namespace,
    "pav": PAV.namespace,
    "itsrdf": ITSRDF.namespace,
    "dcterms": DCT.namespace,
    "rdf": RDF.namespace,
    "xsd": XSD.namespace,
}

# RFC 5646 in outline; every part has 1 to 8 letters or digits.
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LEADING_ARTICLE = re.compile(r"^the\s+(?=\S)")


class BadBase(ValueError):
    """What IRIs were to begin with cannot begin one."""


class Names:
    """IRIs of what the store holds, under one base. Ids come from content, so they are the same in every export."""

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        """Raises BadBase where `base` is no absolute IRI."""
        if ":" not in base:
            raise BadBase(f"{base!r} cannot be the beginning of an IRI (it has no scheme, as https: or urn:)")
        if base[-1] not in "/#:":
            base += "/" if "://" in base else ":"
        try:
            NamedNode(f"{base}claim:c0")
        except ValueError as error:
            raise BadBase(f"{base!r} cannot be the beginning of an IRI ({error})") from error
        self.base = base

    def thing(self, kind: Kind, number: int) -> NamedNode:
        return NamedNode(f"{self.base}{kind.name.lower()}:{show_id(kind, number)}")

    def pipeline(self, number: int) -> NamedNode:
        return NamedNode(f"{self.base}pipeline:{number:016x}")

    def publication(self, name: str) -> NamedNode:
        """One that is only known by name, which then stands for it in every text."""
        return NamedNode(f"{self.base}publication:{publication_id(name):016x}")

    def span(self, version_id: int, start: int, end: int) -> NamedNode:
        return NamedNode(f"{self.base}version:{show_id(Kind.VERSION, version_id)}:{start}-{end}")


def part(whole: NamedNode, name: str) -> NamedNode:
    """The IRI of something that only exists within `whole`."""
    return NamedNode(f"{whole.value}:{name}")


def fold_name(name: str) -> str:
    """The name of a publication without what differs between texts: case, full stops, a leading "the"."""
    return _LEADING_ARTICLE.sub("", " ".join(name.casefold().replace(".", "").split()))


def publication_id(name: str) -> int:
    return stable_id("publication", fold_name(name))


def words(text: str, language: str | None = None) -> Literal:
    """Text with its language tag, or without where the language is unknown or its tag is none."""
    if language is not None and _LANGUAGE_TAG.fullmatch(language):
        try:
            return Literal(text, language=language)
        except ValueError:
            pass
    return Literal(text)


def moment(value: datetime | date | int) -> Literal:
    """A time as exactly as it is known: a moment, a day, or (an `int`) a year."""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return Literal(text, datatype=XSD["dateTime"])
    if isinstance(value, date):
        return Literal(value.isoformat(), datatype=XSD["date"])
    return Literal(f"{value:04d}", datatype=XSD["gYear"])


def double(value: float) -> Literal:
    """A double in the shortest form without an exponent, as quad stores give it back: 1 for 1.0."""
    text = format(Decimal(repr(value)), "f")
    return Literal(text.removesuffix(".0"), datatype=XSD["double"])


def web_iri(url: str) -> NamedNode | None:
    """A URL as an IRI; what may not stand in one is percent-encoded. `None` where it is none all the same."""
    escaped = _BROKEN_PERCENT.sub("%25", quote(url, safe=":/?#[]@!$&'()*+,;=%-._~"))
    for attempt in (escaped, escaped.replace("[", "%5B").replace("]", "%5D")):
        try:
            if urlsplit(attempt).scheme:
                return NamedNode(attempt)
        except ValueError:
            continue
    return None
