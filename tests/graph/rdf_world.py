"""A store for the tests of the RDF: a chain of four hops, a wire copy of a held article, a denial, two versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rdflib import Dataset, Graph, URIRef
from sqlalchemy import insert, select

from graph.rdf.export import Format, export_rdf
from graph.schema import claim_links, claims
from graph.store import Store
from nlp.annotation import SourceType, Stance
from tests.graph.test_annotating import PAGE
from tests.graph.test_trace import LEAK, page, relayed
from tests.graph.world import Page, Said, add_page

# The words of the seed article that the design's chain is read from, as Gadgets 360 carried Reuters' story.
SEED_TEXT = (
    "Microsoft's security researchers observed individuals they believed to be connected to DeepSeek exfiltrating a "
    "large amount of data using OpenAI's API, Bloomberg News reported on Tuesday.\n"
    "(Reporting by Gursimran Kaur in Bengaluru; Editing by Mrigank Dhaniwala)"
)
_OUTER = SEED_TEXT.split(", Bloomberg")[0]
_INNER = _OUTER.split("observed ")[1]
SEED = Page(
    url="https://www.gadgets360.example/ai/news/microsoft-deepseek",
    outlet="Gadgets 360",
    title="Microsoft investigates",
    text=SEED_TEXT,
    credit="(Reporting by Gursimran Kaur in Bengaluru; Editing by Mrigank Dhaniwala)",
    published_at=datetime(2025, 1, 29, 4, 10, tzinfo=UTC),
    organisations=("DeepSeek", "OpenAI"),
    said=(
        Said(source="Bloomberg News", cue="reported", content=_OUTER, type=SourceType.PUBLICATION,
             stance=Stance.RELAYS, about=("DeepSeek",)),
        Said(source="Microsoft's security researchers", cue="observed", content=_INNER,
             type=SourceType.UNNAMED_GROUP, inside=0, about=("DeepSeek", "OpenAI")),
    ),
)  # fmt: skip

WIRE = page("Norland Press Agency", "Ada Brandt", hour=8)
COPY = page("Herald", "Ada Brandt", hour=9, credit="VELDEN (NPA) -")
CITING = page("Coast Daily", "the Herald", "reported", type=SourceType.PUBLICATION, hour=11, stance=Stance.RELAYS)
DENIAL = page("Ledger", "Kestrel Power", "denied that", hour=12, type=SourceType.ORGANISATION, stance=Stance.DENIES)
NOBODY = page("Post", "an official", hour=13, type=SourceType.UNNAMED_PERSON)
PAGES = (PAGE, relayed(), SEED, WIRE, COPY, CITING, DENIAL, NOBODY)

__all__ = ["LEAK", "PAGES", "SEED", "fill", "load", "load_default", "set_beside"]


def fill(store: Store) -> Store:
    for each in PAGES:
        add_page(store, each)
    add_page(store, replace(NOBODY, title="A title that was changed"))
    set_beside(store)
    return store


def set_beside(store: Store) -> None:
    """Make two claims of one week rivals, as linking does where each gives the same thing another value."""
    with store.writing() as connection:
        latest = select(claims.c.id).order_by(claims.c.last_seen_at.desc(), claims.c.id).limit(2)
        left, right = sorted(connection.execute(latest).scalars())
        row = {"left_id": left, "right_id": right, "relation": "rival", "score": 3.0, "reasons": ["two against three"]}
        connection.execute(insert(claim_links).values(row))


def load(store: Store, folder: Path, rdf_format: Format = Format.NQUADS, **options: object) -> Dataset:
    """Export and parse."""
    path = folder / f"out.{rdf_format}"
    export_rdf(store, path, rdf_format, **options)  # type: ignore[arg-type]
    parsers = {Format.NQUADS: "nquads", Format.TRIG: "trig", Format.JSONLD: "json-ld", Format.TURTLE: "turtle"}
    dataset = Dataset()
    dataset.parse(path, format=parsers[rdf_format])
    return dataset


def load_default(store: Store, folder: Path, **options: object) -> Graph:
    """What an export says is so: its default graph."""
    graph = Graph()
    path = folder / "out.ttl"
    export_rdf(store, path, Format.TURTLE, **options)  # type: ignore[arg-type]
    return graph.parse(path)


def term(name: str) -> URIRef:
    """An own term."""
    return URIRef(f"urn:sayso:ns:{name}")
