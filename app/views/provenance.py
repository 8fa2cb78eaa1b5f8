"""The way that a claim took, as a graph whose nodes open their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.context import count
from app.highlight import escape
from app.provenance_chart import chart_height, label_of, legend_html, style_of, to_echarts, to_svg
from app.views.common import link_to, show_text
from app.views.words import STANCE_SIGNS
from graph.ids import Kind, show_id
from graph.provenance import Provenance, ProvenanceNode, Step, lay_out_provenance
from graph.trace import Trace

_STEPS_SHOWN = 12
_INK = {"dark": "#e8e8e8", "light": "#222222"}


def show_provenance(trace: Trace) -> None:
    st.subheader("The way that it took")
    is_expanded = st.session_state.get("is-expanded", False)
    picture = lay_out_provenance(trace, is_expanded=is_expanded)
    st.html(legend_html())
    ink = _INK.get(st.context.theme.type or "light", _INK["light"])
    state = st.echarts_chart(
        to_echarts(picture, ink=ink),
        height=chart_height(picture),
        on_select="rerun",
        key=f"provenance-{trace.evidence.claim_id}-{is_expanded}",
        alt="From the sources on the left to the outlets on the right; the same can be chosen and read below",
    )
    _say_what_is_left_out(picture, is_expanded=is_expanded)
    chosen = _choose(picture, state)
    if chosen is not None:
        _show_node(chosen)
    st.download_button(
        "The graph as SVG",
        data=lambda: to_svg(picture, trace.evidence.text).encode(),
        file_name=f"{show_id(Kind.CLAIM, trace.evidence.claim_id)}.svg",
        mime="image/svg+xml",
        on_click="ignore",
        type="tertiary",
    )


def _say_what_is_left_out(picture: Provenance, *, is_expanded: bool) -> None:
    if picture.drawn < picture.attributions:
        st.text(f"The first {picture.drawn} of {picture.attributions} attributions are drawn.")
    if picture.is_circular:
        st.text("Some outlets cite each other in a circle: where that began cannot be told.")
    if is_expanded or any(node.members for node in picture.nodes):
        st.toggle("Draw each outlet and source by itself", key="is-expanded")


def _choose(picture: Provenance, state: Any) -> ProvenanceNode | None:
    """The node that is clicked, or that is chosen from the list, which the keyboard reaches too."""
    clicked = _clicked(picture, state)
    if clicked is not None and st.session_state.get("clicked-step") != clicked.key:
        st.session_state["step"] = clicked.key
    st.session_state["clicked-step"] = None if clicked is None else clicked.key
    by_key = {node.key: node for node in picture.nodes}
    if st.session_state.get("step") not in by_key:
        st.session_state["step"] = None
    key: str | None = st.selectbox(
        "Click a node, or choose it here, to see its words",
        [*by_key],
        index=None,
        key="step",
        format_func=lambda key: _name(by_key[key]),
        placeholder="a source, an agency, an outlet",
    )
    return None if key is None else by_key[key]


def _clicked(picture: Provenance, state: Any) -> ProvenanceNode | None:
    for group in state["selection"]["selected"]:
        if group["data_type"] == "node":
            for index in group["data_indices"]:
                if index < len(picture.nodes):
                    return picture.nodes[int(index)]
    return None


def _name(node: ProvenanceNode) -> str:
    return f"{label_of(node).replace(chr(10), ' ')} ({style_of(node).meaning})"


def _show_node(node: ProvenanceNode) -> None:
    with st.container(border=True, gap="small"):
        st.html(f'<div class="sayso-fact"><b>{escape(node.label)}</b> ({style_of(node).meaning})</div>')
        if node.members:
            show_text(", ".join(node.members))
        _show_steps(node.steps)


def _show_steps(steps: Sequence[Step]) -> None:
    for step in steps[:_STEPS_SHOWN]:
        sign = STANCE_SIGNS.get(str(step.stance), "✓")
        st.html(
            f'<div class="sayso-fact"><span class="stance {escape(str(step.stance))}">{sign} {escape(str(step.stance))}'
            f"</span>{escape(step.outlet or 'unknown outlet')}: <i>“{escape(step.words)}”</i></div>"
        )
        link_to("article", "Open the article", id=show_id(Kind.ARTICLE, step.article_id))
    if len(steps) > _STEPS_SHOWN:
        st.text(f"... and {count(len(steps) - _STEPS_SHOWN, 'further attribution')}, all of them below.")
