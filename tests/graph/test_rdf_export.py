"""The export, parsed back: the same graph in every format, the same bytes, and no allegation as a fact."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import PROV, SDO
from sqlalchemy import func, select

from graph import schema
from graph.decisions import Decision, DecisionAction, DecisionKind, decide
from graph.ids import Kind, show_id
from graph.rdf import terms
from graph.rdf.check import read_text
from graph.rdf.export import Format, count_export, export_claim, export_rdf
from graph.rdf.selection import Selection, select_by_names
from graph.store import Store
from ingest.article import DateOrigin
from nlp.annotation import SourceType
from tests.graph.rdf_world import CITING, COPY, LEAK, PAGES, SEED, WIRE, fill, load, load_default, term
from tests.graph.test_annotating import PAGE
from tests.graph.test_trace import page
from tests.graph.world import NOW, Page, Said, add_page

OA = "http://www.w3.org/ns/oa#"
PREFIXES = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in terms.PREFIXES.items())


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url) as opened:
        yield opened


@pytest.fixture
def filled(store: Store) -> Store:
    return fill(store)


@pytest.fixture
def filled_on_each(database_url: str) -> Iterator[Store]:
    """The same on SQLite and on PostgreSQL, for what the statements of SQL decide."""
    with Store.open(database_url) as opened:
        yield fill(opened)


def query(graph: Graph | Dataset, text: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in graph.query(PREFIXES + text)]  # type: ignore[arg-type]


def values(graph: Graph | Dataset, text: str) -> set[str]:
    return {str(row[0]) for row in query(graph, text)}


def count_rows(store: Store, table: Any) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def flat(quads: Any) -> set[tuple[str, ...]]:
    """Quads as N-Triples text, the graph's name last."""
    default = ("None", "DEFAULT", "urn:x-rdflib:default")
    return {(*(each.n3() for each in quad[:3]), "" if str(quad[3]) in default else str(quad[3])) for quad in quads}


def test_all_formats_with_graphs_hold_the_same_quads_for_two_parsers(filled_on_each: Store, tmp_path: Path) -> None:
    read = [flat(load(filled_on_each, tmp_path, each).quads()) for each in (Format.NQUADS, Format.TRIG, Format.JSONLD)]
    assert read[0] == read[1] == read[2]
    assert len(read[0]) > 500
    parsed = [set(pyoxigraph.parse(path=tmp_path / f"out.{each}")) for each in ("nq", "trig", "jsonld")]
    assert parsed[0] == parsed[1] == parsed[2]
    assert len(parsed[0]) == len(read[0])


def test_turtle_is_the_default_graph_of_the_others(filled: Store, tmp_path: Path) -> None:
    turtle = load_default(filled, tmp_path)
    default = Graph()
    for quad in pyoxigraph.parse(path=_exported(filled, tmp_path / "a.nq")):
        if isinstance(quad.graph_name, pyoxigraph.DefaultGraph):
            default.parse(data=f"{quad.triple} .", format="nt")
    assert isomorphic(turtle, default)


def test_the_number_that_is_told_is_that_of_the_statements(filled: Store, tmp_path: Path) -> None:
    for each in Format:
        told = export_rdf(filled, tmp_path / f"a.{each}", each)
        assert told == len(list(pyoxigraph.parse(path=tmp_path / f"a.{each}")))
        assert told == len(set(pyoxigraph.parse(path=tmp_path / f"a.{each}")))


def test_the_graph_holds_as_many_of_each_thing_as_the_store(filled_on_each: Store, tmp_path: Path) -> None:
    graph = load_default(filled_on_each, tmp_path)
    for kind, table in (
        (term("Attribution"), schema.attributions),
        (term("Occurrence"), schema.claim_members),
        (term("ArticleVersion"), schema.article_versions),
        (SDO.NewsArticle, schema.articles),
        (SDO.Claim, schema.claims),
        (PROV.Activity, schema.annotations_table),
        (PROV.SoftwareAgent, schema.pipelines),
    ):
        assert len(set(graph.subjects(RDF.type, kind))) == count_rows(filled_on_each, table) > 0, kind


def test_each_own_term_is_in_the_ontology_with_label_definition_and_parent(filled: Store, tmp_path: Path) -> None:
    ontology = Graph().parse(data=read_text("ontology.ttl"), format="turtle")
    dataset = load(filled, tmp_path)
    used = {each for quad in dataset.quads() for each in quad[:3] if str(each).startswith("urn:sayso:ns:")}
    assert used <= set(ontology.subjects())
    own = [
        each for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty) for each in ontology[: RDF.type : kind]
    ]
    assert 10 <= len(own) <= 14
    for each in own:
        parents = [*ontology[each : RDFS.subClassOf], *ontology[each : RDFS.subPropertyOf]]
        assert list(ontology[each : RDFS.label])
        assert list(ontology[each : RDFS.comment])
        assert any(str(parent).startswith(tuple(terms.PREFIXES.values())) for parent in parents), each


def test_every_value_that_the_store_can_hold_is_in_the_ontology() -> None:
    from nlp.annotation import AttributionType, QuotationType, Stance

    defined = {str(each) for each in Graph().parse(data=read_text("ontology.ttl"), format="turtle").subjects()}
    names = [*Stance, *(f"source_{each}" for each in SourceType), *(f"quotation_{each}" for each in QuotationType)]
    names += [f"attribution_{each}" for each in AttributionType]
    names += ["wire_copy", "edited_copy", "partial_copy", "edition", "relay", "press_release"]
    names += ["rival", "update", "question"]
    assert {str(term(name)) for name in names} <= defined


def test_what_is_alleged_is_a_statement_only_in_the_assertion_graph_of_its_claim(filled: Store, tmp_path: Path) -> None:
    dataset = load(filled, tmp_path)
    assertions = values(dataset, "SELECT ?g WHERE { GRAPH ?head { ?n np:hasAssertion ?g } }")
    said = [(str(s), str(graph)) for s, p, _, graph in dataset.quads() if p == term("isSaidTo")]
    assert said
    assert {graph for _, graph in said} == assertions
    inside = [quad for quad in dataset.quads() if str(quad[3]) in assertions]
    assert {quad[1] for quad in inside} == {term("isSaidTo")}


def test_each_claim_is_a_nanopublication_with_its_four_graphs(filled: Store, tmp_path: Path) -> None:
    found = query(
        load(filled, tmp_path),
        """SELECT ?claim ?made WHERE {
          GRAPH ?head { ?n a np:Nanopublication ; np:hasAssertion ?a ; np:hasProvenance ?p ; np:hasPublicationInfo ?i }
          GRAPH ?a { ?subject sayso:isSaidTo ?words }
          GRAPH ?p { ?a prov:wasQuotedFrom ?version }
          GRAPH ?i { ?n schema:about ?claim ; prov:wasGeneratedBy ?run ; prov:generatedAtTime ?made } }""",
    )
    assert len({claim for claim, _ in found}) == count_rows(filled, schema.claims)


def test_who_denies_a_claim_is_no_source_of_its_assertion(filled: Store, tmp_path: Path) -> None:
    for dataset in (load(filled, tmp_path),):
        sources = "SELECT ?name WHERE { GRAPH ?p { ?a prov:wasAttributedTo ?who . ?a prov:wasDerivedFrom ?hop }"
        named = values(dataset, sources + " { ?who schema:name ?name } UNION { ?who schema:description ?name } }")
        assert "Ada Brandt" in named
        assert "Kestrel Power" not in named
        denied = "SELECT ?name WHERE { ?hop sayso:stance sayso:denies ; prov:wasAttributedTo/schema:description ?name }"
        assert values(dataset, denied.replace("description", "name")) | values(dataset, denied) == {"Kestrel Power"}


def test_the_chain_of_the_seed_is_walked_inwards_in_order(store: Store, tmp_path: Path) -> None:
    add_page(store, SEED)
    found = query(
        load_default(store, tmp_path),
        """SELECT ?name WHERE {
          ?version a sayso:ArticleVersion ; prov:wasDerivedFrom* ?hop .
          ?hop sayso:hop ?number ; prov:wasAttributedTo ?who .
          { ?who schema:name ?name } UNION { ?who schema:description ?name } } ORDER BY ?number""",
    )
    chain = ["Gadgets 360", "Reuters", "Bloomberg News", "Microsoft's security researchers"]
    assert [str(row[0]) for row in found] == chain


def test_a_claim_an_attribution_and_its_occurrence_are_three_things(filled: Store, tmp_path: Path) -> None:
    found = query(
        load_default(filled, tmp_path),
        """SELECT ?claim ?hop ?occurrence ?exact ?start ?end WHERE {
          ?occurrence a sayso:Occurrence ; sayso:occurrenceOf ?claim ; schema:isPartOf ?hop ;
            sayso:contentSpan ?span . ?hop sayso:contentSpan ?span . ?claim a schema:Claim .
          ?span oa:hasSelector [ oa:exact ?exact ], [ oa:start ?start ; oa:end ?end ] }""",
    )
    assert len(found) == count_rows(filled, schema.claim_members)
    assert all(len({claim, hop, occurrence}) == 3 for claim, hop, occurrence, *_ in found)
    assert all(len(exact) == int(end) - int(start) for *_, exact, start, end in found)


def test_every_quote_is_the_words_at_its_position_with_what_stands_around(filled: Store, tmp_path: Path) -> None:
    with filled.reading() as connection:
        texts = {show_id(Kind.VERSION, r.id): r.text for r in connection.execute(select(schema.article_versions))}
    found = query(
        load_default(filled, tmp_path),
        """SELECT ?version ?start ?end ?exact ?before ?after WHERE { ?span oa:hasSource ?version ; oa:hasSelector
          [ oa:start ?start ; oa:end ?end ], [ oa:exact ?exact ; oa:prefix ?before ; oa:suffix ?after ] }""",
    )
    assert len(found) > 20
    for version, start, end, exact, before, after in found:
        text = texts[str(version).rsplit(":", 1)[-1]]
        assert text[int(start) : int(end)] == str(exact)
        assert text[: int(start)].endswith(str(before))
        assert text[int(end) :].startswith(str(after))


def test_a_hop_that_names_a_held_publication_goes_on_in_its_article(filled: Store, tmp_path: Path) -> None:
    ways = query(
        load_default(filled, tmp_path),
        """SELECT ?citing ?held ?kind WHERE {
          ?hop prov:qualifiedDerivation [ prov:entity ?inner ; dcterms:type ?kind ] ; prov:wasDerivedFrom ?inner .
          ?hop schema:isPartOf/prov:specializationOf/schema:url ?citing .
          ?inner schema:isPartOf/prov:specializationOf/schema:url ?held }""",
    )
    assert {tuple(map(str, row)) for row in ways} == {
        (CITING.url, COPY.url, str(term("relay"))),
        (COPY.url, WIRE.url, str(term("relay"))),
    }


def test_no_derivation_leads_forward_in_time(store: Store, tmp_path: Path) -> None:
    early = page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, hour=9)
    late = page("Norland Times", "the Herald", "reported", type=SourceType.PUBLICATION, hour=10)
    for each in (early, late):  # each cites the other, within the two hours by which clocks may differ
        add_page(store, each)
    graph = load_default(store, tmp_path)
    assert len(query(graph, "SELECT * WHERE { ?hop prov:qualifiedDerivation ?d }")) == 1
    assert query(graph, "SELECT * WHERE { ?hop prov:wasDerivedFrom+ ?hop }") == []


def test_a_primary_source_is_one_that_saw_it_or_is_the_document(filled: Store, tmp_path: Path) -> None:
    seen = page("Seer", "Bo Ek", "saw", hour=15)
    document = page("Reader", "Annual Report", hour=16, type=SourceType.DOCUMENT, organisations=("Annual Report",))
    remark = page("Hearer", "Cy Ott", "observed that", hour=17)
    for each in (seen, document, remark):
        add_page(filled, each)
    graph = load_default(filled, tmp_path)
    primary = "SELECT ?name WHERE { ?outer prov:hadPrimarySource ?hop . ?outer prov:wasDerivedFrom ?hop . ?hop "
    named = values(graph, primary + "prov:wasAttributedTo/schema:name ?name }")
    described = values(graph, primary + "prov:wasAttributedTo/schema:description ?name }")
    assert named == {"Bo Ek", "Annual Report"}
    # The seed's researchers "observed individuals ..."; those of Velde University "observed that ...".
    assert described == {"Microsoft's security researchers"}


def test_an_unnamed_source_is_its_own_agent_and_the_same_as_nobody(filled: Store, tmp_path: Path) -> None:
    graph = load_default(filled, tmp_path)
    unnamed = query(graph, "SELECT ?who ?words WHERE { ?who a sayso:UnnamedSource ; schema:description ?words }")
    assert len(unnamed) == 4
    assert len({who for who, _ in unnamed}) == 4
    assert {str(words) for _, words in unnamed} >= {"an official", "Researchers at Velde University"}
    assert not list(graph.triples((None, SDO.sameAs, None)))


def test_a_claim_has_text_with_its_language_and_no_author_and_is_no_review(filled: Store, tmp_path: Path) -> None:
    graph = load_default(filled, tmp_path)
    for claim in graph.subjects(RDF.type, SDO.Claim):
        (text,) = graph.objects(claim, SDO.text)
        assert isinstance(text, Literal)
        assert text.language == "en"
        assert list(graph.objects(claim, SDO.appearance))
        assert not list(graph.objects(claim, SDO.author))
    assert not list(graph.subjects(RDF.type, SDO.ClaimReview))


def test_versions_of_an_article_follow_one_another(filled: Store, tmp_path: Path) -> None:
    found = query(
        load_default(filled, tmp_path),
        """SELECT ?article WHERE { ?later prov:wasRevisionOf ?earlier ; prov:specializationOf ?article .
          ?earlier prov:specializationOf ?article }""",
    )
    assert len(found) == 1


def test_one_run_says_what_read_each_version(filled: Store, tmp_path: Path) -> None:
    found = query(
        load_default(filled, tmp_path),
        """SELECT ?version ?name WHERE { ?run a prov:Activity ; prov:used ?version ; prov:endedAtTime ?at ;
          prov:wasAssociatedWith [ a prov:SoftwareAgent ; schema:name ?name ] }""",
    )
    assert len(found) == count_rows(filled, schema.article_versions)
    assert {str(name) for _, name in found} == {"by hand"}


def test_times_are_as_exact_as_they_are_known(store: Store, tmp_path: Path) -> None:
    from graph.articles import save_article
    from ingest.article import Article

    for number, (at, origin) in enumerate(
        [
            (datetime(2026, 3, 5, tzinfo=UTC), DateOrigin.PAGE),
            (datetime(2026, 3, 5, tzinfo=UTC), DateOrigin.FEED),
            (datetime(2026, 3, 5, 7, 30, tzinfo=UTC), DateOrigin.PAGE),
        ]
    ):
        article = Article(
            url=f"https://a.example/{number}", outlet=None, title="t", text="x", published_at=at, published_from=origin
        )
        save_article(store, article, now=NOW)
    found = set(load_default(store, tmp_path).objects(None, SDO.datePublished))
    assert {each.n3() for each in found} == {
        '"2026-03-05"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"2026-03-05T00:00:00+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        '"2026-03-05T07:30:00+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
    }


def test_a_double_is_written_as_quad_stores_give_it_back() -> None:
    for value in (0.0, 1.0, 0.77, 1e-7, 0.1 + 0.2, 123456789.0):
        held = pyoxigraph.Store()
        held.add(pyoxigraph.Quad(terms.SAYSO["a"], terms.SAYSO["b"], terms.double(value)))
        (found,) = held
        assert found.object == terms.double(value)
        assert Literal(terms.double(value).value, datatype=URIRef(terms.XSD["double"].value)).value == value


def test_a_moment_a_day_and_a_year_are_told_apart() -> None:
    assert str(terms.moment(datetime(2026, 3, 5, 1, tzinfo=UTC))).startswith('"2026-03-05T01:00:00Z"^^')
    assert str(terms.moment(date(2026, 3, 5))) == '"2026-03-05"^^<http://www.w3.org/2001/XMLSchema#date>'
    assert str(terms.moment(987)) == '"0987"^^<http://www.w3.org/2001/XMLSchema#gYear>'


@pytest.mark.parametrize("rdf_format", list(Format))
def test_the_same_store_gives_the_same_bytes_in_another_process_too(
    sqlite_url: str, tmp_path: Path, rdf_format: Format
) -> None:
    with Store.open(sqlite_url) as store:
        fill(store)
        export_rdf(store, tmp_path / "a", rdf_format)
    program = (
        "import sys; from pathlib import Path; from graph.store import Store; from graph.rdf.export import *;"
        "export_rdf(Store.open(sys.argv[1]), Path(sys.argv[2]), Format(sys.argv[3]))"
    )
    subprocess.run([sys.executable, "-c", program, sqlite_url, str(tmp_path / "b"), rdf_format], check=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_articles_that_came_in_another_order_have_the_same_iris(store: Store, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    for each in PAGES:
        add_page(store, each)
    with Store.open(other) as reversed_store:
        for each in reversed(PAGES):
            add_page(reversed_store, each)
        assert _exported(store, tmp_path / "a.nq").read_bytes() == _exported(
            reversed_store, tmp_path / "b.nq"
        ).read_bytes()  # fmt: skip


@pytest.mark.parametrize("base", ["https://example.org/kg/", "https://example.org/kg", "urn:x-mine"])
def test_iris_are_under_the_base_that_is_set(filled: Store, tmp_path: Path, base: str) -> None:
    graph = load_default(filled, tmp_path, base=base)
    subjects = {str(each) for each in graph.subjects()}
    assert all(each.startswith(base) for each in subjects)
    assert len(graph) == len(load_default(filled, tmp_path))


@pytest.mark.parametrize("base", ["no iri", "", "x", "https://a b/", "<>"])
def test_a_base_that_begins_no_iri_is_refused(base: str) -> None:
    with pytest.raises(terms.BadBase):
        terms.Names(base)


def test_merged_things_are_one_and_their_old_iris_lead_to_it(filled: Store, tmp_path: Path) -> None:
    with filled.reading() as connection:
        rows = connection.execute(select(schema.entities).where(schema.entities.c.type == "ORG")).all()
    left, right = sorted((rows[0], rows[1]), key=lambda row: row.id)
    decision = Decision(
        kind=DecisionKind.ENTITY, action=DecisionAction.MERGE, left_id=left.id, right_id=right.id, who="me", why="x"
    )
    decide(filled, decision, now=NOW)
    graph = load_default(filled, tmp_path)
    one, gone = (URIRef(f"urn:sayso:entity:{show_id(Kind.ENTITY, each.id)}") for each in (left, right))
    assert list(graph.objects(gone)) == [one]
    assert {str(each) for each in graph.objects(one, SDO.alternateName)} >= {right.name}


def test_a_filter_lets_through_what_it_names_and_what_that_refers_to(filled_on_each: Store, tmp_path: Path) -> None:
    def outlets_of(**names: Any) -> set[str]:
        graph = load_default(filled_on_each, tmp_path, selection=select_by_names(filled_on_each, **names))
        described = set(graph.subjects())
        for predicate in (PROV.wasAttributedTo, SDO.about, SDO.appearance, PROV.wasDerivedFrom, SDO.publisher):
            assert set(graph.objects(None, predicate)) <= described, predicate
        return values(graph, "SELECT ?name WHERE { ?article schema:publisher/schema:name ?name }")

    assert outlets_of(outlet_names=["HERALD"]) == {"Herald"}
    assert outlets_of(entity_texts=["Kestrel power"]) == {"Ledger", "Norland Herald"}
    assert outlets_of(entity_texts=["Kestrel power"], outlet_names=["Ledger"]) == {"Ledger"}
    assert outlets_of(since=datetime(2026, 3, 3, 12, tzinfo=UTC)) == {"Ledger", "Post", "Norland Herald"}
    with filled_on_each.reading() as connection:
        (claim,) = [row.id for row in connection.execute(select(schema.claims)) if row.text.lower() == LEAK.lower()]
    shown = show_id(Kind.CLAIM, claim)
    assert "Ledger" in outlets_of(claim_texts=[shown])
    graph = load_default(filled_on_each, tmp_path, selection=select_by_names(filled_on_each, claim_texts=[shown]))
    assert [str(each) for each in graph.subjects(RDF.type, SDO.Claim)] == [f"urn:sayso:claim:{shown}"]
    assert "DeepSeek" not in values(graph, "SELECT ?name WHERE { ?x schema:name ?name }")


def test_a_claim_that_is_chosen_keeps_what_encloses_it(store: Store, tmp_path: Path) -> None:
    add_page(store, SEED)
    with store.reading() as connection:
        inner = min(connection.execute(select(schema.claims)).all(), key=lambda row: len(row.text))
    graph = load_default(store, tmp_path, selection=Selection(claim_ids=(inner.id,)))
    assert len(list(graph.subjects(RDF.type, term("Attribution")))) == 2
    assert len(list(graph.subjects(RDF.type, SDO.Claim))) == 1


def test_a_claim_by_itself_is_json_ld_with_its_nanopublication(filled: Store) -> None:
    with filled.reading() as connection:
        (key,) = [row.id for row in connection.execute(select(schema.claims)) if row.text.lower() == LEAK.lower()]
    dataset = Dataset()
    dataset.parse(data=export_claim(filled, key), format="json-ld")
    assert values(dataset, "SELECT ?claim { ?claim a schema:Claim }") == {f"urn:sayso:claim:{show_id(Kind.CLAIM, key)}"}
    assert len(query(dataset, "SELECT ?n { GRAPH ?head { ?n a np:Nanopublication } }")) == 1
    assert len(query(dataset, "SELECT ?o { ?o a sayso:Occurrence }")) > 5


def test_a_file_appears_whole_or_not_at_all(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.ttl").write_text("what was there before")
    monkeypatch.setattr("graph.rdf.export.describe_claims", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_rdf(filled, tmp_path / "out.ttl", Format.TURTLE)
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.ttl"]
    assert (tmp_path / "out.ttl").read_text() == "what was there before"


class _FullDisk:
    def write(self, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None: ...


@pytest.mark.parametrize("rdf_format", list(Format))
def test_a_full_disk_is_said(filled: Store, rdf_format: Format) -> None:
    with pytest.raises(OSError, match="No space left"):
        export_rdf(filled, _FullDisk(), rdf_format)  # type: ignore[arg-type]


def test_progress_ends_at_the_number_that_was_told(filled_on_each: Store, tmp_path: Path) -> None:
    done: list[int] = []
    export_rdf(filled_on_each, tmp_path / "a.nq", Format.NQUADS, advance=done.append)
    assert sum(done) == count_export(filled_on_each) > 5


def test_hostile_text_stays_text(store: Store, tmp_path: Path) -> None:
    evil = '" . <a> <b> <c> . # \\ \n \u2028 \x01 \ufffe'
    hostile = replace(
        PAGE,
        url='https://a.example/[x]"> <x> {}|\\^`%zz',
        outlet=evil,
        title=evil,
        credit=evil + " (NPA) ",
        text=PAGE.text + evil,
    )
    add_page(store, hostile)
    for each in Format:
        dataset = load(store, tmp_path, each)
        assert not [quad for quad in dataset.quads() if str(quad[1]) == "b"]
        assert evil in {str(quad[2]) for quad in dataset.quads()}
        assert len(set(pyoxigraph.parse(path=tmp_path / f"out.{each}"))) == len(list(dataset.quads()))


@given(st.text(max_size=40), st.text(max_size=12))
@settings(max_examples=300)
def test_no_text_from_outside_makes_a_term_that_parsers_refuse(url: str, tag: str) -> None:
    url, tag = (each.encode("utf-8", "replace").decode() for each in (url, tag))
    subject = terms.web_iri(f"https://a.example/{url}") or terms.SAYSO["none"]
    written = pyoxigraph.serialize(
        [pyoxigraph.Triple(subject, terms.SCHEMA["text"], terms.words(url, tag))], format=pyoxigraph.RdfFormat.N_TRIPLES
    )
    ((found, _, value),) = Graph().parse(data=written, format="nt")
    assert str(found) == subject.value
    assert str(value) == url


def test_what_is_in_no_language_that_is_known_has_no_tag() -> None:
    assert str(terms.words("a", "x y")) == '"a"'
    assert str(terms.words("a", None)) == '"a"'
    assert str(terms.words("a", "pt-BR")) == '"a"@pt-br'


def test_an_article_of_no_outlet_is_attributed_to_none(store: Store, tmp_path: Path) -> None:
    said = Said(source=None, cue="reportedly", content=LEAK, type=SourceType.NONE)
    add_page(store, Page(url="https://x.example/1", outlet=None, text=f"{LEAK}, reportedly.", said=(said,)))
    graph = load_default(store, tmp_path)
    (version,) = graph.subjects(RDF.type, term("ArticleVersion"))
    assert not list(graph.objects(version, PROV.wasAttributedTo))
    (agent,) = graph.subjects(RDF.type, term("UnnamedSource"))
    assert not list(graph.objects(agent, SDO.description))


def _exported(store: Store, path: Path) -> Path:
    export_rdf(store, path, Format.NQUADS)
    return path
