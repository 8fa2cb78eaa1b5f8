"""One claim: its origins, who denies it, the way that it took, and the words of every attribution."""

from __future__ import annotations

import streamlit as st

from app.chain_picture import draw_chains
from app.highlight import LEGEND, STYLE, Mark, escape, highlight
from app.show import interval
from app.views.common import link_to, open_store, show_time
from graph.browsing import trace_by_id
from graph.chains import Chain, Hop
from graph.evidence import AttributionEvidence
from graph.ids import Kind, show_id
from graph.origins import Origins
from graph.trace import Trace

ATTRIBUTIONS_SHOWN = 100
_STANCE_SIGNS = {"denies": "✗ denies", "doubts": "? doubts", "declines": "— declines", "relays": "→ relays"}


def show() -> None:
    asked = st.query_params.get("id")
    if not asked:
        st.title("Claim")
        st.text("Choose one on the page Claims.")
        link_to("claims", "All claims")
        return
    trace = trace_by_id(open_store(), asked)
    st.html(STYLE + f"<h2>{escape(trace.evidence.text)}</h2>")
    st.caption(f"claim {show_id(Kind.CLAIM, trace.evidence.claim_id)}")
    _show_figures(trace)
    _show_earliest(trace)
    st.subheader("The way that it took")
    st.caption("Left: where it comes from. Right: the outlets; click one for its article. A dashed line denies.")
    st.graphviz_chart(draw_chains(trace), width="content")
    st.subheader("Origins")
    _show_origins(trace.origins, "Nobody who is held asserts it.")
    if trace.denials:
        st.text("Denied by:")
        _show_origins(trace.denial_origins, "")
    st.subheader("Every attribution, with its words")
    st.html(STYLE + LEGEND)
    for item in trace.evidence.members[:ATTRIBUTIONS_SHOWN]:
        _show_attribution(item, trace.chains[item.attribution_id])
    if len(trace.evidence.members) > ATTRIBUTIONS_SHOWN:
        st.text(f"The first {ATTRIBUTIONS_SHOWN} of {len(trace.evidence.members)} are shown.")


def _show_figures(trace: Trace) -> None:
    versions = [item.version for item in trace.evidence.members]
    figures: tuple[tuple[str, str | int, str | None], ...] = (
        (
            "Origins",
            interval(trace.origins.at_least, trace.origins.at_most),
            "At least .. at most. Copies count once.",
        ),
        ("Outlets", len({version.outlet for version in versions}), None),
        ("Articles", len({version.article_id for version in versions}), None),
        ("Denials", len(trace.denials), "Shown beside; a denial never takes away from an assertion."),
    )
    for column, (label, value, explained) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, value, help=explained)


def _show_earliest(trace: Trace) -> None:
    earliest = trace.earliest_held.version
    st.text(f"Earliest held: {earliest.outlet or 'unknown outlet'}, {show_time(earliest.at)}: {earliest.title}")
    if trace.oldest_named:
        st.text(f"Named, but not held: {trace.oldest_named}")


def _show_origins(origins: Origins, nobody: str) -> None:
    if not origins.classes:
        st.text(nobody)
    for found in origins.classes:
        count = len(found.attribution_ids)
        name = found.origin or "no lineage recorded"
        line = f"• {name} ({found.kind.replace('_', ' ')}): {count} attribution{'s' if count > 1 else ''}"
        st.text(line + (f"; {'; '.join(found.reasons)}" if found.reasons else ""))


def _show_attribution(item: AttributionEvidence, chain: Chain) -> None:
    with st.container(border=True):
        version = item.version
        sign = _STANCE_SIGNS.get(str(item.stance), f"✓ {item.stance}")
        st.text(f"{sign}    {version.outlet or 'unknown outlet'}, {show_time(version.at)}    {version.title}")
        marks = [Mark(span=span, role=role) for role, spans in item.spans.items() for span in spans]
        st.html(STYLE + highlight(item.words, marks, offset=item.sentence.start))
        st.html(STYLE + _chain_html(chain))
        link_to("article", "Open the article", id=show_id(Kind.ARTICLE, version.article_id))


def _chain_html(chain: Chain) -> str:
    steps = " ← ".join(_hop_html(hop) for hop in chain.hops)
    circle = " ⟲ goes round in a circle" if chain.is_circular else ""
    return f'<div class="sayso-chain">{steps}{circle}</div>'


def _hop_html(hop: Hop) -> str:
    words = f' <span class="words">“{escape(" ".join(hop.words.split()))}”</span>' if hop.words else ""
    return f'<b>{escape(hop.name or "not named")}</b> <span class="how">{escape(hop.resolution)}</span>{words}'
