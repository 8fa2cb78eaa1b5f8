"""One claim: its origins, who denies it, the way that it took, and the words of every attribution."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.context import count
from app.highlight import LEGEND, escape
from app.show import interval
from app.views.common import link_to, open_store, show_figures, show_text, show_time, show_title
from app.views.correcting import offer_claim_corrections, offer_corrections
from app.views.provenance import show_provenance
from app.views.today import draw_timeline
from app.views.words import chain_html, facts_html, words_html
from graph.browsing import trace_by_id
from graph.chains import Chain
from graph.evidence import AttributionEvidence
from graph.ids import Kind, show_id
from graph.memberships import Membership, load_memberships
from graph.origins import OriginClass, Origins
from graph.rdf.export import Format, export_claim
from graph.timeline import count_ticks, is_hourly
from graph.trace import SUPPORTING, Trace

ATTRIBUTIONS_SHOWN = 50
_ORIGINS_SHOWN = 12
_REASONS_SHOWN = 6


def show() -> None:
    asked = st.query_params.get("id")
    if not asked:
        st.title("Claim")
        st.text("Choose one on the page Claims.")
        link_to("claims", "All claims")
        return
    trace = trace_by_id(open_store(), asked)
    show_title(trace.evidence.text)
    st.caption(f"claim {show_id(Kind.CLAIM, trace.evidence.claim_id)}")
    _show_figures(trace)
    _show_earliest(trace)
    show_provenance(trace)
    _show_sides(trace)
    _show_time(trace)
    _show_related(trace)
    _show_attributions(trace)
    offer_claim_corrections(trace)
    _offer_exports(trace)


def _show_figures(trace: Trace) -> None:
    versions = [item.version for item in trace.evidence.members]
    denied = trace.denial_origins
    show_figures(
        (
            "Origins, at least to at most",
            interval(trace.origins.at_least, trace.origins.at_most),
            "From how many places it can come. Outlets that pass on one report are one origin. At least: those that go "
            "back to somebody named. At most: also the unnamed, and those whose lineage is not recorded. Two origins "
            "are not shown to depend on each other; that does not prove that they are independent.",
        ),
        ("Outlets", len({version.outlet for version in versions}), "Publishers of which an article is held"),
        (
            "Articles",
            len({version.article_id for version in versions}),
            "Held articles in which the claim appears",
        ),
        (
            "Denied by, origins",
            interval(denied.at_least, denied.at_most),
            "Counted like the origins. A denial stands beside an assertion and takes nothing away from it.",
        ),
        ("Declined to comment", len(trace.declines), "Neither support nor denial"),
    )


def _show_earliest(trace: Trace) -> None:
    version = trace.earliest_held.version
    show_text(f"Earliest held: {version.outlet or 'unknown outlet'}, {show_time(version.at)}: {version.title}")
    if trace.oldest_named:
        on = f", {trace.oldest_named.on:%Y-%m-%d}" if trace.oldest_named.on else ""
        show_text(f"Oldest named, but not held: {trace.oldest_named.name}{on}")
    link_to("article", "Open the earliest article", id=show_id(Kind.ARTICLE, version.article_id))


def _show_sides(trace: Trace) -> None:
    """Who supports, denies and declines, side by side."""
    supporting, denying, declining = st.columns([1.3, 1.3, 0.8])
    with supporting:
        st.subheader("Supported by, origins")
        _show_origins(trace.origins, "Nobody whose words are held asserts it.")
    with denying:
        st.subheader("Denied by, origins")
        _show_origins(trace.denial_origins, "Nobody whose words are held denies it.")
    with declining:
        st.subheader("Declined, doubted, asked")
        others = [item for item in trace.evidence.members if item.stance not in SUPPORTING | {"denies"}]
        _show_others(others)


def _show_origins(origins: Origins, nobody: str) -> None:
    if not origins.classes:
        st.text(nobody)
        return
    shown, rest = origins.classes[:_ORIGINS_SHOWN], origins.classes[_ORIGINS_SHOWN:]
    st.html(f'<ul class="sayso-list">{"".join(_origin_html(found) for found in shown)}</ul>')
    if rest:
        with st.expander(f"{count(len(rest), 'further origin')}"):
            st.html(f'<ul class="sayso-list">{"".join(_origin_html(found) for found in rest)}</ul>')


def _origin_html(found: OriginClass) -> str:
    name = escape(found.origin or "no lineage recorded")
    size = f"{found.kind.replace('_', ' ')}: {count(len(found.attribution_ids), 'attribution')}"
    reasons = list(dict.fromkeys(found.reasons))
    more = "; ..." if len(reasons) > _REASONS_SHOWN else ""
    words = escape("; ".join(reasons[:_REASONS_SHOWN])) + more
    why = f'<span class="why">; one origin, as: {words}</span>' if reasons else ""
    return f"<li><b>{name}</b> ({size}){why}</li>"


def _show_others(others: Sequence[AttributionEvidence]) -> None:
    if not others:
        st.text("Nobody whose words are held.")
        return
    rows = "".join(
        f"<li>{escape(str(item.stance))}: <b>{escape(item.source_name or 'source not named')}</b>, "
        f"{escape(item.version.outlet or 'unknown outlet')}</li>"
        for item in others[:_ORIGINS_SHOWN]
    )
    st.html(f'<ul class="sayso-list">{rows}</ul>')


def _show_time(trace: Trace) -> None:
    ticks = count_ticks(trace.evidence.members)
    if len({tick.at for tick in ticks}) < 2:
        return
    st.subheader("Over time")
    times = [item.version.at for item in trace.evidence.members]
    unit = "hours" if is_hourly(min(times), max(times)) else "date"
    st.altair_chart(draw_timeline(ticks, unit=unit, height=220), key="claim-timeline")


def _show_related(trace: Trace) -> None:
    if not trace.related:
        return
    st.subheader("Beside it")
    st.text("Other claims on the same thing. They are linked, and never counted together.")
    names = {"rival": "A rival", "update": "An update", "asks": "A question"}
    for other in trace.related:
        with st.container(border=True, gap="small"):
            what = names.get(other.kind, other.kind)
            st.html(
                f'<div class="sayso-fact"><b>{escape(what)}</b>: {escape(other.text)} '
                f'<span class="why">({escape(other.reason)})</span></div>'
            )
            link_to("claim", "Open it", id=show_id(Kind.CLAIM, other.claim_id))


def _show_attributions(trace: Trace) -> None:
    members = trace.evidence.members
    memberships = load_memberships(open_store(), trace.evidence.claim_id)
    st.subheader("Every attribution, with its words")
    st.html(LEGEND)
    pages = -(-len(members) // ATTRIBUTIONS_SHOWN)
    page = st.pagination(pages, key="attributions") if pages > 1 else 1
    first = (page - 1) * ATTRIBUTIONS_SHOWN
    if pages > 1:
        st.text(f"{first + 1} to {min(first + ATTRIBUTIONS_SHOWN, len(members))} of {len(members)}, by time.")
    for item in members[first : first + ATTRIBUTIONS_SHOWN]:
        _show_attribution(item, trace.chains[item.attribution_id], memberships.get(item.attribution_id), trace)


def _show_attribution(item: AttributionEvidence, chain: Chain, membership: Membership | None, trace: Trace) -> None:
    with st.container(border=True, gap="small"):
        st.html(facts_html(item))
        st.html(words_html(item))
        st.html(chain_html(chain))
        if item.attribution_id in trace.retracted:
            show_text(f"↩ Taken back by its outlet: “{trace.retracted[item.attribution_id]}”")
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            link_to("article", "Open the article", id=show_id(Kind.ARTICLE, item.version.article_id))
            with st.popover("Why it is here", type="tertiary"):
                _show_membership(membership, trace)
            offer_corrections(item, claim_id=trace.evidence.claim_id, membership=membership)


def _show_membership(membership: Membership | None, trace: Trace) -> None:
    if membership is None:
        st.text("It was taken in just now.")
        return
    if membership.text != trace.evidence.text:
        show_text(f"In its own words: {membership.text}")
    for reason in membership.reasons:
        show_text(f"• {reason}")


def _offer_exports(trace: Trace) -> None:
    st.subheader("Take it with you")
    claim_id = trace.evidence.claim_id
    name = show_id(Kind.CLAIM, claim_id)
    store = open_store()
    with st.container(horizontal=True):
        st.download_button(
            "This claim as JSON-LD",
            data=lambda: export_claim(store, claim_id),  # made when it is asked for
            file_name=f"{name}.jsonld",
            mime="application/ld+json",
            on_click="ignore",
        )
        st.download_button(
            "This claim as Turtle",
            data=lambda: export_claim(store, claim_id, rdf_format=Format.TURTLE),
            file_name=f"{name}.ttl",
            mime="text/turtle",
            on_click="ignore",
        )
