"""Old articles go, and whatever a claim that is still made rests on stays: every trace is as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bench.generator import DAYS, START, fill_store
from graph import schema
from graph.browsing import trace_by_id
from graph.checking import find_faults
from graph.ids import Kind, show_id
from graph.pruning import plan_prune, prune
from graph.store import Store
from graph.trace import Trace
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import LEAK, page
from tests.graph.world import Page, Said, add_page

THEN, NOW = datetime(2025, 3, 3, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)
BETWEEN = datetime(2025, 9, 1, tzinfo=UTC)


def dated(of: Page, at: datetime) -> Page:
    return replace(of, published_at=at)


def speech(outlet: str, content: str, at: datetime) -> Page:
    said = Said(source="Cy Ott", cue="said", content=content)
    url = f"https://{outlet.lower()}.example/{content[:9].replace(' ', '-')}"
    return Page(url=url, outlet=outlet, text=f"Cy Ott said {content}.", said=(said,), published_at=at)


def add(store: Store, of: Page) -> None:
    assert of.published_at is not None
    add_page(store, of, now=of.published_at)


def prune_all(store: Store, before: datetime = BETWEEN) -> list[int]:
    done: list[int] = []
    prune(store, plan_prune(store, before=before), advance=done.append)
    assert list(find_faults(store)) == []
    return done


def urls(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(select(schema.articles.c.url)).scalars())


def claims_of_young(store: Store, before: datetime) -> list[int]:
    """The claims that an article makes which is no older than `before`."""
    query = (
        select(schema.claims.c.canonical_id)
        .join(schema.claim_members, schema.claim_members.c.claim_id == schema.claims.c.id)
        .join(schema.attributions, schema.attributions.c.id == schema.claim_members.c.attribution_id)
        .join(schema.article_versions, schema.article_versions.c.id == schema.attributions.c.version_id)
        .where(schema.article_versions.c.first_seen_at >= before)
        .distinct()
    )
    with store.reading() as connection:
        return sorted(connection.execute(query).scalars())


def traces(store: Store, claim_ids: list[int]) -> list[Trace]:
    return [trace_by_id(store, show_id(Kind.CLAIM, claim_id)) for claim_id in claim_ids]


def test_what_is_old_goes_and_what_is_young_stays(store: Store) -> None:
    old, young = speech("Herald", "the winter was long and cold", THEN), speech("Ledger", "the summer was dry", NOW)
    add(store, old)
    add(store, young)
    assert prune_all(store) == [1]
    assert urls(store) == {young.url}
    with store.reading() as connection:
        for table in (schema.article_versions, schema.annotations_table, schema.attributions, schema.claims):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1, table.name
    assert prune_all(store) == []


def test_an_old_article_that_makes_a_claim_of_a_young_one_stays_with_what_its_chains_lead_through(store: Store) -> None:
    origin = dated(page("Norland Times", "Ada Brandt"), THEN)
    relay = dated(
        page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, stance=Stance.RELAYS),
        THEN + timedelta(hours=3),
    )
    young = dated(
        page("Ledger", "Kestrel Power", "denied that", type=SourceType.ORGANISATION, stance=Stance.DENIES), NOW
    )
    stranger = speech("Post", "the winter was long and cold", THEN)
    for each in (origin, relay, young, stranger):
        add(store, each)
    (claim,) = claims_of_young(store, BETWEEN)
    before = traces(store, [claim])
    assert prune_all(store) == [1]
    assert urls(store) == {origin.url, relay.url, young.url}
    assert traces(store, [claim]) == before
    assert before[0].evidence.text.lower() == LEAK.lower()


def test_what_a_kept_article_was_made_from_stays(store: Store) -> None:
    """The old article stays for one claim; of another one that it makes, the chain leads to a still older article."""
    other = "the winter was long and cold"
    source = speech("Norland", other, THEN - timedelta(days=2))
    both = Page(
        url="https://herald.example/both",
        outlet="Herald",
        text=f"Norland reported that {other}. Ada Brandt said {LEAK}.",
        said=(
            Said(source="Norland", cue="reported that", content=other, type=SourceType.PUBLICATION,
                 stance=Stance.RELAYS),
            Said(source="Ada Brandt", cue="said", content=LEAK),
        ),
        published_at=THEN,
    )  # fmt: skip
    bystander = speech("Post", other, THEN - timedelta(days=1))  # makes that claim too, and no chain leads through it
    young = dated(page("Ledger", "Ben Okafor"), NOW)
    for each in (source, both, bystander, young):
        add(store, each)
    assert prune_all(store) == [1]
    assert urls(store) == {source.url, both.url, young.url}
    with store.reading() as connection:
        (key,) = [row.id for row in connection.execute(select(schema.claims)) if row.text.lower() == other]
    (trace,) = traces(store, [key])
    assert ["Herald", "Norland", "Cy Ott"] in [[hop.name for hop in chain.hops] for chain in trace.chains.values()]


def test_what_a_feed_has_shown_is_not_fetched_again(store: Store) -> None:
    from graph.following import add_feeds, count_pending, list_feeds, pending_entries, save_entry_articles
    from graph.polls import save_polls
    from ingest.article import Article
    from ingest.feed import Entry, Feed
    from ingest.polling import Poll, new_feed

    add_feeds(store, [new_feed("https://a.example/feed", "A", now=THEN)])
    (state,) = list_feeds(store)
    entry = Entry(id="g", has_guid=True, url="https://a.example/1", title="One", summary="A summary")
    seen = Poll(status=200, headers={}, feed=Feed(title=None, site_url=None, language=None, entries=(entry,)))
    save_polls(store, [(state, seen)], now=THEN)
    (pending,) = pending_entries(store, now=THEN)
    article = Article(url="https://a.example/1", outlet="A", title="One", text="All is quiet.")
    save_entry_articles(store, [(pending, article)], now=THEN)
    assert prune_all(store) == [1]
    (saved,) = save_polls(store, [(state, seen)], now=NOW)
    assert [(item.is_new, item.is_changed) for item in saved.seen] == [(False, False)]
    assert count_pending(store, now=NOW) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_every_trace_of_a_claim_that_is_still_made_is_as_it_was(store: Store, seed: int) -> None:
    """On an invented world of wire copies, relays and denials, cut in its middle."""
    fill_store(store, 150, seed=seed)
    with store.writing() as connection:
        at: Any = schema.article_versions.c.published_at
        connection.execute(update(schema.article_versions).values(first_seen_at=at))
    middle = START + timedelta(days=DAYS / 2)
    young = claims_of_young(store, middle)
    before, held = traces(store, young), len(urls(store))
    assert len(prune_all(store, middle)) > 0
    assert 0 < len(urls(store)) < held
    assert traces(store, young) == before
    assert plan_prune(store, before=middle).droppable == ()
