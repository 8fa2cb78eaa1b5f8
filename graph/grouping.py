"""Which claims are one: `canonical_id`, computed from the links that were found and people's decisions.

A pure function of the rows: whatever the order in which they came, and after an undo, the same rows give the same
groups. Only what is connected with the things that changed is computed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from graph.joining import Pair, join, pair_of
from graph.pairs import JOIN_SCORE, Relation
from graph.schema import claim_links, claim_members, claims, decisions, rejected_attributions
from nlp.wording import Wording, read_wording

# A person's merge outweighs all that was computed; of two, the older comes first.
_DECIDED = 1e6
_CHUNK = 500
_APART = (Relation.RIVAL, Relation.ASKS, Relation.APART, Relation.NARROWER)
# Just below a join: two near claims that were not found to be the same.
_WEAK = JOIN_SCORE - 0.5
# A claim is clearest in a sentence: fewer words leave out who or what, more say a second thing. Looked at on BASIL.
_CLEAR_WORDS = (7, 30)


def regroup_claims(connection: Connection, claim_ids: Iterable[int]) -> None:
    """Compute `canonical_id` again for all claims that are connected with these."""
    connected, rows, links = _connected_claims(connection, set(claim_ids))
    held = _load_claims(connection, connected)
    unsaid = _find_unsaid(connection, held)
    groups = join(held.keys() - unsaid, _scores(links, rows), forbidden=_forbidden(links, rows), threshold=JOIN_SCORE)
    groups += [(claim,) for claim in sorted(unsaid)]
    for group in groups:
        canonical = _clearest(group, held)
        stale = [claim for claim in group if held[claim].canonical_id != canonical]
        for chunk in _chunks(stale):
            connection.execute(update(claims).where(claims.c.id.in_(chunk)).values(canonical_id=canonical))


def _find_unsaid(connection: Connection, claim_ids: Iterable[int]) -> set[int]:
    """Of these claims those that nobody makes but in attributions that a person has rejected: they hold nothing up."""
    unsaid: set[int] = set()
    for chunk in _chunks(claim_ids):
        said = select(claim_members.c.claim_id).where(claim_members.c.claim_id == rejected_attributions.c.claim_id)
        query = select(rejected_attributions.c.claim_id).where(
            rejected_attributions.c.claim_id.in_(chunk), ~said.exists()
        )
        unsaid |= set(connection.execute(query).scalars())
    return unsaid


def regroup_decided(connection: Connection, claim_ids: Iterable[int]) -> None:
    """Group those of these claims that people decided on: a decision holds for a claim that has come back."""
    rows = _decisions_on(connection, claim_ids)
    touched = {side for row in rows if row.undone_at is None for side in (row.left_id, row.right_id)}
    if touched:
        regroup_claims(connection, touched)


def links_of(connection: Connection, things: Iterable[int], *only: ColumnElement[bool]) -> list[Row[Any]]:
    """The links of these claims, of which all of `only` is true."""
    found: dict[Pair, Row[Any]] = {}
    for chunk in _chunks(things):
        for column in (claim_links.c.left_id, claim_links.c.right_id):
            for row in connection.execute(select(claim_links).where(column.in_(chunk), *only)):
                found[row.left_id, row.right_id] = row
    return [found[pair] for pair in sorted(found)]


def _connected_claims(connection: Connection, things: set[int]) -> tuple[set[int], list[Row[Any]], list[Row[Any]]]:
    """The claims that a join could ever connect with `things`, with all decisions and links among them."""
    seen: set[int] = set()
    frontier = set(things)
    while frontier:
        seen |= frontier
        near = {side for row in _decisions_on(connection, frontier) for side in (row.left_id, row.right_id)}
        frontier = (_bound_to(connection, frontier) | near) - seen
    return seen, _decisions_on(connection, seen), _links_among(connection, seen)


def _bound_to(connection: Connection, claim_ids: Iterable[int]) -> set[int]:
    """The claims that one of these was judged the same as."""
    bond = (claim_links.c.relation == Relation.SAME) & (claim_links.c.score >= JOIN_SCORE)
    found: set[int] = set()
    for chunk in _chunks(claim_ids):
        for ours, theirs in (
            (claim_links.c.left_id, claim_links.c.right_id),
            (claim_links.c.right_id, claim_links.c.left_id),
        ):
            found |= set(connection.execute(select(theirs).where(ours.in_(chunk), bond).distinct()).scalars())
    return found


def _links_among(connection: Connection, claim_ids: set[int]) -> list[Row[Any]]:
    """The links of which both sides are among these, without their reasons, which are long."""
    columns = (claim_links.c.left_id, claim_links.c.right_id, claim_links.c.relation, claim_links.c.score)
    query: Select[Any] = select(*columns)
    found = [
        row
        for chunk in _chunks(claim_ids)
        for row in connection.execute(query.where(claim_links.c.left_id.in_(chunk)))
        if row.right_id in claim_ids
    ]
    return sorted(found, key=lambda row: (row.left_id, row.right_id))


def _is_bond(row: Row[Any]) -> bool:
    return bool(row.relation == Relation.SAME and row.score >= JOIN_SCORE)


def _scores(links: Iterable[Row[Any]], decided: Iterable[Row[Any]]) -> dict[Pair, float]:
    # What was not judged the same holds a group together only as far as it does not tear it apart.
    scores = {(row.left_id, row.right_id): row.score if _is_bond(row) else min(row.score, _WEAK) for row in links}
    merges = [row for row in decided if row.action == "merge" and row.undone_at is None]
    for age, row in enumerate(sorted(merges, key=lambda row: -row.id)):
        scores[pair_of(row.left_id, row.right_id)] = _DECIDED * (1 + age)
    return scores


def _forbidden(links: Iterable[Row[Any]], decided: Iterable[Row[Any]]) -> list[Pair]:
    """What keeps two apart; a person's merge of just these two overrules what was computed, but no split."""
    standing = [row for row in decided if row.undone_at is None]
    merged = {pair_of(row.left_id, row.right_id) for row in standing if row.action == "merge"}
    computed = {(row.left_id, row.right_id) for row in links if row.relation in _APART}
    split = {pair_of(row.left_id, row.right_id) for row in standing if row.action == "split"}
    return sorted((computed - merged) | split)


def _decisions_on(connection: Connection, claim_ids: Iterable[int]) -> list[Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for chunk in _chunks(claim_ids):
        touches = decisions.c.left_id.in_(chunk) | decisions.c.right_id.in_(chunk)
        rows = connection.execute(select(decisions).where(decisions.c.kind == "claim", touches))
        found |= {row.id: row for row in rows}
    return [found[number] for number in sorted(found)]


def _load_claims(connection: Connection, claim_ids: Iterable[int]) -> dict[int, Row[Any]]:
    held: dict[int, Row[Any]] = {}
    for chunk in _chunks(claim_ids):
        held |= {row.id: row for row in connection.execute(select(claims).where(claims.c.id.in_(chunk)))}
    return held


def _clearest(group: tuple[int, ...], held: dict[int, Row[Any]]) -> int:
    """The member that says it best: plainly stated, of a sentence's length, with names; of equals the shortest."""
    if len(group) == 1:
        return group[0]
    return min(group, key=lambda thing: (*_unclearness(held[thing].text), thing))


def _unclearness(text: str) -> tuple[int, int]:
    wording: Wording = read_wording(text)
    words = len(text.split())
    fewest, most = _CLEAR_WORDS
    lacks = [wording.is_question, wording.is_negated, not fewest <= words <= most, not wording.names, wording.is_hedged]
    return sum(lacks), words


def _chunks(things: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(things)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
