"""What is counted of attributions by time is what they are, whatever was written to the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, select

from graph.annotating import save_annotation
from graph.attribution_decisions import reject_attribution
from graph.decisions import undo
from graph.ids import Kind, show_id
from graph.schema import article_versions, articles, attribution_about, attribution_times, attributions
from graph.store import Store
from graph.times import sql_time
from nlp.annotation import Annotation
from tests.graph.test_trace import page, relayed
from tests.graph.world import NOW, add_page


def kept(store: Store) -> Sequence[Any]:
    with store.reading() as connection:
        query = select(attribution_times).order_by(attribution_times.c.attribution_id)
        return [tuple(row) for row in connection.execute(query)]


def counted(store: Store) -> Sequence[Any]:
    """The same from the attributions themselves."""
    first = and_(attribution_about.c.attribution_id == attributions.c.id, attribution_about.c.rank == 0)
    query = (
        select(
            sql_time(),
            attributions.c.id,
            articles.c.id,
            articles.c.outlet_id,
            attributions.c.source_entity_id,
            attribution_about.c.entity_id,
            attributions.c.stance,
            attributions.c.source_type,
            attributions.c.parent_id.is_(None),
        )
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(attribution_about, first)
        .order_by(attributions.c.id)
    )
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_they_come_stay_and_go_with_the_attributions(store: Store) -> None:
    plain = page("Herald", "Ada Brandt")
    about = replace(plain, said=(replace(plain.said[0], about=("Ada Brandt",)),))
    version_ids = [add_page(store, each) for each in (relayed(), about)]
    before = kept(store)
    assert before == counted(store)
    assert {row[-1] for row in before} == {True, False}
    assert any(row[5] is not None for row in before)
    outer = next(row[1] for row in before if row[7] == "publication")
    number = reject_attribution(store, show_id(Kind.ATTRIBUTION, outer), who="ann", why="", now=NOW)
    assert kept(store) == counted(store)  # what it enclosed stands by itself now
    assert len(kept(store)) == len(before) - 1
    undo(store, number, who="ann", now=NOW)
    assert kept(store) == before
    save_annotation(store, version_ids[0], Annotation(language="en"), pipeline_version="another", now=NOW)
    assert kept(store) == counted(store)
    assert len(kept(store)) == 1
