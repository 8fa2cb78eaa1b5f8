"""Which entities are one: `canonical_id`, computed from signs, names and decisions of all that hang together.

Signs are joined one by one, the strongest first; what a decision keeps apart is never joined, and whoever was split off
comes last, so that the others stay with those whom it was split off from. A pure function of the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, or_, select, union_all, update

from graph.joining import Pair, pair_of
from graph.names import LONGEST_NAME, are_compatible, fold_letters, is_acronym, spells
from graph.schema import Id, aliases, decisions, entities, entity_signs
from nlp.annotation import EntityType

# Who decides where no person does. No person may go by this name: what the machine took back binds nobody.
MACHINE = "sayso, by signs"
SAME_NAME, SHORT_FOR = 3.0, 2.5  # log odds, by judgement, as those of signs
_CHUNK = 500

Node = int | tuple[str, int, str]  # an entity, or what several share


@dataclass(frozen=True, slots=True)
class Edge:
    """An entity and what it shares with others, or another entity."""

    score: float
    shared: Node
    entity_id: int


def regroup_entities(connection: Connection, things: Iterable[int]) -> None:
    """Compute `canonical_id` again for these entities and all that hang together with them."""
    rows = _load_connected(connection, set(things))
    held = {row.id: row for row in rows}
    decided = decisions_on(connection, held)
    groups = _join(held, _load_edges(connection, held), decided)
    for group in groups:
        canonical = min(group, key=lambda key: fullness(held[key]))
        stale = [key for key in group if held[key].canonical_id != canonical]
        for chunk in chunks(stale):
            connection.execute(update(entities).where(entities.c.id.in_(chunk)).values(canonical_id=canonical))


def fullness(row: Row[Any]) -> tuple[int, int]:
    """What sorts the entity first that its group is called by: the one with the most words in its name."""
    return (0 if len(row.name) > LONGEST_NAME else -len(fold_letters(row.name).split()), row.id)


def decisions_on(connection: Connection, things: Iterable[int]) -> list[Row[Any]]:
    """The decisions about these entities that bear on who is who: all but the machine's merges that stand."""
    found: dict[int, Row[Any]] = {}
    for chunk in chunks(things):
        touches = decisions.c.left_id.in_(chunk) | decisions.c.right_id.in_(chunk)
        bears = or_(decisions.c.who != MACHINE, keeps_apart())
        rows = connection.execute(select(decisions).where(decisions.c.kind == "entity", touches, bears))
        found |= {row.id: row for row in rows}
    return [found[number] for number in sorted(found)]


def keeps_apart() -> ColumnElement[bool]:
    """Of decisions: those that keep two apart, which are splits, and the machine's merges that a person took back."""
    taken_back = and_(decisions.c.undone_at.is_not(None), decisions.c.who == MACHINE, decisions.c.undone_by != MACHINE)
    return or_(
        and_(decisions.c.action == "split", decisions.c.undone_at.is_(None)),
        and_(decisions.c.action == "merge", taken_back),
    )


def load_contested(connection: Connection, buckets: Iterable[int]) -> set[int]:
    """Of names of people (`entities.bucket`) those under which two of different middle names are held."""
    wanted = sorted(set(buckets))
    if not wanted:
        return set()
    # Mostly all agree, which the two ends of the index tell without reading what lies between.
    ends = union_all(*(_ends_of(bucket) for bucket in wanted))
    several = [row.bucket for row in connection.execute(ends) if row.low != row.high]
    query = select(entities.c.bucket, entities.c.variant).where(entities.c.bucket.in_(several)).distinct()
    found: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(query) if several else ():
        found[row.bucket].add(row.variant)
    return {bucket for bucket, variants in found.items() if not are_compatible(sorted(variants))}


def _ends_of(bucket: int) -> Select[Any]:
    mine = entities.c.bucket == bucket
    low, high = (select(end(entities.c.variant)).where(mine).scalar_subquery() for end in (func.min, func.max))
    return select(literal(bucket, Id).label("bucket"), low.label("low"), high.label("high"))


def chunks(things: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(things)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def connected_with(connection: Connection, things: Iterable[int]) -> set[int]:
    """Return these entities and all that hang together with them."""
    return {row.id for row in _load_connected(connection, set(things))}


def _load_connected(connection: Connection, things: set[int]) -> list[Row[Any]]:
    """These entities and all that a sign, a name or a decision could ever join with them."""
    held: dict[int, Row[Any]] = {}
    signs_seen: set[int] = set()
    frontier = things
    while frontier:
        rows = [row for chunk in chunks(frontier) for row in _by(connection, entities.c.id.in_(chunk))]
        held |= {row.id: row for row in rows}
        near = _grouped_with(connection, {row.canonical_id for row in rows})
        near |= {side for row in decisions_on(connection, frontier) for side in (row.left_id, row.right_id)}
        signs = _signs_of(connection, frontier) - signs_seen
        signs_seen |= signs
        for chunk in chunks(signs):
            query = select(entity_signs.c.entity_id).where(entity_signs.c.sign.in_(chunk)).distinct()
            near |= set(connection.execute(query).scalars())
        near |= _named_alike(connection, rows)
        frontier = near - held.keys() - things
    return list(held.values())


def _by(connection: Connection, condition: ColumnElement[bool]) -> list[Row[Any]]:
    return list(connection.execute(select(entities).where(condition)))


def _grouped_with(connection: Connection, canonical_ids: set[int]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(canonical_ids):
        query = select(entities.c.id).where(entities.c.canonical_id.in_(chunk))
        found |= set(connection.execute(query).scalars())
    return found | canonical_ids


def _signs_of(connection: Connection, things: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(things):
        query = select(entity_signs.c.sign).where(entity_signs.c.entity_id.in_(chunk)).distinct()
        found |= set(connection.execute(query).scalars())
    return found


def _named_alike(connection: Connection, rows: Sequence[Row[Any]]) -> set[int]:
    named = [row for row in rows if row.type != EntityType.PERSON]
    found: set[int] = set()
    for chunk in chunks({row.bucket for row in named if row.bucket is not None}):
        found |= {row.id for row in _by(connection, entities.c.bucket.in_(chunk)) if row.type != EntityType.PERSON}
    for short, long in _acronyms(connection, named):
        found |= {row.id for row in [*short, *long]}
    return found


def _load_edges(connection: Connection, held: Mapping[int, Row[Any]]) -> list[Edge]:
    people = {row.id: row for row in held.values() if row.type == EntityType.PERSON}
    contested = load_contested(connection, {row.bucket for row in people.values() if row.bucket is not None})
    edges = []
    for chunk in chunks(people):
        query = select(entity_signs.c.sign, entity_signs.c.entity_id, func.max(entity_signs.c.score).label("score"))
        query = query.where(entity_signs.c.entity_id.in_(chunk))
        for row in connection.execute(query.group_by(entity_signs.c.sign, entity_signs.c.entity_id)):
            person = people[row.entity_id]
            variant = person.variant if person.bucket in contested else ""
            edges.append(Edge(row.score, ("sign", row.sign, variant), row.entity_id))
    named = [row for row in held.values() if row.type != EntityType.PERSON]
    edges += [Edge(SAME_NAME, ("name", row.bucket, ""), row.id) for row in named if row.bucket is not None]
    for short, long in _acronyms(connection, named):
        if len({row.bucket for row in long}) == 1:  # one that is short for two different names is short for none
            edges += [Edge(SHORT_FOR, other.id, one.id) for one in short for other in long]
    return edges


def _acronyms(connection: Connection, rows: Sequence[Row[Any]]) -> list[tuple[list[Row[Any]], list[Row[Any]]]]:
    """For each acronym that these are called by: who has it for a name, and who spells it out."""
    organisations = [row for row in rows if row.type == EntityType.ORG]
    short = {fold_letters(row.name) for row in organisations if is_acronym(row.name)}
    for chunk in chunks(row.id for row in organisations if not is_acronym(row.name)):
        query = select(aliases.c.name).where(aliases.c.entity_id.in_(chunk))
        short |= {fold_letters(name) for name in connection.execute(query).scalars() if is_acronym(name)}
    return [_load_acronym(connection, folded) for folded in sorted(short)]


def _load_acronym(connection: Connection, folded: str) -> tuple[list[Row[Any]], list[Row[Any]]]:
    query = (
        select(entities, aliases.c.name.label("alias"))
        .join(aliases, aliases.c.entity_id == entities.c.id)
        .where(aliases.c.folded == folded, entities.c.type == EntityType.ORG)
        .order_by(entities.c.id)
    )
    rows = [row for row in connection.execute(query) if is_acronym(row.alias)]
    short = [row for row in rows if is_acronym(row.name)]
    return short, [row for row in rows if not is_acronym(row.name) and spells(row.alias, row.name)]


@dataclass(slots=True)
class _Groups:
    """Union-find over entities and what they share, where some may never meet."""

    parent: dict[Node, Node] = field(default_factory=dict)
    never: dict[Node, set[Node]] = field(default_factory=lambda: defaultdict(set))
    size: dict[Node, int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def find(self, node: Node) -> Node:
        root = node
        while (above := self.parent.get(root, root)) != root:
            root = above
        while (above := self.parent.get(node, node)) != root:
            self.parent[node], node = root, above
        return root

    def keep_apart(self, left: Node, right: Node) -> None:
        self.never[left].add(right)
        self.never[right].add(left)

    def join(self, left: Node, right: Node) -> None:
        """Put the groups of two together, unless something keeps them apart."""
        one, other = self.find(left), self.find(right)
        if one == other or other in self.never[one]:
            return
        if self.size[one] < self.size[other]:
            one, other = other, one
        self.parent[other] = one
        self.size[one] += self.size[other]
        for apart in self.never.pop(other, set()):
            self.never[apart].discard(other)
            self.keep_apart(one, apart)


def _join(held: Mapping[int, Row[Any]], edges: Sequence[Edge], decided: Sequence[Row[Any]]) -> list[list[int]]:
    merges, apart = _read_decisions(decided)
    groups = _Groups()
    for left, right in apart:
        groups.keep_apart(left, right)
    for left, right in merges:
        if left in held and right in held:
            groups.join(left, right)
    leaving = {right for _, right in apart}
    order = sorted(edges, key=lambda e: (e.entity_id in leaving, -e.score, repr(e.shared), e.entity_id))
    for edge in order:
        groups.join(edge.shared, edge.entity_id)
    found: dict[Node, list[int]] = defaultdict(list)
    for key in sorted(held):
        found[groups.find(key)].append(key)
    return list(found.values())


def _read_decisions(decided: Sequence[Row[Any]]) -> tuple[list[Pair], list[Pair]]:
    """People's merges, the oldest first, and who is kept apart; the right side of these is the one that leaves.

    A person's merge of just these two overrules what the machine keeps apart, and that a merge of the machine was taken
    back, but no split by a person.
    """
    standing = [row for row in decided if row.undone_at is None]
    merges = [(row.left_id, row.right_id) for row in standing if row.action == "merge" and row.who != MACHINE]
    merged = {pair_of(*pair) for pair in merges}
    apart = []
    for row in decided:
        by_person = row.action == "split" and row.undone_at is None and row.who != MACHINE
        by_machine = (row.action == "split" and row.undone_at is None) or (
            row.action == "merge" and row.who == MACHINE and row.undone_by not in (None, MACHINE)
        )
        if by_person or (by_machine and pair_of(row.left_id, row.right_id) not in merged):
            apart.append((row.left_id, row.right_id))
    return merges, apart
