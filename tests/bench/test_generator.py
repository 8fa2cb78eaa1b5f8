"""Generated worlds: the same for the same seed, and written as an article that came in would be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sqlalchemy import select

from bench.generator import DAYS, PIPELINE, START, fill_store, generate
from graph import schema
from graph.annotating import save_annotation
from graph.articles import save_article
from graph.store import Store
from tests.graph.test_annotating import dump


def test_the_rows_are_those_that_articles_coming_in_make(tmp_path: Path) -> None:
    from datetime import timedelta

    now = START + timedelta(days=DAYS)
    with (
        Store.open(f"sqlite:///{tmp_path / 'bulk.db'}") as bulk,
        Store.open(f"sqlite:///{tmp_path / 'single.db'}") as single,
    ):
        made = fill_store(bulk, 150, seed=3)
        for article, annotation in generate(150, seed=3):
            saved = save_article(single, article, now=now)
            save_annotation(single, saved.version_id, annotation, pipeline_version=PIPELINE, now=now)
        assert dump(bulk) == dump(single)
        with bulk.reading() as connection:
            assert len(connection.execute(select(schema.attributions.c.id)).all()) == made >= 150


def test_a_seed_decides_everything() -> None:
    assert list(generate(300, seed=1)) == list(generate(300, seed=1))
    assert list(generate(300, seed=1)) != list(generate(300, seed=2))


def test_a_world_repeats_itself_as_news_does() -> None:
    found = list(generate(4000))
    outlets = Counter(article.outlet for article, _ in found)
    texts = Counter(article.text for article, _ in found)
    stances = Counter(str(item.stance) for _, annotation in found for item in annotation.attributions)
    nested = sum(item.parent is not None for _, annotation in found for item in annotation.attributions)
    assert outlets.most_common(1)[0][1] > 3 * len(found) / len(outlets)
    assert texts.most_common(1)[0][1] > 3  # wire copies
    assert stances["denies"] > 100
    assert stances["declines"] > 50
    assert 0.1 < nested / 4000 < 0.2
    for article, annotation in found[:50]:
        for item in annotation.attributions:
            start, end = item.source[0]
            assert article.text[start:end] == item.source_name
