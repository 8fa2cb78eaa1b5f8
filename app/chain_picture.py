"""The chains of a claim as a picture in Graphviz's language: origins on the left, outlets on the right.

The colour of the letters is left to the page, which knows whether its theme is dark.
"""

from __future__ import annotations

import textwrap
from itertools import pairwise
from urllib.parse import quote

from app.context import printable
from graph.chains import Chain, Hop, Resolution
from graph.derivations import is_same_outlet
from graph.ids import Kind, show_id
from graph.trace import Trace
from nlp.annotation import Stance

ATTRIBUTIONS_DRAWN = 40
_LABEL_CHARACTERS = 60
_LINE_CHARACTERS = 22
_OUTLET, _RELAY, _NAMED, _UNNAMED, _NOBODY, _DENIES = "#2f6db5", "#7a4fb0", "#2a8a57", "#8a6d1c", "#777777", "#c0392b"
# Form as well as colour tells the kinds apart.
_SHAPES = {"outlet": ("box", _OUTLET), "agency": ("hexagon", _RELAY), "publication": ("folder", _RELAY)}
_SOURCE_SHAPES = {
    Resolution.NAMED: ("ellipse", _NAMED),
    Resolution.UNNAMED: ("ellipse", _UNNAMED),
    Resolution.NONE: ("plaintext", _NOBODY),
}
_EDGE_STYLES = {
    Stance.DENIES: f' [style="dashed", color="{_DENIES}"]',
    Stance.DOUBTS: f' [style="dotted", color="{_DENIES}"]',
}
_PIECE = '<span style="white-space:nowrap;margin-right:1.1em"><span style="{style}">{sign}</span> {meaning}</span>'
_OVAL = "display:inline-block;width:1.4em;height:.75em;border-radius:50%;"
LEGEND_OF_PICTURE = (
    '<div class="sayso-fact" style="font-size:.85rem">'
    + "".join(
        _PIECE.format(style=style, sign=sign, meaning=meaning)
        for style, sign, meaning in (
            (_OVAL + f"border:1.5px solid {_NAMED}", "", "named source"),
            (_OVAL + f"border:1.5px dashed {_UNNAMED}", "", "unnamed source"),
            (f"color:{_RELAY}", "▱", "publication that is passed on"),
            (f"color:{_RELAY}", "⬡", "agency"),
            (f"color:{_OUTLET}", "▭", "outlet: click it for its article"),
            (f"color:{_DENIES}", "⇢", "a dashed arrow denies, a dotted one doubts"),
        )
    )
    + "</div>"
)


def draw_chains(trace: Trace) -> str:
    """Return the picture in the DOT language. Names from outside are quoted and cannot leave their labels."""
    lines = [
        "digraph {",
        'rankdir=LR; bgcolor="transparent"; nodesep=0.22; ranksep=0.5;',
        'node [fontname="Helvetica", fontsize=11, fontcolor="#555555", penwidth=1.5, height=0.42, margin="0.16,0.06"];',
        'edge [color="#888888", arrowsize=0.7];',
    ]
    seen: set[str] = set()
    outlets = {item.version.outlet for item in trace.evidence.members if item.version.outlet}
    for item in trace.evidence.members[:ATTRIBUTIONS_DRAWN]:
        chain = trace.chains[item.attribution_id]
        keys = [_key(hop, chain, outlets) for hop in chain.hops]
        links = ["id=" + show_id(Kind.ARTICLE, item.version.article_id), *map(_held_elsewhere, chain.hops[1:])]
        for hop, key, link in zip(chain.hops, keys, links, strict=True):
            _add(lines, seen, _node(hop, key, link), key)
        for outer, inner in pairwise(keys):
            style = _EDGE_STYLES.get(item.stance, "") if inner == keys[-1] else ""
            _add(lines, seen, f"{_quote(inner)} -> {_quote(outer)}{style};", f"{inner}->{outer}{style}")
    lines.append("}")
    return "\n".join(lines)


def _held_elsewhere(hop: Hop) -> str:
    """The address of the article in which the chain goes on; no character of it means anything in DOT or HTML."""
    return f"url={quote(hop.article, safe='')}" if hop.article else ""


def _add(lines: list[str], seen: set[str], line: str, key: str) -> None:
    if key not in seen:
        seen.add(key)
        lines.append(line)


def _key(hop: Hop, chain: Chain, outlets: set[str]) -> str:
    """One node a name, an outlet's initials included; one an attribution where the source is not named."""
    if hop.name is None or hop.resolution is Resolution.UNNAMED:
        return f"{hop.kind}|{hop.name}|{chain.innermost.attribution_id}"
    name = hop.name
    return min((outlet for outlet in outlets if is_same_outlet(name, outlet)), default=name)


def _node(hop: Hop, key: str, link: str) -> str:
    shape, colour = _SHAPES.get(hop.kind) or _SOURCE_SHAPES.get(hop.resolution, ("ellipse", _NAMED))
    style = "dashed" if hop.resolution in (Resolution.UNNAMED, Resolution.NONE) else "solid"
    url = f', URL="/article?{link}", target="_self"' if link else ""
    label = _label(hop.name or "not named")
    return f'{_quote(key)} [label={label}, tooltip={label}, shape={shape}, color="{colour}", style={style}{url}];'


def _label(name: str) -> str:
    """A quoted label of a few short lines."""
    whole = printable(" ".join(name.split()))
    short = whole if len(whole) <= _LABEL_CHARACTERS else whole[: _LABEL_CHARACTERS - 2].rstrip() + " …"
    lines = textwrap.wrap(short, _LINE_CHARACTERS) or ["?"]
    return '"' + "\\n".join(_escape(line) for line in lines) + '"'


def _quote(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    """Text for between the quotation marks of DOT, where backslashes, quotation marks and entities mean something."""
    plain = printable(text).replace("\n", " ").replace("&", "&amp;")
    return plain.replace("\\", "\\\\").replace('"', '\\"')
