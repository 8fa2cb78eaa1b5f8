"""One article: its text with all attributions to be seen in it, its versions, and what it shares with others."""

from __future__ import annotations

import streamlit as st

from app.context import count, printable
from app.highlight import LEGEND, Mark, escape, highlight
from app.views.common import link_to, open_store, plain, show_address, show_text, show_time, show_title
from app.views.correcting import offer_attribution_corrections
from graph.article_history import ArticleHistory, DerivationView, compare_versions, load_history
from graph.browsing import ArticleView, view_article
from graph.ids import Kind, show_id

_NAMES_SHOWN = 60
_KINDS = {
    "wire_copy": "an agency's text as it came",
    "edited_copy": "mostly the same text",
    "partial_copy": "in part the same text",
    "edition": "another edition of the same outlet",
    "relay": "reported in own words",
    "press_release": "a press release",
}


def show() -> None:
    asked = st.query_params.get("id") or st.query_params.get("url")
    if not asked:
        st.title("Article")
        st.text("Open one from the page of a claim.")
        link_to("claims", "All claims")
        return
    store = open_store()
    view = view_article(store, asked)
    history = load_history(store, view.article_id)
    show_title(view.title)
    _show_facts(view, history)
    text, beside = st.columns([2.2, 1], gap="medium")
    with text:
        if view.is_read:
            st.html(LEGEND)
        else:
            st.info(
                "This version has not been read yet: who says what in it is not known. "
                "The command sayso ingest reads it."
            )
        st.html(highlight(view.text, _marks(view)))
    with beside:
        _show_derivations(history)
        _show_names(view)
    if view.is_read:
        _show_attributions(view)
    _show_versions(history)


def _show_facts(view: ArticleView, history: ArticleHistory) -> None:
    facts = [view.outlet or "unknown outlet", f"published {show_time(view.published_at)}"]
    facts += [f"first seen {show_time(view.first_seen_at)}"]
    facts += [f"by {view.byline}"] if view.byline else []
    facts += [f"credit: {view.credit}"] if view.credit else []
    facts += [f"{len(history.versions)} versions held, the latest is shown"] if len(history.versions) > 1 else []
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


def _show_derivations(history: ArticleHistory) -> None:
    if history.made_from:
        st.subheader("Made from")
        for each in history.made_from:
            _show_derivation(each)
    if history.made_into:
        st.subheader("Others made from it")
        for each in history.made_into:
            _show_derivation(each)
    if history.sharing:
        st.subheader("Shares text with")
        st.text("Which of the two was first is not known.")
        for each in history.sharing:
            _show_derivation(each)


def _show_derivation(each: DerivationView) -> None:
    with st.container(border=True, gap="small"):
        who = each.outlet or each.name or "unknown outlet"
        when = "" if each.at is None else f", {show_time(each.at)}"
        share = "" if each.share is None else f", {each.share:.0%} of its words"
        how = _KINDS.get(each.kind or "", (each.kind or "").replace("_", " "))
        st.html(
            f'<div class="sayso-fact"><b>{escape(who)}</b>{escape(when)}'
            f'<span class="why"> {escape(f"({how}{share})" if how else share.lstrip(", "))}</span></div>'
        )
        st.html(
            '<details class="sayso-chain"><summary>The words that show it</summary>'
            f'<span class="words">“{escape(each.words)}”</span></details>'
        )
        if each.article_id is not None:
            link_to("article", "Open it", id=show_id(Kind.ARTICLE, each.article_id))


def _show_names(view: ArticleView) -> None:
    names: dict[int, str] = {}
    counts: dict[int, int] = {}
    for _, entity_id, name in view.mentions:
        names.setdefault(entity_id, name)
        counts[entity_id] = counts.get(entity_id, 0) + 1
    if not names:
        return
    st.subheader("Who is in it")
    for entity_id in sorted(names, key=lambda key: -counts[key])[:_NAMES_SHOWN]:
        link_to("person", _link_label(names[entity_id], counts[entity_id]), id=show_id(Kind.ENTITY, entity_id))


def _link_label(name: str, times: int) -> str:
    return f"{plain(name)} ({times})"


def _show_attributions(view: ArticleView) -> None:
    number = len(view.attributions)
    st.subheader(count(number, "attribution"))
    if not number:
        st.text("Nobody is quoted in it, as far as could be read.")
        return
    st.text("The numbers are those in the text. Choose one for a link to its claim, and to correct it.")
    numbers = {item.attribution_id: number for number, item in enumerate(view.attributions, start=1)}
    table = {
        "no.": list(numbers.values()),
        "source": [printable(item.source_name or "not named") for item in view.attributions],
        "stance": [str(item.stance) for item in view.attributions],
        "content": [printable(_content(view, index)) for index in range(len(view.attributions))],
        "inside": [str(numbers.get(item.parent_id or 0, "")) for item in view.attributions],
        "source is": [item.source_type.replace("_", " ") for item in view.attributions],
        "confidence": [round(item.confidence, 2) for item in view.attributions],
    }
    chosen = st.dataframe(
        table,
        # What is chosen is kept by its number, which another has once one is rejected.
        key=f"attributions-{view.version_id}-{number}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (number + 1) + 2, 720),
        column_config={
            "no.": st.column_config.NumberColumn(width=45),
            "source": st.column_config.TextColumn(width=190),
            "stance": st.column_config.TextColumn(width=80),
            "content": st.column_config.TextColumn(width=410),
            "inside": st.column_config.TextColumn(width=60, help="The attribution that encloses it"),
            "source is": st.column_config.TextColumn(width=130),
        },
    )
    for row in chosen["selection"]["rows"]:
        with st.container(border=True, gap="small"):
            _link_claim(view, row)
            offer_attribution_corrections(view.attributions[row])


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


def _show_versions(history: ArticleHistory) -> None:
    if len(history.versions) < 2:
        return
    st.subheader(f"{len(history.versions)} versions")
    pairs = list(zip(history.versions[1:], history.versions, strict=False))
    labels = {
        index: f"{show_time(older.first_seen_at)} → {show_time(newer.first_seen_at)}"
        for index, (older, newer) in enumerate(pairs)
    }
    index = st.selectbox("What changed", [*labels], format_func=labels.__getitem__, key="versions")
    older, newer = pairs[index or 0]
    if older.title != newer.title:
        st.html(f"<div class='sayso-text'><del>{escape(older.title)}</del> <ins>{escape(newer.title)}</ins></div>")
    pieces = compare_versions(open_store(), older.version_id, newer.version_id)
    tags = {"same": "span", "gone": "del", "new": "ins"}
    body = "".join(f"<{tags[piece.kind]}>{escape(piece.text)}</{tags[piece.kind]}>" for piece in pieces)
    st.html(f'<div class="sayso-text">{body}</div>')
