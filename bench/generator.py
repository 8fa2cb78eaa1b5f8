"""Large stores for benchmarks: an invented world of outlets, stories and sources, the same for the same seed.

    python -m bench.generator sqlite:////tmp/large.db --attributions 100000

What makes real stores hard is in it: a few outlets publish most; a few stories are in hundreds of articles and most in
one; wire copies share their text; claims come back in the same words with other sources; sources are quoted through
other outlets; some claims are denied; a few people and organisations are in everything. All words are made up.

`generate` yields articles with their annotations. `fill_store` writes them in bulk, some ten times as fast as one by
one; a test holds its rows to those that `save_article` and `save_annotation` make.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import click

from graph.annotating import ROLES, attribution_id, entity_key, entity_name, entity_row, read_signs
from graph.articles import SavedArticle, insert_articles
from graph.claim_keys import ClaimKey, claim_key
from graph.derivations import save_derivations, version_query
from graph.identities import identify
from graph.identity_groups import load_contested
from graph.ids import stable_id
from graph.names import fold_letters
from graph.rows import insert_new
from graph.schema import (
    aliases,
    annotations_table,
    attribution_about,
    attribution_spans,
    attributions,
    claim_members,
    claims,
    entities,
    mentions,
    pipelines,
)
from graph.store import Store
from graph.times import credible_time
from ingest.article import Article, DateOrigin
from nlp.annotation import (
    Annotation,
    Attribution,
    AttributionType,
    Entity,
    EntityType,
    QuotationType,
    SourceType,
    Span,
    Stance,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
PIPELINE = "bench generator 1"
ARTICLES_AT_ONCE = 500

# Shares as counted in the sample feeds and in PolNeAR, rounded.
NESTED, COPIED, DENIED, DECLINED, DOUBTED = 0.15, 0.25, 0.06, 0.03, 0.02


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_FIRST = _list(
    "Ada Bo Cyra Dag Elin Faro Gita Hanno Ilse Joren Kaia Levan Mira Nils Oda Pavel Quirin Rhea Sten Tova Ulf Vera "
    "Wim Xenia Yara Zeno Arlo Brit Coen Dora Emil Frida"
)
_LAST = _list(
    "Brandt Ek Falk Grahn Holt Iversen Jansma Kessel Lund Maro Nygard Orlov Prast Quist Rask Sand Tarn Unger Vik "
    "Wolde Yrsa Zoll Almer Bruun Cask Dreyer Egge Fjell Gast Hjort Isak Juhl Kvam Lorne"
)
_PLACES = _list("Velden Orsk Tarnholm Norport Kelling Brae Sund Marrow Ostby Fjordal Lindau Halden Corvo Easel Pell")
_TRADES = _list("Power Batteries Shipping Foods Steel Rail Water Mining Airlines Pharma Bank Textiles Timber Telecom")
_PAPERS = _list("Herald Gazette Post Courier Ledger Voice Observer Tribune Mail Echo Monitor Review Times Standard")
_AGENCIES = ("Norland Press Agency", "Velde Newswire", "Coast News Agency")
_DEEDS = ("dumped {n} barrels of solvent near {place}", "cut {n} jobs at the plant in {place}",
          "paid {n} million to officials in {place}", "shipped {n} tonnes of waste through {place}",
          "recalled {n} units sold in {place}", "hid {n} safety reports about {place}",
          "spent {n} million on the line to {place}", "lost {n} customer records in {place}")  # fmt: skip
_FILLER = ("The plant stands on the northern bank of the river.", "Shares closed lower in late trading.",
           "Talks between the two sides began in the spring.", "The road was closed for most of the morning.",
           "A hearing is set for the end of the month.", "Prices have risen in each of the last four quarters.",
           "Several streets were still without power at noon.", "The council meets again next week.")  # fmt: skip
_UNNAMED = ("an official", "a person familiar with the matter", "two former managers", "residents")
_CUES = {
    Stance.ASSERTS: ("said", "said that", "told reporters that", "wrote that"),
    Stance.SUPPORTS: ("confirmed that",),
    Stance.DENIES: ("denied that",),
    Stance.DOUBTS: ("doubted that",),
    Stance.DECLINES: ("declined to comment on whether",),
    Stance.RELAYS: ("reported that",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """`about` is the organisation that its words begin with."""

    about: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    claims: tuple[_Claim, ...]
    people: tuple[str, ...]
    at: datetime


@dataclass(slots=True)
class _Draft:
    """A text as it is written, with what is said in it."""

    text: str = ""
    names: dict[tuple[str, EntityType], list[Span]] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, words: str) -> Span:
        start = len(self.text)
        self.text += words
        return Span(start, len(self.text))

    def name(self, name: str, kind: EntityType, span: Span) -> None:
        self.names.setdefault((name, kind), []).append(span)


def generate(attribution_count: int, *, seed: int = 0) -> Iterator[tuple[Article, Annotation]]:
    """Yield articles with what is read in them, until there are `attribution_count` attributions or a few more."""
    world = _World(Random(seed), attribution_count)
    made = 0
    while made < attribution_count:
        for article, annotation in world.tell_story():
            yield article, annotation
            made += len(annotation.attributions)
            if made >= attribution_count:
                return


def fill_store(
    store: Store, attribution_count: int, *, seed: int = 0, advance: Callable[[int], None] = lambda _count: None
) -> int:
    """Write a generated world into `store` and return how many attributions it has. `advance` is told of articles."""
    batch: list[tuple[Article, Annotation]] = []
    made = 0
    for article, annotation in generate(attribution_count, seed=seed):
        batch.append((article, annotation))
        made += len(annotation.attributions)
        if len(batch) == ARTICLES_AT_ONCE:
            write_batch(store, batch)
            advance(len(batch))
            batch.clear()
    write_batch(store, batch)
    advance(len(batch))
    return made


class _World:
    """Who there is, and what happens. A name's place in its list says how often it is in the news."""

    def __init__(self, random: Random, attribution_count: int) -> None:
        self._random = random
        self._stories = 0
        self._articles = 0
        papers = [f"{place} {paper}" for paper in _PAPERS for place in _PLACES]
        random.shuffle(papers)
        self._outlets = papers[: min(len(papers), 20 + attribution_count // 1000)]
        self._people = [self._person(number) for number in range(50 + attribution_count // 40)]
        self._organisations = [self._organisation(number) for number in range(30 + attribution_count // 80)]

    def tell_story(self) -> Iterator[tuple[Article, Annotation]]:
        """Yield the articles about one story: one for most, hundreds for a few."""
        story = self._make_story()
        reach = min(int(self._random.paretovariate(1.1)), 300)
        wire = self._write(story)
        for number in range(reach):
            is_copy = number > 0 and self._random.random() < COPIED
            draft = wire if is_copy or number == 0 else self._write(story)
            agency = self._random.choice(_AGENCIES) if is_copy else None
            yield self._publish(draft, story, agency)

    def _make_story(self) -> _Story:
        self._stories += 1
        organisations = [self._pick(self._organisations) for _ in range(2)]
        claims = []
        for number in range(self._random.randint(2, 6)):
            deed = self._random.choice(_DEEDS).format(
                n=self._stories * 7 + number, place=self._random.choice(_PLACES)
            )  # fmt: skip
            about = organisations[number % 2]
            claims.append(_Claim(about=about, words=f"{about} {deed}"))
        people = tuple(dict.fromkeys(self._pick(self._people) for _ in range(5)))
        minutes = self._random.randrange(DAYS * 24 * 60)
        return _Story(claims=tuple(claims), people=people, at=START + timedelta(minutes=minutes))

    def _write(self, story: _Story) -> _Draft:
        draft = _Draft()
        for _ in range(self._random.randint(2, 6)):
            self._write_attribution(draft, story, self._random.choice(story.claims))
            for _ in range(self._random.randint(0, 4)):
                draft.add(self._random.choice(_FILLER) + " ")
            draft.add("\n")
        return draft

    def _write_attribution(self, draft: _Draft, story: _Story, claim: _Claim) -> None:
        """One sentence: a source, a cue and the claim's words, and at times another outlet that reports all of it."""
        start = len(draft.text)
        outer = None
        if self._random.random() < NESTED:
            paper = draft.add(f"The {self._pick(self._outlets)}")
            cue = self._after_space(draft, "reported that")
            draft.add(" ")
            outer = {"source": paper, "cue": cue, "stance": Stance.RELAYS, "type": SourceType.PUBLICATION}
            content_start = len(draft.text)
        stance = self._stance()
        source, source_type, name = self._write_source(draft, story, claim)
        cue = self._after_space(draft, self._random.choice(_CUES[stance]))
        draft.add(" ")
        content = draft.add(claim.words)
        draft.name(claim.about, EntityType.ORG, Span(content.start, content.start + len(claim.about)))
        inner_end = len(draft.text)
        end = draft.add(".").end
        sentence = Span(start, end)
        parent = None
        if outer is not None:
            parent = len(draft.found)
            draft.found.append(
                outer | {"content": Span(content_start, inner_end), "sentence": sentence, "about": claim.about}
            )
        draft.found.append(
            {"source": source, "cue": cue, "content": content, "sentence": sentence, "stance": stance,
             "type": source_type, "name": name, "about": claim.about, "parent": parent}
        )  # fmt: skip
        draft.add(" ")

    def _write_source(
        self, draft: _Draft, story: _Story, claim: _Claim
    ) -> tuple[Span, SourceType, tuple[str, EntityType] | None]:
        chance = self._random.random()
        if chance < 0.5:
            person = self._random.choice(story.people)
            span = draft.add(person)
            draft.name(person, EntityType.PERSON, span)
            return span, SourceType.NAMED_PERSON, (person, EntityType.PERSON)
        if chance < 0.75:
            span = draft.add(claim.about)
            draft.name(claim.about, EntityType.ORG, span)
            return span, SourceType.ORGANISATION, (claim.about, EntityType.ORG)
        words = self._random.choice(_UNNAMED)
        is_group = words in ("two former managers", "residents")
        return draft.add(words), SourceType.UNNAMED_GROUP if is_group else SourceType.UNNAMED_PERSON, None

    def _publish(self, draft: _Draft, story: _Story, agency: str | None) -> tuple[Article, Annotation]:
        self._articles += 1
        outlet = self._pick(self._outlets)
        at = story.at + timedelta(minutes=self._random.randrange(1, 48 * 60))
        article = Article(
            url=f"https://{outlet.lower().replace(' ', '-')}.example/{at:%Y/%m/%d}/{self._articles}",
            outlet=outlet,
            title=story.claims[0].words,
            text=draft.text,
            published_at=at,
            published_from=DateOrigin.FEED,
            credit=None if agency is None else f"VELDEN ({agency}) -",
            language="en",
        )
        return article, _annotate(draft)

    def _stance(self) -> Stance:
        chance = self._random.random()
        for share, stance in ((DENIED, Stance.DENIES), (DECLINED, Stance.DECLINES), (DOUBTED, Stance.DOUBTS)):
            if chance < share:
                return stance
            chance -= share
        return Stance.SUPPORTS if chance < 0.05 else Stance.ASSERTS

    def _after_space(self, draft: _Draft, words: str) -> Span:
        draft.add(" ")
        return draft.add(words)

    def _pick(self, names: Sequence[str]) -> str:
        """The first of `names` far more often than the last."""
        return names[min(int(self._random.paretovariate(0.6)) - 1, self._random.randrange(len(names)))]

    def _person(self, number: int) -> str:
        first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
        further = number // (len(_FIRST) * len(_LAST))
        return f"{first} {_LAST[further % len(_LAST)]} {last}" if further else f"{first} {last}"

    def _organisation(self, number: int) -> str:
        place, trade = _PLACES[number % len(_PLACES)], _TRADES[number // len(_PLACES) % len(_TRADES)]
        further = number // (len(_PLACES) * len(_TRADES))
        return f"{_LAST[further % len(_LAST)]} {place} {trade}" if further else f"{place} {trade}"


def _annotate(draft: _Draft) -> Annotation:
    index_of = {key: index for index, key in enumerate(draft.names)}
    return Annotation(
        language="en",
        entities=tuple(
            Entity(id=index_of[key], name=key[0], type=key[1], mentions=tuple(spans))
            for key, spans in draft.names.items()
        ),
        attributions=tuple(
            Attribution(
                id=index,
                source=(each["source"],),
                cue=(each["cue"],),
                content=(each["content"],),
                sentence=each["sentence"],
                source_entity=None if each.get("name") is None else index_of[each["name"]],
                source_name=draft.text[each["source"].start : each["source"].end],
                source_type=each["type"],
                quotation_type=QuotationType.INDIRECT,
                attribution_type=AttributionType.ASSERTION,
                stance=each["stance"],
                about=(index_of[each["about"], EntityType.ORG],),
                parent=each.get("parent"),
                confidence=0.5 + (index * 7 % 50) / 100,
            )
            for index, each in enumerate(draft.found)
        ),
    )


def write_batch(store: Store, batch: Sequence[tuple[Article, Annotation]]) -> None:
    """Write the rows that `save_article` and `save_annotation` would make, many at once."""
    with store.writing() as connection:
        now = START + timedelta(days=DAYS)
        saved = insert_articles(connection, [article for article, _ in batch], now=now)
        rows = _Rows(now)
        for (article, annotation), where in zip(batch, saved, strict=True):
            if where.is_new:
                rows.add(where, article, annotation)
        pipeline_id = stable_id("pipeline", PIPELINE)
        insert_new(connection, pipelines, [{"id": pipeline_id, "version": PIPELINE, "first_used_at": now}])
        was_contested = load_contested(connection, rows.people())
        for table, found in rows.by_table():
            insert_new(connection, table, found)
        for claim in rows.claims.values():
            later = (claims.c.id == claim["id"]) & (claims.c.last_seen_at < claim["last_seen_at"])
            connection.execute(claims.update().where(later).values(last_seen_at=claim["last_seen_at"]))
        for version_id, annotation, entity_ids, claimed in rows.readings:
            version = connection.execute(version_query(version_id)).one()
            save_derivations(connection, version)
            reading = read_signs(version, annotation, entity_ids, claimed)
            identify(connection, reading, was_contested=was_contested, now=now)


class _Rows:
    """Rows of many articles, each key once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._pipeline_id = stable_id("pipeline", PIPELINE)
        self._entities: dict[int, dict[str, Any]] = {}
        self._aliases: dict[tuple[int, str], dict[str, Any]] = {}
        self._mentions: list[dict[str, Any]] = []
        self._outer: list[dict[str, Any]] = []
        self._inner: list[dict[str, Any]] = []
        self._spans: list[dict[str, Any]] = []
        self._about: list[dict[str, Any]] = []
        self.claims: dict[int, dict[str, Any]] = {}
        self._members: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self.readings: list[tuple[int, Annotation, list[int], list[tuple[Attribution, ClaimKey]]]] = []

    def people(self) -> set[int]:
        """The names of people, as they are compared (`entities.bucket`)."""
        return {row["bucket"] for row in self._entities.values() if row["article_id"] is not None} - {None}

    def by_table(self) -> list[tuple[Any, list[dict[str, Any]]]]:
        """In an order in which nothing refers to what is not there yet."""
        return [
            (entities, list(self._entities.values())),
            (aliases, list(self._aliases.values())),
            (mentions, self._mentions),
            (attributions, self._outer),
            (attributions, self._inner),
            (attribution_spans, self._spans),
            (attribution_about, self._about),
            (claims, list(self.claims.values())),
            (claim_members, self._members),
            (annotations_table, self._annotations),
        ]

    def add(self, where: SavedArticle, article: Article, annotation: Annotation) -> None:
        version_id = where.version_id
        keys = [entity_key(entity, where.article_id) for entity in annotation.entities]
        for entity, key in zip(annotation.entities, keys, strict=True):
            self._add_entity(where, entity, key)
        ids = [attribution_id(version_id, attribution) for attribution in annotation.attributions]
        claimed: list[tuple[Attribution, ClaimKey]] = []
        for attribution, key in zip(annotation.attributions, ids, strict=True):
            self._add_attribution(version_id, attribution, key, keys, ids)
            found = self._add_claim(article, annotation, attribution, key)
            claimed += [] if found is None else [(attribution, found)]
        self._annotations.append(
            {"version_id": version_id, "pipeline_id": self._pipeline_id, "language": "en", "made_at": self._now}
        )
        self.readings.append((version_id, annotation, keys, claimed))

    def _add_entity(self, where: SavedArticle, entity: Entity, key: int) -> None:
        name = entity_name(entity.name)
        self._entities[key] = entity_row(entity, key, where.article_id)
        self._aliases[key, name] = {"entity_id": key, "name": name, "folded": fold_letters(name)}
        for span in entity.mentions:
            place = {"version_id": where.version_id, "start": span.start, "end": span.end}
            self._mentions.append(place | {"entity_id": key})

    def _add_attribution(
        self, version_id: int, attribution: Attribution, key: int, keys: list[int], ids: list[int]
    ) -> None:
        is_inner = attribution.parent is not None
        (self._inner if is_inner else self._outer).append(
            {
                "id": key,
                "version_id": version_id,
                "parent_id": None if attribution.parent is None else ids[attribution.parent],
                "source_entity_id": None if attribution.source_entity is None else keys[attribution.source_entity],
                "affiliation_id": None,
                "source_name": attribution.source_name,
                "source_type": attribution.source_type,
                "quotation_type": attribution.quotation_type,
                "attribution_type": attribution.attribution_type,
                "stance": attribution.stance,
                "confidence": attribution.confidence,
                "sentence_start": attribution.sentence.start,
                "sentence_end": attribution.sentence.end,
            }
        )
        for role in ROLES:
            for span in getattr(attribution, role):
                self._spans.append({"attribution_id": key, "role": role, "start": span.start, "end": span.end})
        for rank, entity in enumerate(attribution.about):
            self._about.append({"attribution_id": key, "rank": rank, "entity_id": keys[entity]})

    def _add_claim(
        self, article: Article, annotation: Annotation, attribution: Attribution, key: int
    ) -> ClaimKey | None:
        found = claim_key(article.text, annotation, attribution)
        if found is None:
            return None
        at = credible_time(article.published_at, self._now)
        held = self.claims.setdefault(
            found.claim_id,
            {
                "id": found.claim_id,
                "text": found.text,
                "canonical_id": found.claim_id,
                "last_seen_at": at,
                "is_topic": found.is_topic,
            },
        )
        held["last_seen_at"] = max(held["last_seen_at"], at)
        held["text"] = min(held["text"], found.text)
        self._members.append({"attribution_id": key, "claim_id": found.claim_id, "reason": found.reason})
        return found


@click.command()
@click.argument("url")
@click.option("--attributions", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(url: str, attributions: int, seed: int) -> None:
    """Fill the store at URL, which is made if need be, with an invented world."""
    started = time.perf_counter()
    with Store.open(url) as store:
        made = fill_store(store, attributions, seed=seed)
    print(f"{made} attributions in {time.perf_counter() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
