"""Try it: a text that is pasted is read on the spot and shown highlighted. Nothing of it is kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import streamlit as st

from app.context import count, printable
from app.highlight import LEGEND, Mark, highlight
from nlp.annotation import Annotation, Attribution

if TYPE_CHECKING:
    from nlp.reader import Reader

MOST_CHARACTERS = 20_000
_SAMPLE = (
    "The plant leaked solvent into the river for weeks, inspector Ada Brandt told the Herald. A spokesman for Velden "
    "Power denied that anything had leaked. “We have no comment on the inquiry,” he said. According to the agency NPA, "
    "two former managers had warned of it."
)


def show() -> None:
    st.title("Try it")
    st.text(
        "Paste a text in English to see who says what in it. It is read on this machine, and nothing of it is kept."
    )
    with st.form("try", border=False):
        text = st.text_area("Text", height=220, max_chars=MOST_CHARACTERS, placeholder=_SAMPLE, key="try-text")
        is_asked = st.form_submit_button("Read it", type="primary")
    if not is_asked:
        return
    text = text.strip() or _SAMPLE
    with st.spinner("Reading ..."):
        annotation = _read(text)
    if annotation.language not in (None, "en"):
        st.text(f"Its language seems to be “{annotation.language}”, and sayso reads English.")
        return
    st.subheader(count(len(annotation.attributions), "attribution"))
    if not annotation.attributions:
        st.text("Nobody is quoted in it, as far as could be read.")
    st.html(LEGEND)
    st.html(highlight(text, _marks(annotation)))
    if annotation.attributions:
        _show_table(text, annotation)


@st.cache_resource(show_spinner="Loading what reads ...")
def _load() -> tuple[Reader, threading.Lock]:
    from nlp.reader import Reader

    return Reader(), threading.Lock()


def _read(text: str) -> Annotation:
    reader, lock = _load()
    with lock:  # a reader is not to be shared between threads, and each visitor has one
        return next(iter(reader.read([text])))


def _marks(annotation: Annotation) -> list[Mark]:
    marks = [Mark(span=span, role="mention") for entity in annotation.entities for span in entity.mentions]
    for number, item in enumerate(annotation.attributions, start=1):
        for role in ("source", "cue", "content", "addressee", "channel"):
            for index, span in enumerate(getattr(item, role)):
                numbered = role in ("source", "content") and index == 0
                marks.append(Mark(span=span, role=role, number=number if numbered else None))
    return marks


def _show_table(text: str, annotation: Annotation) -> None:
    found = annotation.attributions
    names = [entity.name for entity in annotation.entities]
    st.dataframe(
        {
            "no.": [item.id + 1 for item in found],
            "source": [printable(_source(item, names)) for item in found],
            "stance": [str(item.stance) for item in found],
            "content": [printable(" … ".join(text[start:end] for start, end in item.content)) for item in found],
            "about": [printable(", ".join(names[index] for index in item.about)) for item in found],
            "inside": ["" if item.parent is None else str(item.parent + 1) for item in found],
            "source is": [item.source_type.replace("_", " ") for item in found],
            "confidence": [round(item.confidence, 2) for item in found],
        },
        hide_index=True,
        column_config={
            "no.": st.column_config.NumberColumn(width=45),
            "source": st.column_config.TextColumn(width=190),
            "stance": st.column_config.TextColumn(width=80),
            "content": st.column_config.TextColumn(width=420),
            "about": st.column_config.TextColumn(width=150),
            "inside": st.column_config.TextColumn(width=60, help="The attribution that encloses it"),
        },
    )


def _source(item: Attribution, names: list[str]) -> str:
    named = None if item.source_entity is None else names[item.source_entity]
    written = item.source_name
    if named and written and named != written:
        return f"{written} ({named})"
    return written or named or "not named"
