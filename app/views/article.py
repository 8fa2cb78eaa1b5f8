"""One article: its text with all attributions to be seen in it."""

from __future__ import annotations

import streamlit as st

from app.context import printable
from app.highlight import LEGEND, Mark, highlight
from app.views.common import link_to, open_store, show_address, show_text, show_time, show_title
from graph.browsing import ArticleView, view_article
from graph.ids import Kind, show_id


def show() -> None:
    asked = st.query_params.get("id") or st.query_params.get("url")
    if not asked:
        st.title("Article")
        st.text("Open one from the page of a claim.")
        link_to("claims", "All claims")
        return
    view = view_article(open_store(), asked)
    show_title(view.title)
    _show_facts(view)
    if view.is_read:
        st.html(LEGEND)
    else:
        st.info(
            "This version has not been read yet: who says what in it is not known. The command sayso ingest reads it."
        )
    st.html(highlight(view.text, _marks(view)))
    if view.is_read:
        _show_attributions(view)


def _show_facts(view: ArticleView) -> None:
    facts = [view.outlet or "unknown outlet", f"published {show_time(view.published_at)}"]
    facts += [f"by {view.byline}"] if view.byline else []
    facts += [f"credit: {view.credit}"] if view.credit else []
    facts += [f"{view.versions} versions held, the latest is shown"] if view.versions > 1 else []
    facts += [f"this text is {', '.join(view.flags)}"] if view.flags else []
    show_text(" · ".join(facts))
    show_address(view.url)


def _marks(view: ArticleView) -> list[Mark]:
    marks = [Mark(span=span, role="mention") for span, _, _ in view.mentions]
    for number, item in enumerate(view.attributions, start=1):
        for role, spans in item.spans.items():
            for index, span in enumerate(spans):
                numbered = role in ("source", "content") and index == 0
                marks.append(Mark(span=span, role=role, number=number if numbered else None))
    return marks


def _show_attributions(view: ArticleView) -> None:
    count = len(view.attributions)
    st.subheader(f"{count} attribution{'' if count == 1 else 's'}")
    if not count:
        st.text("Nobody is quoted in it, as far as could be read.")
        return
    st.text("The numbers are those in the text. Choose one for a link to its claim.")
    numbers = {item.attribution_id: number for number, item in enumerate(view.attributions, start=1)}
    table = {
        "no.": list(numbers.values()),
        "source": [printable(item.source_name or "not named") for item in view.attributions],
        "stance": [str(item.stance) for item in view.attributions],
        "content": [printable(_content(view, index)) for index in range(len(view.attributions))],
        "inside": [str(numbers.get(item.parent_id or 0, "")) for item in view.attributions],
        "source is": [item.source_type.replace("_", " ") for item in view.attributions],
        "confidence": [item.confidence for item in view.attributions],
    }
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={"content": st.column_config.TextColumn(width="large")},
    )
    for row in chosen["selection"]["rows"]:
        _link_claim(view, row)


def _link_claim(view: ArticleView, row: int) -> None:
    """A link and no switch, which would leave the claim's id on this page's own address, to which Back leads."""
    claim_id = view.claim_ids.get(view.attributions[row].attribution_id)
    if claim_id is None:
        st.text(f"No. {row + 1} claims nothing, so there is no claim to open.")
    else:
        link_to("claim", f"Open the claim of no. {row + 1}, and who else makes it", id=show_id(Kind.CLAIM, claim_id))


def _content(view: ArticleView, index: int) -> str:
    spans = view.attributions[index].spans.get("content", ())
    return " … ".join(view.text[start:end] for start, end in spans)
