"""Hand-built articles and annotations for the tests of this room: a text, and what is said in it by its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from graph.annotating import save_annotation
from graph.articles import save_article
from graph.store import Store
from ingest.article import Article, DateOrigin, Link
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

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Said:
    """An attribution by its words, each of which must occur in the text. `inside` is the index of its parent."""

    source: str | None
    cue: str
    content: str
    stance: Stance = Stance.ASSERTS
    type: SourceType = SourceType.NAMED_PERSON
    inside: int | None = None
    about: tuple[str, ...] = ()
    told: str | None = None
    by: str | None = None
    affiliation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """An article and what a reader finds in it."""

    url: str
    outlet: str | None
    text: str
    said: tuple[Said, ...]
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    published_at: datetime | None = None
    credit: str | None = None
    title: str = "A title"
    links: tuple[tuple[str, str], ...] = ()  # URL and words


def add_page(store: Store, page: Page, *, now: datetime = NOW) -> int:
    """Store and annotate a page; return its version id."""
    article = Article(
        url=page.url,
        outlet=page.outlet,
        title=page.title,
        text=page.text,
        credit=page.credit,
        published_at=page.published_at,
        published_from=DateOrigin.NONE if page.published_at is None else DateOrigin.FEED,
        links=tuple(Link(url=url, text=words) for url, words in page.links),
    )
    saved = save_article(store, article, now=now)
    save_annotation(store, saved.version_id, annotate(page), pipeline_version="by hand", now=now)
    return saved.version_id


def annotate(page: Page) -> Annotation:
    names = [(name, EntityType.PERSON) for name in page.people]
    names += [(name, EntityType.ORG) for name in page.organisations]
    entities = tuple(
        Entity(id=index, name=name, type=kind, mentions=(span_of(page.text, name),))
        for index, (name, kind) in enumerate(names)
    )
    index_of = {name: index for index, (name, _) in enumerate(names)}
    return Annotation(
        language="en",
        entities=entities,
        attributions=tuple(_attribute(page.text, i, said, index_of) for i, said in enumerate(page.said)),
    )


def span_of(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def _attribute(text: str, index: int, said: Said, index_of: dict[str, int]) -> Attribution:
    content, cue = span_of(text, said.content), span_of(text, said.cue)
    source = () if said.source is None else (span_of(text, said.source),)
    told = () if said.told is None else (span_of(text, said.told),)
    channel = () if said.by is None else (span_of(text, said.by),)
    everything = (content, cue, *source, *told, *channel)
    return Attribution(
        id=index,
        source=source,
        cue=(cue,),
        content=(content,),
        addressee=told,
        channel=channel,
        sentence=Span(min(span.start for span in everything), max(span.end for span in everything)),
        source_entity=index_of.get(said.source or ""),
        source_name=said.source,
        source_type=said.type,
        affiliation=index_of.get(said.affiliation or ""),
        quotation_type=QuotationType.INDIRECT,
        attribution_type=AttributionType.ASSERTION,
        stance=said.stance,
        about=tuple(index_of[name] for name in said.about),
        parent=said.inside,
        confidence=0.9,
    )
