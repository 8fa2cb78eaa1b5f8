"""Whose say-so a claim rests on: chains, origins, denials, earliest held."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from graph.browsing import list_claims, trace_by_id, view_article
from graph.errors import BadId, NotFound
from graph.ids import Kind, show_id
from graph.oldest import OldestNamed
from graph.store import Store
from graph.trace import Trace
from nlp.annotation import SourceType, Stance
from tests.graph.world import Page, Said, add_page

LEAK = "the Orsk plant leaked solvent into the Velde river"


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def page(outlet: str, source: str, cue: str = "said", *, hour: int = 9, **more: object) -> Page:
    """A page of one sentence: `source` `cue` LEAK."""
    kind = more.pop("type", SourceType.NAMED_PERSON)
    stance = more.pop("stance", Stance.ASSERTS)
    said = Said(source=source, cue=cue, content=LEAK, type=kind, stance=stance)  # type: ignore[arg-type]
    built = Page(
        url=f"https://{outlet.lower().replace(' ', '-')}.example/{hour}",
        outlet=outlet,
        text=f"{source} {cue} {LEAK}.",
        said=(said,),
        people=(source,) if kind is SourceType.NAMED_PERSON else (),
        organisations=(source,) if kind is SourceType.ORGANISATION else (),
        published_at=at(3, hour),
    )
    return replace(built, **more)  # type: ignore[arg-type]


def trace_of(store: Store, *pages: Page) -> Trace:
    for each in pages:
        add_page(store, each)
    (claim,) = [claim for claim in list_claims(store) if claim.text.lower() == LEAK.lower()]
    return trace_by_id(store, show_id(Kind.CLAIM, claim.claim_id))


def hops_of(trace: Trace, outlet: str) -> list[tuple[str | None, str, str, str | None]]:
    (item,) = [item for item in trace.evidence.members if item.version.outlet == outlet]
    return [(hop.name, hop.kind, hop.resolution, hop.words) for hop in trace.chains[item.attribution_id].hops]


def counts(trace: Trace) -> tuple[int, int, int]:
    return trace.origins.at_least, trace.origins.at_most, trace.origins.no_lineage


def relayed() -> Page:
    """ "The report said that researchers observed that LEAK", a wire copy of Reuters."""
    outer = f"Researchers at Velde University observed that {LEAK}"
    text = f"{outer}, Bloomberg News reported. (Reporting by Ann Lee; Editing by Bo Ek)"
    return Page(
        url="https://gadgets.example/1",
        outlet="Gadgets 360",
        text=text,
        credit="(Reporting by Ann Lee; Editing by Bo Ek)",
        published_at=at(3),
        said=(
            Said(
                source="Bloomberg News",
                cue="reported",
                content=outer,
                type=SourceType.PUBLICATION,
                stance=Stance.RELAYS,
            ),
            Said(
                source="Researchers at Velde University",
                cue="observed",
                content=LEAK,
                type=SourceType.UNNAMED_GROUP,
                inside=0,
            ),
        ),
    )


def test_a_relay_is_a_chain_with_the_words_of_each_hop(store: Store) -> None:
    assert hops_of(trace_of(store, relayed()), "Gadgets 360") == [
        ("Gadgets 360", "outlet", "held", None),
        ("Reuters", "agency", "named", "(Reporting by Ann Lee; Editing by Bo Ek)"),
        ("Bloomberg News", "publication", "named", "Bloomberg News reported"),
        ("Researchers at Velde University", "source", "unnamed", "Researchers at Velde University observed"),
    ]


def test_an_unnamed_source_is_one_origin_at_least_and_the_chain_stops_there(store: Store) -> None:
    trace = trace_of(store, relayed())
    assert counts(trace) == (1, 1, 0)
    assert trace.oldest_named == OldestNamed(name="Bloomberg News", on=None)


def test_ten_outlets_with_one_wire_story_are_one_origin(store: Store) -> None:
    credit = "VELDEN (NPA) -"
    pages = [
        page(f"Outlet {n}", "an official", type=SourceType.UNNAMED_PERSON, hour=n, credit=credit) for n in range(10)
    ]
    trace = trace_of(store, *pages)
    assert counts(trace) == (1, 1, 0)
    assert len(trace.evidence.members) == 10
    assert "both go back to NPA" in trace.origins.classes[0].reasons


def test_the_agency_is_followed_into_its_own_article_when_that_is_held(store: Store) -> None:
    wire = page("Norland Press Agency", "Ada Brandt", hour=8)
    copy = page("Herald", "Ada Brandt", hour=9, credit="VELDEN (NPA) -")
    assert hops_of(trace_of(store, wire, copy), "Herald") == [
        ("Herald", "outlet", "held", None),
        ("NPA", "agency", "held", "VELDEN (NPA) -"),
        ("Ada Brandt", "source", "named", "Ada Brandt said"),
    ]


def test_an_article_that_came_later_is_not_what_an_earlier_one_relays(store: Store) -> None:
    relay = page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, hour=9)
    late = page("Norland Times", "Ada Brandt", hour=14)
    assert ("Norland Times", "publication", "named", "the Norland Times reported") in hops_of(
        trace_of(store, relay, late), "Herald"
    )


def test_an_article_that_arrives_late_but_was_published_first_changes_the_answer(store: Store) -> None:
    relay = page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, hour=9)
    before = trace_of(store, relay)
    assert before.earliest_held.version.outlet == "Herald"
    after = trace_of(store, page("Norland Times", "Ada Brandt", hour=7))
    assert after.earliest_held.version.outlet == "Norland Times"
    assert [hop[2] for hop in hops_of(after, "Herald")] == ["held", "held", "named"]
    assert counts(after) == (1, 1, 0)


def test_citing_in_a_circle_ends_and_has_no_lineage(store: Store) -> None:
    one = page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, hour=9)
    two = page("Norland Times", "the Herald", "reported", type=SourceType.PUBLICATION, hour=10)
    trace = trace_of(store, one, two)
    assert all(chain.is_circular for chain in trace.chains.values())
    assert counts(trace) == (0, 1, 1)


def test_two_named_sources_are_two_origins_and_one_quoted_twice_is_one(store: Store) -> None:
    pages = (page("A News", "Ada Brandt"), page("B News", "Ben Okafor"), page("C News", "Ada Brandt"))
    trace = trace_of(store, *pages)
    assert counts(trace) == (2, 2, 0)
    assert sorted(len(found.attribution_ids) for found in trace.origins.classes) == [1, 2]


def test_two_unnamed_sources_are_at_least_one_and_at_most_two(store: Store) -> None:
    pages = (
        page("A News", "an official", type=SourceType.UNNAMED_PERSON),
        page("B News", "two people", type=SourceType.UNNAMED_GROUP),
    )
    assert counts(trace_of(store, *pages)) == (1, 2, 0)


def test_who_names_nobody_counts_for_nothing_at_least(store: Store) -> None:
    unnamed = page("A News", "Nobody", type=SourceType.NONE)
    assert counts(trace_of(store, unnamed)) == (0, 1, 1)


def test_a_denial_keeps_both_sides(store: Store) -> None:
    denial = page("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION, hour=11)
    trace = trace_of(store, page("A News", "Ada Brandt"), denial)
    assert counts(trace) == (1, 1, 0)
    assert [item.version.outlet for item in trace.denials] == ["B News"]
    assert trace.denial_origins.at_least == 1
    assert len(trace.evidence.members) == 2


def test_a_publication_date_in_the_future_is_not_believed(store: Store) -> None:
    wrong = replace(page("A News", "Ada Brandt"), published_at=datetime(2031, 1, 1, tzinfo=UTC))
    trace = trace_of(store, wrong, page("B News", "Ben Okafor", hour=20))
    assert trace.earliest_held.version.outlet == "B News"


def test_a_claim_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    trace = trace_of(store, page("A News", "Ada Brandt"))
    whole = show_id(Kind.CLAIM, trace.evidence.claim_id)
    assert trace_by_id(store, whole[:6]).evidence.claim_id == trace.evidence.claim_id


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("c123", NotFound),
        ("cf", NotFound),
        ("c8000000000000000", NotFound),
        ("17", BadId),
        ("", BadId),
        ("cxyz", BadId),
    ],
)
def test_an_unknown_claim_is_named_in_the_error(store: Store, text: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="^" + text):
        trace_by_id(store, text)


def test_an_article_is_found_by_its_url_and_by_its_id(store: Store) -> None:
    add_page(store, page("A News", "Ada Brandt"))
    view = view_article(store, "https://a-news.example/9")
    assert view_article(store, show_id(Kind.ARTICLE, view.article_id)) == view


def test_a_source_that_nobody_could_name_is_not_named(store: Store) -> None:
    vague = page("A News", "the company", type=SourceType.ORGANISATION, organisations=())
    paper = page("B News", "The paper", "reported", type=SourceType.PUBLICATION)
    trace = trace_of(store, vague, paper)
    assert counts(trace) == (1, 2, 0)
    assert {found.kind for found in trace.origins.classes} == {"unnamed"}


def test_a_statement_on_an_organisations_own_site_goes_back_to_the_organisation(store: Store) -> None:
    own = page("Kestrel Power", "Kestrel Power", "said", type=SourceType.ORGANISATION)
    report = page("A News", "Kestrel Power", "said", type=SourceType.ORGANISATION, hour=11)
    trace = trace_of(store, own, report)
    assert counts(trace) == (1, 1, 0)
    assert hops_of(trace, "Kestrel Power") == [("Kestrel Power", "outlet", "held", "Kestrel Power said")]


def test_a_claim_is_about_whom_most_of_its_attributions_are_about(store: Store) -> None:
    for number, about in enumerate([("Orsk",), ("Orsk", "Velde"), ("Velde", "Orsk")]):
        one = page(f"Outlet {number}", "Ada Brandt", organisations=("Orsk", "Velde"))
        add_page(store, replace(one, said=(replace(one.said[0], about=about),)))
    (claim,) = list_claims(store)
    assert claim.about == ("Orsk", "Velde")


def test_what_was_told_to_an_outlet_goes_through_it(store: Store) -> None:
    text = f"Ada Brandt told the Norland Times that {LEAK}."
    said = Said(source="Ada Brandt", cue="told", content=LEAK, told="the Norland Times")
    quoting = Page(
        url="https://herald.example/1", outlet="Herald", text=text, said=(said,), people=("Ada Brandt",),
        published_at=at(3, 11),
    )  # fmt: skip
    assert hops_of(trace_of(store, quoting), "Herald") == [
        ("Herald", "outlet", "held", None),
        ("Norland Times", "publication", "named", "told the Norland Times"),
        ("Ada Brandt", "source", "named", "Ada Brandt told"),
    ]


def test_a_link_to_a_report_that_is_not_held_is_cited_and_one_to_a_held_report_is_followed(store: Store) -> None:
    relay = page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, hour=9)
    link = ("https://norlandtimes.example/9/leak", "reported")
    trace = trace_of(store, replace(relay, links=(link,)))
    (item,) = trace.evidence.members
    hop = trace.chains[item.attribution_id].hops[1]
    assert (hop.resolution, hop.article, hop.name) == ("cited", link[0], "Norland Times")
    held = trace_of(store, replace(page("Norland Times", "Ada Brandt", hour=8), url=link[0]))
    assert [hop[2] for hop in hops_of(held, "Herald")] == ["held", "held", "named"]


@pytest.mark.parametrize(
    ("source", "kind", "origins"),
    [
        ("Tova Lund, a spokeswoman for Orsk Chemicals,", SourceType.NAMED_PERSON, 1),
        ("a report by Orsk Chemicals", SourceType.DOCUMENT, 1),
        ("Tova Lund, a former spokeswoman for Orsk Chemicals,", SourceType.NAMED_PERSON, 2),
        ("Tova Lund, a chemist at Orsk Chemicals,", SourceType.NAMED_PERSON, 2),
        ("a report on Orsk Chemicals that Tova Lund wrote", SourceType.NAMED_PERSON, 2),
    ],
)
def test_an_organisation_and_who_speaks_for_it_are_one_origin(
    store: Store, source: str, kind: SourceType, origins: int
) -> None:
    own = page("A News", "Orsk Chemicals", type=SourceType.ORGANISATION)
    text = f"{source} said {LEAK}. Tova Lund works at Orsk Chemicals."
    said = Said(source=source, cue="said", content=LEAK, type=kind, affiliation="Orsk Chemicals")
    built = Page(
        url="https://b.example/1", outlet="B News", text=text, said=(said,), people=(source,),
        organisations=("Orsk Chemicals",), published_at=at(3, 10),
    )  # fmt: skip
    assert counts(trace_of(store, own, built))[:2] == (origins, origins)


def test_days_have_their_attributions_denials_and_new_origins(store: Store) -> None:
    later = replace(page("B News", "Ben Okafor"), published_at=at(5))
    again = replace(page("C News", "Ada Brandt"), published_at=at(5))
    denial = page("D News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION)
    trace = trace_of(store, page("A News", "Ada Brandt"), later, again, replace(denial, published_at=at(6)))
    assert [(day.on.day, day.attributions, day.denials, day.new_origins) for day in trace.days] == [
        (3, 1, 0, ("Ada Brandt",)),
        (5, 2, 0, ("Ben Okafor",)),
        (6, 0, 1, ()),
    ]


def test_those_whom_a_claim_is_about_and_who_would_not_comment_are_shown_beside_it(store: Store) -> None:
    text = f"Ada Brandt said {LEAK}. Orsk Chemicals declined to comment. Velde Foods declined to speak."
    said = (
        Said(source="Ada Brandt", cue="said", content=LEAK, about=("Orsk Chemicals",)),
        Said(source="Orsk Chemicals", cue="declined", content="to comment", stance=Stance.DECLINES),
        Said(source="Velde Foods", cue="declined to", content="speak", stance=Stance.DECLINES),
    )
    built = Page(
        url="https://a.example/1", outlet="A News", text=text, said=said, people=("Ada Brandt",),
        organisations=("Orsk Chemicals", "Velde Foods"), published_at=at(3),
    )  # fmt: skip
    trace = trace_of(store, built)
    assert [item.source_name for item in trace.declines] == ["Orsk Chemicals"]
    assert counts(trace) == (1, 1, 0)


def test_a_relay_is_a_derivation_from_the_article_if_it_is_held_else_from_the_name(store: Store) -> None:
    relay = page("Herald", "the Norland Times", "reported", type=SourceType.PUBLICATION, hour=9)
    (row,) = trace_of(store, relay).derivations
    assert (row.kind, row.from_name, row.from_url, row.evidence) == (
        "relay", "Norland Times", None, "the Norland Times reported"
    )  # fmt: skip
    (row,) = trace_of(store, page("Norland Times", "Ada Brandt", hour=8)).derivations
    assert (row.kind, row.from_url) == ("relay", "https://norland-times.example/8")
