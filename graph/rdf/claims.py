"""A claim as RDF: the claim itself, where its chains go on, and its nanopublication.

What is alleged is a statement only in the assertion graph of the claim's nanopublication. The provenance graph says on
whose say-so it stands there, the publication info which runs found it. Who denies it is no source of the assertion and
stands, like all others, in the default graph as an attribution with its stance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad
from sqlalchemy import Connection, Row, select

from graph.chains import Chains
from graph.evidence import AttributionEvidence, ClaimEvidence, load_claims
from graph.ids import Kind
from graph.rdf.agents import Agents
from graph.rdf.hops import Jump, find_jumps, is_primary_source
from graph.rdf.selection import Selection, chosen_among
from graph.rdf.sheet import Sheet
from graph.rdf.terms import DCT, NP, OA, PROV, RDF, SAYSO, SCHEMA, Names, moment, part, words
from graph.related import RelatedClaim, linked_claims, load_all_related
from graph.schema import annotations_table, attributions, claim_members, claims
from graph.trace import SUPPORTING

# "Asks" is a stance as well, and a list's value has one meaning.
_LINK_KINDS = {
    "rival": "rival", "update": "update", "asks": "question", "answers": "question",
    "narrower": "narrower", "broader": "broader", "denies": "denial",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What the claims of one batch are described with. `enclosing` are the attributions that hold another."""

    names: Names
    agents: Agents
    chosen: set[int] | None
    runs: dict[int, Row[Any]]  # the annotation of each version
    enclosing: set[int]
    replaced: dict[int, list[int]]  # of a claim: those that it stands for
    linked: set[int]  # claims that may have others beside them


def describe_claims(
    connection: Connection, names: Names, agents: Agents, selection: Selection, claim_ids: Sequence[int]
) -> Iterator[tuple[int, list[Quad]]]:
    """Yield each claim's id and its quads, those in the default graph first, in the order of `claim_ids`."""
    group = select(claims.c.id).where(claims.c.canonical_id.in_(claim_ids))
    held = select(claim_members.c.attribution_id).where(claim_members.c.claim_id.in_(group))
    inner = attributions.alias("inner")
    versions = select(attributions.c.version_id).where(attributions.c.id.in_(held))
    runs = connection.execute(select(annotations_table).where(annotations_table.c.version_id.in_(versions)))
    replaced: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(select(claims.c.id, claims.c.canonical_id).where(claims.c.id.in_(group))):
        if row.id != row.canonical_id:
            replaced[row.canonical_id].append(row.id)
    context = _Context(
        names=names,
        agents=agents,
        chosen=chosen_among(connection, selection, attributions.c.id.in_(held)),
        runs={row.version_id: row for row in runs},
        enclosing=set(connection.execute(select(inner.c.parent_id).where(inner.c.parent_id.in_(held))).scalars()),
        replaced=replaced,
        linked=linked_claims(connection, claim_ids),
    )
    loaded = load_claims(connection, claim_ids)
    beside = load_all_related(connection, [each for each in loaded if each.claim_id in context.linked])
    for evidence in loaded:
        if (quads := _describe(context, evidence, beside.get(evidence.claim_id, ()))) is not None:
            yield evidence.claim_id, quads


def _describe(context: _Context, evidence: ClaimEvidence, related: Sequence[RelatedClaim]) -> list[Quad] | None:
    """Return the quads of a claim; `None` where none of its attributions goes out."""
    names, chosen = context.names, context.chosen
    members = [item for item in evidence.members if chosen is None or item.attribution_id in chosen]
    if not members:
        return None
    version_ids = sorted({item.version.version_id for item in members} & context.runs.keys())
    runs = {version_id: context.runs[version_id] for version_id in version_ids}
    claim = names.thing(Kind.CLAIM, evidence.claim_id)
    text = words(evidence.text, _language(runs))
    about = [names.thing(Kind.ENTITY, key) for key in sorted({key for item in members for key, _ in item.about})]
    sheet = Sheet()
    sheet.add(claim, RDF["type"], SCHEMA["Claim"])
    sheet.add(claim, SCHEMA["text"], text)
    for entity in about:
        sheet.add(claim, SCHEMA["about"], entity)
    for article_id in sorted({item.version.article_id for item in members}):
        sheet.add(claim, SCHEMA["appearance"], names.thing(Kind.ARTICLE, article_id))
    for other in sorted(context.replaced.get(evidence.claim_id, ())):
        sheet.add(names.thing(Kind.CLAIM, other), DCT["isReplacedBy"], claim)
    ids = {item.attribution_id for item in members}
    for jump in _jumps(names, evidence):
        if jump.attribution_id in ids and jump.held_attribution_id in ids:
            _describe_jump(sheet, claim, jump)
    for beside in related:
        _describe_related(sheet, claim, names.thing(Kind.CLAIM, beside.claim_id), beside)
    return [
        *sheet.quads(),
        *_head(claim),
        *_assertion(claim, text, about),
        *_provenance(context, claim, members),
        *_publication_info(names, claim, runs),
    ]


def _jumps(names: Names, evidence: ClaimEvidence) -> list[Jump]:
    if len({item.version.article_id for item in evidence.members}) < 2:
        return []
    return list(dict.fromkeys(find_jumps(names, evidence, Chains(evidence).find_all())))


def _describe_jump(sheet: Sheet, claim: NamedNode, jump: Jump) -> None:
    held = jump.held.value.rsplit(":", 1)[-1]
    citing = jump.citing.value.rsplit(":", 1)[-1]
    node = part(claim, f"relay:{citing}:{held}")
    sheet.add(jump.citing, PROV["wasDerivedFrom"], jump.held)
    sheet.add(jump.citing, PROV["qualifiedDerivation"], node)
    sheet.add(node, RDF["type"], PROV["Derivation"])
    sheet.add(node, PROV["entity"], jump.held)
    sheet.add(node, DCT["type"], SAYSO["relay"])


def _describe_related(sheet: Sheet, claim: NamedNode, other: NamedNode, found: RelatedClaim) -> None:
    """A link to a claim that stands beside this one; neither says that the other is wrong."""
    link = part(claim, f"beside:{other.value.rsplit(':', 1)[-1]}")
    sheet.add(claim, DCT["relation"], other)
    sheet.add(link, RDF["type"], OA["Annotation"])
    sheet.add(link, OA["motivatedBy"], OA["linking"])
    sheet.add(link, OA["hasTarget"], claim)
    sheet.add(link, OA["hasBody"], other)
    sheet.add(link, DCT["type"], SAYSO[_LINK_KINDS[found.kind]])
    sheet.add(link, RDF["value"], Literal(found.reason))


def _head(claim: NamedNode) -> list[Quad]:
    nanopublication = part(claim, "nanopublication")
    sheet = Sheet(part(claim, "head"))
    sheet.add(nanopublication, RDF["type"], NP["Nanopublication"])
    sheet.add(nanopublication, NP["hasAssertion"], part(claim, "assertion"))
    sheet.add(nanopublication, NP["hasProvenance"], part(claim, "provenance"))
    sheet.add(nanopublication, NP["hasPublicationInfo"], part(claim, "publication-info"))
    return sheet.quads()


def _assertion(claim: NamedNode, text: Literal, about: Sequence[NamedNode]) -> list[Quad]:
    """What is alleged, as statements. Where nobody knows whom it is about, that is a thing of its own."""
    sheet = Sheet(part(claim, "assertion"))
    for subject in about or [part(claim, "unidentified")]:
        sheet.add(subject, SAYSO["isSaidTo"], text)
    return sheet.quads()


def _provenance(context: _Context, claim: NamedNode, members: Sequence[AttributionEvidence]) -> list[Quad]:
    """On whose say-so: the sources that say it, not those who deny or doubt it, and all texts that hold the words."""
    assertion = part(claim, "assertion")
    sheet = Sheet(part(claim, "provenance"))
    for item in members:
        if item.stance in SUPPORTING:
            hop = context.names.thing(Kind.ATTRIBUTION, item.attribution_id)
            sheet.add(assertion, PROV["wasDerivedFrom"], hop)
            sheet.add(assertion, PROV["wasAttributedTo"], context.agents.of(item))
            if item.attribution_id not in context.enclosing and is_primary_source(item):
                sheet.add(assertion, PROV["hadPrimarySource"], hop)
        sheet.add(assertion, PROV["wasQuotedFrom"], context.names.thing(Kind.VERSION, item.version.version_id))
    return sheet.quads()


def _publication_info(names: Names, claim: NamedNode, runs: dict[int, Row[Any]]) -> list[Quad]:
    """The runs that found it; what they are made of is said once, with the version that each has read."""
    nanopublication = part(claim, "nanopublication")
    sheet = Sheet(part(claim, "publication-info"))
    sheet.add(nanopublication, SCHEMA["about"], claim)
    for version_id, run in runs.items():
        sheet.add(nanopublication, PROV["wasGeneratedBy"], part(names.thing(Kind.VERSION, version_id), "run"))
        sheet.add(nanopublication, PROV["wasAttributedTo"], names.pipeline(run.pipeline_id))
    if runs:
        sheet.add(nanopublication, PROV["generatedAtTime"], moment(max(run.made_at for run in runs.values())))
    return sheet.quads()


def _language(runs: dict[int, Row[Any]]) -> str | None:
    """The language of all texts that hold the claim; `None` where they differ or one is not known."""
    languages = {run.language for run in runs.values()}
    return languages.pop() if len(languages) == 1 else None
