"""One person or organisation: what it says, what is said about it, to whom, with whom, and how it is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from app.context import count
from app.highlight import LEGEND, escape
from app.views.common import link_to, open_store, plain, show_figures, show_text, show_time, show_title
from app.views.correcting import decide_and_say
from app.views.people import TYPES
from app.views.today import draw_timeline
from app.views.user import is_editor
from app.views.words import facts_html, words_html
from graph.entity_decisions import merge_entities, split_entity
from graph.evidence import AttributionEvidence
from graph.ids import Kind, show_id
from graph.people import Companion, Naming, Profile, list_entities, load_profile
from graph.timeline import count_ticks, is_hourly

_SHOWN = 20


def show() -> None:
    asked = st.query_params.get("id")
    if not asked:
        st.title("Person or organisation")
        link_to("people", "Choose one of all")
        return
    profile = load_profile(open_store(), asked)
    show_title(profile.name)
    also = [name for name in profile.aliases if name != profile.name]
    st.caption(f"{TYPES[profile.type]} {show_id(Kind.ENTITY, profile.entity_id)}")
    if also:
        show_text("Also: " + ", ".join(also[:_SHOWN]))
    show_figures(
        ("Said", profile.said, "Attributions of which it is the source"),
        ("Said about it", profile.about, "Attributions whose content is about it"),
        ("Names", len(profile.aliases), "Ways in which texts name it"),
    )
    name = profile.name
    with st.container(horizontal=True):
        link_to("claims", "Claims that it makes", source=name)
        link_to("claims", "Claims about it", about=name)
    _show_time(profile)
    said, about, whom, named = st.tabs(["Says", "Is said about it", "To whom, with whom, on what", "Names and why"])
    with said:
        _show_attributions(profile.latest_said, profile.said, "It says nothing that is held.")
    with about:
        _show_attributions(profile.latest_about, profile.about, "Nothing that is held is said about it.")
    with whom:
        _show_others(profile)
    with named:
        _show_names(profile)


def _show_time(profile: Profile) -> None:
    ticks = count_ticks(profile.latest_said)
    if len({tick.at for tick in ticks}) < 2:
        return
    times: list[datetime] = [item.version.at for item in profile.latest_said]
    unit = "hours" if is_hourly(min(times), max(times)) else "date"
    st.altair_chart(draw_timeline(ticks, unit=unit, height=200), key="person-timeline")
    if len(profile.latest_said) < profile.said:
        st.caption(f"The latest {len(profile.latest_said)} of what it said.")


def _show_attributions(items: Sequence[AttributionEvidence], number: int, nothing: str) -> None:
    if not items:
        st.text(nothing)
        return
    if number > len(items[:_SHOWN]):
        st.text(f"The latest {len(items[:_SHOWN])} of {number:,}.")
    st.html(LEGEND)
    for item in items[:_SHOWN]:
        with st.container(border=True, gap="small"):
            st.html(facts_html(item))
            st.html(words_html(item))
            link_to("article", "Open the article", id=show_id(Kind.ARTICLE, item.version.article_id))


def _show_others(profile: Profile) -> None:
    spoken_to, quoted_with, on_what = st.columns(3)
    with spoken_to:
        st.subheader("Spoken to")
        if profile.addressees:
            rows = "".join(f"<li>{escape(words)} ({times})</li>" for words, times in profile.addressees[:_SHOWN])
            st.html(f'<ul class="sayso-list">{rows}</ul>')
        else:
            st.text("No text says to whom.")
    with quoted_with:
        st.subheader("Quoted in the same articles")
        _show_companions(profile.companions)
    with on_what:
        st.subheader("Speaks about")
        _show_companions(profile.spoke_about)


def _show_companions(companions: Sequence[Companion]) -> None:
    if not companions:
        st.text("Nobody.")
    for each in companions[:_SHOWN]:
        link_to("person", f"{plain(each.name)} ({each.times})", id=show_id(Kind.ENTITY, each.entity_id))


def _show_names(profile: Profile) -> None:
    """Where each name was resolved, as what, and what joined several into one."""
    if profile.member_count > 1:
        st.text(f"{count(profile.member_count, 'name')} were found to be one; Corrections says by whom and why.")
        for member_id, name in profile.members:
            show_text(f"• {name} ({show_id(Kind.ENTITY, member_id)})")
        if (more := profile.member_count - len(profile.members)) > 0:
            st.text(f"and {more} more")
    for naming in profile.namings[:_SHOWN]:
        _show_naming(naming, profile)
    if is_editor():
        _offer_merge(profile)


def _show_naming(naming: Naming, profile: Profile) -> None:
    with st.container(border=True, gap="small"):
        why = "its whole name" if naming.words == profile.name else f"known in this text as {naming.member_name}"
        st.html(
            f'<div class="sayso-fact">“<b>{escape(naming.words)}</b>” <span class="why">({escape(why)})</span>, '
            f"{escape(naming.outlet or 'unknown outlet')}, {show_time(naming.at)}: {escape(naming.title)}</div>"
        )
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            article = show_id(Kind.ARTICLE, naming.article_id)
            link_to("article", "Open the article", id=article)
            if is_editor() and profile.member_count > 1:
                key = f"not-{naming.article_id}-{naming.words}"
                if st.button("Not this person", key=key, type="tertiary"):
                    entity, member = (show_id(Kind.ENTITY, each) for each in (profile.entity_id, naming.member_id))
                    decide_and_say(
                        lambda who, now: split_entity(open_store(), entity, member, who=who, why="by hand", now=now),
                        f"{naming.member_name} is not {profile.name}",
                    )


def _offer_merge(profile: Profile) -> None:
    with st.expander("Somebody else here is the same"):
        beginning = st.text_input("Find the other name", key="merge-name", max_chars=200)
        if not beginning.strip():
            return
        found = [each for each in list_entities(open_store(), beginning) if each.entity_id != profile.entity_id]
        if not found:
            st.text("Nobody else has such a name.")
            return
        labels = {
            each.entity_id: f"{plain(each.name)}, {TYPES[each.type]}, said {each.said}" for each in found[:_SHOWN]
        }
        chosen = st.radio("Which", [*labels], format_func=labels.__getitem__, key="merge-entity")
        why = st.text_input("Why", key="merge-entity-why", max_chars=300)
        if chosen is not None and st.button("Merge", key="merge-entities"):
            left, right = (show_id(Kind.ENTITY, each) for each in (profile.entity_id, chosen))
            name = next(each.name for each in found if each.entity_id == chosen)
            decide_and_say(
                lambda who, now: merge_entities(open_store(), left, right, who=who, why=why or "by hand", now=now),
                f"{name} is {profile.name}",
            )
