"""Writing what was read: whole, once, and in place of what was there."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from graph import schema
from graph.annotating import save_annotation
from graph.articles import count_unread, load_page, save_article
from graph.browsing import list_claims, view_article
from graph.store import Store
from graph.taking import Taking
from ingest.article import Article
from nlp.annotation import Annotation, Entity, EntityType, Span, Stance
from tests.graph.world import NOW, Page, Said, add_page, annotate

LEAK = "the Orsk plant leaked solvent into the Velde river"
TEXT = f"Inspector Ada Brandt said {LEAK}. Kestrel Power declined to comment."
PAGE = Page(
    url="https://herald.example/1",
    outlet="Norland Herald",
    text=TEXT,
    people=("Ada Brandt",),
    organisations=("Kestrel Power",),
    said=(
        Said(source="Ada Brandt", cue="said", content=LEAK),
        Said(source="Kestrel Power", cue="declined", content="to comment", stance=Stance.DECLINES),
    ),
)


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
            # Logs: they grow whenever something is written.
            if table not in (schema.claim_changes, schema.day_changes)
        }


def without_log(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """All but the log of decisions, which tells of the machine's joins as they came about."""
    return {table: found for table, found in rows.items() if table != "decisions"}


def test_the_spans_of_an_attribution_are_its_words(store: Store) -> None:
    add_page(store, PAGE)
    first = view_article(store, PAGE.url).attributions[0]
    words = {role: [TEXT[start:end] for start, end in spans] for role, spans in first.spans.items()}
    assert words == {"source": ["Ada Brandt"], "cue": ["said"], "content": [LEAK]}
    assert first.words == f"Ada Brandt said {LEAK}"


def test_by_what_it_was_said_is_kept(store: Store) -> None:
    text = f"Ada Brandt said in a post on X that {LEAK}."
    said = Said(source="Ada Brandt", cue="said", content=LEAK, by="a post on X")
    add_page(store, replace(PAGE, text=text, organisations=(), said=(said,)))
    (first,) = view_article(store, PAGE.url).attributions
    assert [text[start:end] for start, end in first.spans["channel"]] == ["a post on X"]


def test_writing_the_same_again_changes_nothing(store: Store) -> None:
    add_page(store, PAGE)
    once = dump(store)
    add_page(store, PAGE)
    assert dump(store) == once


def test_another_reading_takes_the_place_of_the_first_and_leaves_no_orphan(store: Store) -> None:
    version_id = add_page(store, PAGE)
    save_annotation(store, version_id, Annotation(language="en"), pipeline_version="other", now=NOW)
    assert view_article(store, PAGE.url).attributions == ()
    assert list_claims(store) == []
    with store.reading() as connection:
        for table in (schema.claim_members, schema.attribution_spans, schema.mentions, schema.claims):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0


def test_a_span_outside_the_text_is_refused_and_nothing_is_written(store: Store) -> None:
    saved = save_article(store, Article(url="https://a.example/", outlet=None, title="t", text="short"), now=NOW)
    entity = Entity(id=0, name="Nobody", type=EntityType.PERSON, mentions=(Span(3, 99),))
    annotation = Annotation(language="en", entities=(entity,))
    with pytest.raises(ValueError, match="does not lie in its text"):
        save_annotation(store, saved.version_id, annotation, pipeline_version="x", now=NOW)
    assert count_unread(store, now=NOW) == 1


def test_an_article_is_unread_until_its_annotation_is_stored(store: Store) -> None:
    save_article(store, Article(url="https://a.example/", outlet=None, title="t", text="Some text."), now=NOW)
    with Taking(store, now=NOW) as taking:
        assert [version.text for version in taking] == ["Some text."]
    add_page(
        store,
        replace(PAGE, url="https://a.example/", text="Some text.", title="t", said=(), people=(), organisations=()),
    )
    assert count_unread(store, now=NOW) == 0


def test_the_same_text_again_is_no_new_version_and_a_changed_one_is(store: Store) -> None:
    article = Article(url="https://a.example/", outlet="Herald", title="t", text="One.")
    assert save_article(store, article, now=NOW).is_new
    assert not save_article(store, article, now=NOW).is_new
    assert save_article(store, replace(article, text="Two."), now=NOW).is_new
    assert view_article(store, "https://a.example/").versions == 2


def test_the_page_is_kept_as_it_was_fetched(store: Store) -> None:
    page = b"<html>\x00\xff" + b"<p>One.</p>" * 1000
    article = Article(url="https://a.example/", outlet="Herald", title="t", text="One.", html_gzip=gzip.compress(page))
    assert load_page(store, save_article(store, article, now=NOW).version_id) == page
    typed = replace(article, url="https://a.example/2", html_gzip=None)
    assert load_page(store, save_article(store, typed, now=NOW).version_id) is None


def test_text_that_databases_refuse_keeps_its_offsets(store: Store) -> None:
    save_article(store, Article(url="https://a.example/", outlet=None, title="\x00", text="a\x00b\ud800c"), now=NOW)
    assert view_article(store, "https://a.example/").text == "a\ufffdb\ufffdc"


def test_a_decline_is_no_claim(store: Store) -> None:
    add_page(store, PAGE)
    assert [claim.text for claim in list_claims(store)] == ["The Orsk plant leaked solvent into the Velde river"]


def test_the_order_of_arrival_leaves_the_same_rows(database_url: str, store: Store) -> None:
    other = replace(PAGE, url="https://other.example/2", outlet="Other", text=TEXT.replace("the Orsk", "The Orsk"))
    other = replace(other, said=(replace(PAGE.said[0], content=LEAK.replace("the Orsk", "The Orsk")),))
    add_page(store, PAGE)
    add_page(store, other)
    first = without_log(dump(store))
    with store.writing() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
    add_page(store, other)
    add_page(store, PAGE)
    assert without_log(dump(store)) == first


def test_a_person_of_one_name_stays_with_its_article(store: Store) -> None:
    for number in (1, 2):
        text = f"Sacks said that {number} plants leak every year."
        said = Said(source="Sacks", cue="said", content=f"{number} plants leak every year")
        add_page(store, Page(url=f"https://a.example/{number}", outlet="A", text=text, said=(said,), people=("Sacks",)))
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(schema.entities)).scalar() == 2


def test_parents_in_a_circle_are_cut_not_followed(store: Store) -> None:
    said = (
        replace(PAGE.said[0], inside=1),
        replace(PAGE.said[1], inside=0),
    )
    add_page(store, replace(PAGE, said=said))
    assert all(item.parent_id is None for item in view_article(store, PAGE.url).attributions)


def test_the_annotation_of_a_page_built_by_hand_is_valid() -> None:
    assert len(annotate(PAGE).attributions) == 2
