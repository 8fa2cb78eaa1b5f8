"""One claim: its origins, who denies it, the way that it took, and the words of every attribution."""

from __future__ import annotations

import streamlit as st

from app.chain_picture import ATTRIBUTIONS_DRAWN, LEGEND_OF_PICTURE, draw_chains
from app.highlight import LEGEND, Mark, escape, highlight
from app.show import interval
from app.views.common import link_to, open_store, show_figures, show_text, show_time, show_title
from graph.browsing import trace_by_id
from graph.chains import Chain, Hop
from graph.evidence import AttributionEvidence
from graph.ids import Kind, show_id
from graph.origins import OriginClass, Origins
from graph.rdf.export import export_claim
from graph.trace import Trace

ATTRIBUTIONS_SHOWN = 100
_STANCE_SIGNS = {"denies": "✗", "doubts": "?", "declines": "–", "relays": "→", "asks": "?"}


def show() -> None:
    asked = st.query_params.get("id")
    if not asked:
        st.title("Claim")
        st.text("Choose one on the page Claims.")
        link_to("claims", "All claims")
        return
    store = open_store()
    trace = trace_by_id(store, asked)
    show_title(trace.evidence.text)
    st.caption(f"claim {show_id(Kind.CLAIM, trace.evidence.claim_id)}")
    _show_figures(trace)
    _show_earliest(trace)
    _show_picture(trace)
    _show_both_sides(trace)
    _show_attributions(trace)
    claim_id = trace.evidence.claim_id
    st.download_button(
        "This claim as JSON-LD",
        data=lambda: export_claim(store, claim_id),  # made when it is asked for
        file_name=f"{show_id(Kind.CLAIM, claim_id)}.jsonld",
        mime="application/ld+json",
        on_click="ignore",
    )


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
        ("Articles", len({version.article_id for version in versions}), "Held articles in which the claim appears"),
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
        show_text(f"Oldest named, but not held: {trace.oldest_named}")
    link_to("article", "Open the earliest article", id=show_id(Kind.ARTICLE, version.article_id))


def _show_picture(trace: Trace) -> None:
    st.subheader("The way that it took")
    st.html(LEGEND_OF_PICTURE)
    st.graphviz_chart(draw_chains(trace), width="content", alt="The chains below, drawn from the source to the outlet")
    if len(trace.evidence.members) > ATTRIBUTIONS_DRAWN:
        st.text(f"The first {ATTRIBUTIONS_DRAWN} of {len(trace.evidence.members)} attributions are drawn.")


def _show_both_sides(trace: Trace) -> None:
    st.subheader("Origins")
    _show_origins(trace.origins, "Nobody whose words are held asserts it.")
    if trace.denials:
        st.subheader("Denied by")
        _show_origins(trace.denial_origins, "")


def _show_origins(origins: Origins, nobody: str) -> None:
    if not origins.classes:
        st.text(nobody)
        return
    st.html(f'<ul class="sayso-list">{"".join(_origin_html(found) for found in origins.classes)}</ul>')


def _origin_html(found: OriginClass) -> str:
    count = len(found.attribution_ids)
    name = escape(found.origin or "no lineage recorded")
    size = f"{found.kind.replace('_', ' ')}: {count} attribution{'s' if count > 1 else ''}"
    why = f'<span class="why">; one origin, as: {escape("; ".join(found.reasons))}</span>' if found.reasons else ""
    return f"<li><b>{name}</b> ({size}){why}</li>"


def _show_attributions(trace: Trace) -> None:
    members = trace.evidence.members
    st.subheader("Every attribution, with its words")
    st.html(LEGEND)
    for item in members[:ATTRIBUTIONS_SHOWN]:
        _show_attribution(item, trace.chains[item.attribution_id])
    if len(members) > ATTRIBUTIONS_SHOWN:
        st.text(f"The first {ATTRIBUTIONS_SHOWN} of {len(members)} are shown.")


def _show_attribution(item: AttributionEvidence, chain: Chain) -> None:
    with st.container(border=True, gap="small"):
        st.html(_facts_html(item))
        marks = [Mark(span=span, role=role) for role, spans in item.spans.items() for span in spans]
        st.html(highlight(item.words, marks, offset=item.sentence.start))
        st.html(_chain_html(chain))
        link_to("article", "Open the article", id=show_id(Kind.ARTICLE, item.version.article_id))


def _facts_html(item: AttributionEvidence) -> str:
    version = item.version
    stance = str(item.stance)
    kind = item.source_type.replace("_", " ")
    return (
        f'<div class="sayso-fact"><span class="stance {escape(stance)}">{_STANCE_SIGNS.get(stance, "✓")} '
        f"{escape(stance)}</span><b>{escape(version.outlet or 'unknown outlet')}</b>, {show_time(version.at)} · "
        f"{escape(item.source_name or 'source not named')} "
        f'<span class="why">({escape(kind)}) · {escape(version.title)}</span></div>'
    )


def _chain_html(chain: Chain) -> str:
    steps = " ← ".join(_hop_html(hop) for hop in chain.hops)
    circle = " ⟲ goes round in a circle" if chain.is_circular else ""
    return f'<div class="sayso-chain">{steps}{circle}</div>'


def _hop_html(hop: Hop) -> str:
    words = f' <span class="words">“{escape(" ".join(hop.words.split()))}”</span>' if hop.words else ""
    return f'<b>{escape(hop.name or "not named")}</b> <span class="how">{escape(hop.resolution)}</span>{words}'
