"""Which claims, or entities, are one: `canonical_id`, computed from the links that were found and people's decisions.

A pure function of the rows: whatever the order in which they came, and after an undo, the same rows give the same
groups. Only what is connected with the things that changed is computed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from graph.joining import Pair, join, pair_of
from graph.pairs import JOIN_SCORE, Relation
from graph.schema import claim_links, claims, decisions, entities
from nlp.wording import Wording, read_wording

# A person's merge outweighs all that was computed; of two, the older comes first.
_DECIDED = 1e6
_CHUNK = 500
_APART = (Relation.RIVAL, Relation.ASKS, Relation.APART)
# Just below a join: two near claims that were not found to be the same.
_WEAK = JOIN_SCORE - 0.5
# A claim is clearest in a sentence: fewer words leave out who or what, more say a second thing. Looked at on BASIL.
_CLEAR_WORDS = (7, 30)


def regroup(connection: Connection, kind: str, things: Iterable[int]) -> None:
    """Compute `canonical_id` again for all things of `kind` (claim, entity) that are connected with `things`."""
    table = claims if kind == "claim" else entities
    rows = _connected_decisions(connection, kind, set(things))
    everything = set(things) | {row.left_id for row in rows} | {row.right_id for row in rows}
    links: list[Row[Any]] = []
    if kind == "claim":
        everything, rows, links = _connected_claims(connection, everything)
    held = _load(connection, table, everything)
    groups = join(held, _scores(links, rows), forbidden=_forbidden(links, rows), threshold=JOIN_SCORE)
    for group in groups:
        canonical = _clearest(group, held) if kind == "claim" else group[0]
        stale = [thing for thing in group if held[thing].canonical_id != canonical]
        for chunk in _chunks(stale):
            connection.execute(update(table).where(table.c.id.in_(chunk)).values(canonical_id=canonical))


def regroup_decided(connection: Connection, claim_ids: Iterable[int]) -> None:
    """Group those of these claims that people decided on: a decision holds for a claim that has come back."""
    rows = _decisions_on(connection, "claim", claim_ids)
    touched = {side for row in rows if row.undone_at is None for side in (row.left_id, row.right_id)}
    if touched:
        regroup(connection, "claim", touched)


def links_of(connection: Connection, things: Iterable[int]) -> list[Row[Any]]:
    """All links of these claims."""
    found: dict[Pair, Row[Any]] = {}
    for chunk in _chunks(things):
        for column in (claim_links.c.left_id, claim_links.c.right_id):
            for row in connection.execute(select(claim_links).where(column.in_(chunk))):
                found[row.left_id, row.right_id] = row
    return [found[pair] for pair in sorted(found)]


def _connected_claims(connection: Connection, things: set[int]) -> tuple[set[int], list[Row[Any]], list[Row[Any]]]:
    """The claims that a join could ever connect with `things`, with all decisions and links among them."""
    seen: set[int] = set()
    frontier = set(things)
    while frontier:
        seen |= frontier
        touching = links_of(connection, frontier)
        near = {side for row in touching if _is_bond(row) for side in (row.left_id, row.right_id)}
        near |= {side for row in _decisions_on(connection, "claim", frontier) for side in (row.left_id, row.right_id)}
        frontier = near - seen
    links = [row for row in links_of(connection, seen) if row.left_id in seen and row.right_id in seen]
    return seen, _decisions_on(connection, "claim", seen), links


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


def _connected_decisions(connection: Connection, kind: str, things: set[int]) -> list[Row[Any]]:
    found: dict[int, Row[Any]] = {}
    frontier, seen = set(things), set[int]()
    while frontier:
        rows = _decisions_on(connection, kind, frontier)
        found |= {row.id: row for row in rows}
        seen |= frontier
        frontier = {thing for row in rows for thing in (row.left_id, row.right_id)} - seen
    return [found[number] for number in sorted(found)]


def _decisions_on(connection: Connection, kind: str, things: Iterable[int]) -> list[Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for chunk in _chunks(things):
        touches = decisions.c.left_id.in_(chunk) | decisions.c.right_id.in_(chunk)
        rows = connection.execute(select(decisions).where(decisions.c.kind == kind, touches))
        found |= {row.id: row for row in rows}
    return [found[number] for number in sorted(found)]


def _load(connection: Connection, table: Table, things: Iterable[int]) -> dict[int, Row[Any]]:
    held: dict[int, Row[Any]] = {}
    for chunk in _chunks(things):
        held |= {row.id: row for row in connection.execute(select(table).where(table.c.id.in_(chunk)))}
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
