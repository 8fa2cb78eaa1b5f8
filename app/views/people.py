"""People and organisations: who is quoted most, and who goes by a name."""

from __future__ import annotations

import streamlit as st

from app.context import printable
from app.views.address import ask_text
from app.views.common import open_page, open_store, show_text
from app.views.start import show_start
from graph.ids import Kind, show_id
from graph.people import list_entities
from nlp.annotation import EntityType

SHOWN = 100
TYPES = {
    EntityType.PERSON: "person",
    EntityType.ORG: "organisation",
    EntityType.NORP: "group",
    EntityType.GPE: "place",
    EntityType.LOC: "place",
    EntityType.FAC: "building or site",
}


def show() -> None:
    st.title("People and organisations")
    asked = ask_text("name", "Find a name", placeholder="for example: Brandt")
    found = list_entities(open_store(), asked, limit=SHOWN)
    if not found:
        if asked:
            show_text(f"No article that is held names anyone so: {asked}")
        else:
            show_start()
        return
    st.text("The most quoted first. Choose one to see what is said by and about it.")
    chosen = st.dataframe(
        {
            "name": [printable(each.name) for each in found],
            "is a": [TYPES[each.type] for each in found],
            "said": [each.said for each in found],
            "said about it": [each.about for each in found],
        },
        key="table-people",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (len(found) + 1) + 2, 720),
        column_config={
            "name": st.column_config.TextColumn(width=420),
            "is a": st.column_config.TextColumn(width=130),
            "said": st.column_config.NumberColumn(
                format="localized", width=110, help="Attributions of which it is the source"
            ),
            "said about it": st.column_config.NumberColumn(
                format="localized", width=130, help="Attributions whose content is about it"
            ),
        },
    )
    for row in chosen["selection"]["rows"]:
        open_page("person", id=show_id(Kind.ENTITY, found[row].entity_id))
    if len(found) == SHOWN:
        st.text(f"{SHOWN} are shown; find others by their names.")
