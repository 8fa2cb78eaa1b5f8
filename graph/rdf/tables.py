"""The store for spreadsheets and graph viewers: CSV with a line an attribution, and GraphML for Gephi and yEd.

Streamed like the RDF, in the same order. What is alleged is a label in both, never a statement.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import Connection, select

from graph.evidence import AttributionEvidence, load_attributions
from graph.ids import Kind, show_id
from graph.rdf.agents import Agents, load_agents
from graph.rdf.export import EVERYTHING, no_progress, whole_file
from graph.rdf.selection import (
    Selection,
    article_batches,
    chosen_among,
    claim_batches,
    entity_batches,
    outlet_query,
    publication_names,
)
from graph.rdf.terms import Names, fold_name
from graph.schema import article_versions, attributions, claim_members, claims, entities
from graph.store import Store
from nlp.annotation import Span


class TableFormat(StrEnum):
    GRAPHML = "graphml"
    CSV = "csv"


COLUMNS = (
    "attribution", "claim", "claim_text", "stance", "source", "source_type", "source_entity", "about", "outlet",
    "article", "published", "first_seen", "quotation_type", "attribution_type", "confidence", "cue", "content",
    "content_start", "content_end", "sentence", "inside",
)  # fmt: skip

# What may not stand in XML 1.0, not even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A cell that begins with one of these is run as a formula by spreadsheets (Source: OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_table(
    store: Store,
    out: Path | IO[bytes],
    table_format: TableFormat,
    *,
    selection: Selection = EVERYTHING,
    advance: Callable[[int], None] = no_progress,
) -> int:
    """Write what is chosen of the store to `out`, a path whole or not at all; return the number of lines or edges.

    Raises:
        OSError: it cannot be written; nothing is left of a file, and one that was there before stays.
    """
    with whole_file(out) as file, store.reading() as connection:
        agents = load_agents(connection, Names())
        write = _write_csv if table_format is TableFormat.CSV else _write_graphml
        return write(connection, file, agents, selection, advance)


def _write_csv(
    connection: Connection, file: IO[bytes], _agents: Agents, selection: Selection, advance: Callable[[int], None]
) -> int:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    count = 0
    for found, claim_of in _attribution_batches(connection, selection, advance):
        for item in found:
            writer.writerow([_cell(value) for value in _row(item, claim_of.get(item.attribution_id))])
            count += 1
        _empty_into(buffer, file)
    _empty_into(buffer, file)
    return count


def _row(item: AttributionEvidence, claim: tuple[int, str] | None) -> Iterator[object]:
    content = item.spans.get("content", ())
    published = item.version.published_at
    yield show_id(Kind.ATTRIBUTION, item.attribution_id)
    yield "" if claim is None else show_id(Kind.CLAIM, claim[0])
    yield "" if claim is None else claim[1]
    yield item.stance
    yield item.source_name or ""
    yield item.source_type
    yield "" if item.source_entity_id is None else show_id(Kind.ENTITY, item.source_entity_id)
    yield " | ".join(name for _, name in item.about)
    yield item.version.outlet or ""
    yield item.version.url
    yield "" if published is None else published.isoformat()
    yield item.version.first_seen_at.isoformat()
    yield item.quotation_type
    yield item.attribution_type
    yield item.confidence
    yield " ".join(_words(item, span) for span in item.spans.get("cue", ()))
    yield " ... ".join(_words(item, span) for span in content)
    yield content[0].start if content else ""
    yield content[-1].end if content else ""
    yield item.words
    yield "" if item.parent_id is None else show_id(Kind.ATTRIBUTION, item.parent_id)


def _words(item: AttributionEvidence, span: Span) -> str:
    """The words of a span, all of which lie in the sentence."""
    return item.words[span.start - item.sentence.start : span.end - item.sentence.start]


def _cell(value: object) -> object:
    """Text as text: what a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_graphml(
    connection: Connection, file: IO[bytes], agents: Agents, selection: Selection, advance: Callable[[int], None]
) -> int:
    """Nodes first, as some readers want them, then a line for each: who says it, who is quoted by whom, about whom."""
    file.write(_GRAPHML_HEAD.encode())
    for key, kind, label in _nodes(connection, selection):
        file.write(_node(key, kind, label).encode())
    lines: list[str] = []
    count = 0
    for found, claim_of in _attribution_batches(connection, selection, advance):
        by_id = {item.attribution_id: item for item in found}
        for item in found:
            lines += _edges(agents, item, by_id, claim_of.get(item.attribution_id))
        count += sum("<edge " in line for line in lines)
        file.write("".join(lines).encode())
        lines.clear()
    file.write(b"</graph>\n</graphml>\n")
    return count


_GRAPHML_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="label" for="node" attr.name="label" attr.type="string"/>
<key id="kind" for="node" attr.name="kind" attr.type="string"/>
<key id="relation" for="edge" attr.name="relation" attr.type="string"/>
<key id="stance" for="edge" attr.name="stance" attr.type="string"/>
<key id="confidence" for="edge" attr.name="confidence" attr.type="double"/>
<key id="article" for="edge" attr.name="article" attr.type="string"/>
<key id="time" for="edge" attr.name="time" attr.type="string"/>
<graph id="sayso" edgedefault="directed">
"""


def _nodes(connection: Connection, selection: Selection) -> Iterator[tuple[str, str, str]]:
    """Yield key, kind and label of all but the sources without identity, which stand with their edges."""
    held = set()
    for row in connection.execute(outlet_query(selection)):
        held.add(fold_name(row.name))
        yield f"outlet:{fold_name(row.name)}", "outlet", row.name
    known = dict.fromkeys(held)
    for name in sorted(publication_names(connection, selection)):
        if fold_name(name) not in known:
            known[fold_name(name)] = None
            yield f"outlet:{fold_name(name)}", "outlet", name
    for ids in entity_batches(connection, selection):
        query = select(entities).where(entities.c.id.in_(ids)).order_by(entities.c.id)
        for row in connection.execute(query):
            yield show_id(Kind.ENTITY, row.id), row.type.lower(), row.name
    for ids in claim_batches(connection, selection):
        for row in connection.execute(select(claims).where(claims.c.id.in_(ids)).order_by(claims.c.id)):
            yield show_id(Kind.CLAIM, row.id), "claim", row.text


def _edges(
    agents: Agents,
    item: AttributionEvidence,
    siblings: dict[int, AttributionEvidence],
    claim: tuple[int, str] | None,
) -> Iterator[str]:
    source, is_own = _agent_key(agents, item)
    if is_own:
        yield _node(source, "unnamed source", item.source_name or "not named")
    outer = siblings.get(item.parent_id) if item.parent_id is not None else None
    quoting = _outlet_key(item) if outer is None else _agent_key(agents, outer)[0]
    if quoting is not None and quoting != source:
        yield _edge(quoting, source, "quotes", item)
    if claim is not None:
        yield _edge(source, show_id(Kind.CLAIM, claim[0]), "says", item)
        for entity_id in sorted({entity_id for entity_id, _ in item.about}):
            yield _edge(show_id(Kind.CLAIM, claim[0]), show_id(Kind.ENTITY, entity_id), "about", item)


def _agent_key(agents: Agents, item: AttributionEvidence) -> tuple[str, bool]:
    """The key of a node, and whether it is of this attribution alone."""
    if item.source_entity_id is not None:
        return show_id(Kind.ENTITY, item.source_entity_id), False
    name = agents.known_name(item)
    if name is not None:
        return f"outlet:{fold_name(name)}", False
    return show_id(Kind.ATTRIBUTION, item.attribution_id), True


def _outlet_key(item: AttributionEvidence) -> str | None:
    return None if item.version.outlet is None else f"outlet:{fold_name(item.version.outlet)}"


def _node(key: str, kind: str, label: str) -> str:
    return f"<node id={_attribute(key)}>{_field('label', label)}{_field('kind', kind)}</node>\n"


def _edge(start: str, end: str, relation: str, item: AttributionEvidence) -> str:
    fields = (
        _field("relation", relation),
        _field("stance", item.stance),
        _field("confidence", repr(item.confidence)),
        _field("article", item.version.url),
        _field("time", item.version.at.isoformat()),
    )
    return f"<edge source={_attribute(start)} target={_attribute(end)}>{''.join(fields)}</edge>\n"


def _field(key: str, value: str) -> str:
    return f'<data key="{key}">{escape(_NOT_XML.sub(chr(0xFFFD), value))}</data>'


def _attribute(value: str) -> str:
    return quoteattr(_NOT_XML.sub(chr(0xFFFD), value))


def _attribution_batches(
    connection: Connection, selection: Selection, advance: Callable[[int], None]
) -> Iterator[tuple[list[AttributionEvidence], dict[int, tuple[int, str]]]]:
    """Yield the chosen attributions of some articles, in order, with the claim (id and text) of each that has one."""
    canonical = claims.alias("canonical")
    for article_ids in article_batches(connection, selection):
        versions = select(article_versions.c.id).where(article_versions.c.article_id.in_(article_ids))
        inside = attributions.c.version_id.in_(versions)
        chosen = chosen_among(connection, selection, inside)
        if chosen is None:
            chosen = set(connection.execute(select(attributions.c.id).where(inside)).scalars())
        found = load_attributions(connection, chosen)
        member = (
            select(claim_members.c.attribution_id, canonical.c.id, canonical.c.text)
            .join(claims, claims.c.id == claim_members.c.claim_id)
            .join(canonical, canonical.c.id == claims.c.canonical_id)
            .join(attributions, attributions.c.id == claim_members.c.attribution_id)
            .where(inside)
        )
        claim_of = {row.attribution_id: (row.id, row.text) for row in connection.execute(member)}
        by_article: dict[int, list[AttributionEvidence]] = defaultdict(list)
        for item in found.values():
            by_article[item.version.article_id].append(item)
        ordered = [item for key in article_ids for item in sorted(by_article[key], key=lambda item: _place(item))]
        yield ordered, claim_of
        advance(len(article_ids))


def _place(item: AttributionEvidence) -> tuple[int, Span, int]:
    return item.version.version_id, item.sentence, item.attribution_id


def _empty_into(buffer: io.StringIO, file: IO[bytes]) -> None:
    file.write(buffer.getvalue().encode())
    buffer.seek(0)
    buffer.truncate()
