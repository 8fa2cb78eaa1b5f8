"""The provenance of a claim for `st.echarts_chart`, and as an SVG file.

Names from outside are values only. A tooltip's or a label's template is HTML in ECharts, so there is none but "{b}".
Kinds differ in shape and in colour, stances in the line and in colour.
"""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Any

from app.context import printable
from graph.chains import Resolution
from graph.provenance import Provenance, ProvenanceEdge, ProvenanceNode
from nlp.annotation import Stance

_LABEL_CHARACTERS = 64
_LINE_CHARACTERS = 24
_COLUMN, _ROW = 240, 62  # distances in pixels
_WIDE = 920  # pixels between the first and the last column of the chart, in a window of 1,280
_ABOVE, _BELOW = 5, 20
_HIGHEST = 4_000  # pixels; on a fine screen browsers draw no canvas that is much higher


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStyle:
    """`symbol` is ECharts' name of a shape, `sign` is a character that looks like it."""

    meaning: str
    symbol: str
    sign: str
    colour: str
    is_dashed: bool = False


# Okabe and Ito's colours, which the colour-blind can tell apart; each kind has a shape of its own.
NAMED = NodeStyle(meaning="named source", symbol="circle", sign="●", colour="#009E73")
UNNAMED = NodeStyle(meaning="unnamed source", symbol="circle", sign="◌", colour="#B8860B", is_dashed=True)
NOBODY = NodeStyle(meaning="no source given", symbol="pin", sign="▾", colour="#888888", is_dashed=True)
AGENCY = NodeStyle(meaning="agency", symbol="diamond", sign="◆", colour="#CC79A7")
PUBLICATION = NodeStyle(meaning="publication, not held", symbol="triangle", sign="▲", colour="#CC79A7")
OUTLET = NodeStyle(meaning="outlet, article held", symbol="rect", sign="■", colour="#0072B2")
NODE_STYLES = (NAMED, UNNAMED, NOBODY, AGENCY, PUBLICATION, OUTLET)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeStyle:
    """`line` is solid, dashed or dotted."""

    meaning: str
    line: str
    colour: str
    width: float = 1.6


SUPPORTS = EdgeStyle(meaning="asserts or passes on", line="solid", colour="#777777")
DENIES = EdgeStyle(meaning="✗ denies", line="dashed", colour="#D55E00", width=2.4)
DOUBTS = EdgeStyle(meaning="? doubts, asks or declines", line="dotted", colour="#D55E00", width=2.0)
EDGE_STYLES = (SUPPORTS, DENIES, DOUBTS)


def style_of(node: ProvenanceNode) -> NodeStyle:
    if node.kind == "outlet" or node.resolution is Resolution.HELD:
        return OUTLET
    if node.kind in ("agency", "publication"):
        return AGENCY if node.kind == "agency" else PUBLICATION
    return {Resolution.UNNAMED: UNNAMED, Resolution.NONE: NOBODY}.get(node.resolution, NAMED)


def edge_style_of(edge: ProvenanceEdge) -> EdgeStyle:
    if edge.stance is Stance.DENIES:
        return DENIES
    return DOUBTS if edge.stance in (Stance.DOUBTS, Stance.ASKS, Stance.DECLINES) else SUPPORTS


def chart_height(provenance: Provenance) -> int:
    return int(_count_rows(provenance) * _row_height(provenance)) + _ABOVE + _BELOW


def _row_height(provenance: Provenance) -> float:
    return min(_ROW, _HIGHEST / _count_rows(provenance))


def _count_rows(provenance: Provenance) -> int:
    rows = [node.row for node in provenance.nodes]
    return int(max(rows, default=0) - min(rows, default=0) + 1)


def to_echarts(provenance: Provenance, *, ink: str) -> dict[str, Any]:
    """Return the chart's options. The order of nodes is kept, so that a selection names a node by its number."""
    index = {node.key: number for number, node in enumerate(provenance.nodes)}
    column = _WIDE / max(1, *(node.layer for node in provenance.nodes)) if provenance.nodes else _WIDE
    row = _row_height(provenance)
    nodes = [_node_option(node, ink) | {"x": node.layer * column, "y": node.row * row} for node in provenance.nodes]
    return {
        "animation": False,
        "tooltip": {"show": False},
        "toolbox": {"show": False},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "roam": "move",
                "left": 90,
                "right": 110,
                "top": _ABOVE,
                "bottom": _BELOW,
                "selectedMode": "single",
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 9,
                "labelLayout": {"hideOverlap": False},
                "emphasis": {"focus": "adjacency"},
                "select": {"itemStyle": {"borderWidth": 4, "shadowBlur": 10, "shadowColor": "rgba(0,0,0,.45)"}},
                "data": [*nodes, *_corners(provenance)],
                "links": [_edge_option(edge, index) for edge in provenance.edges],
            }
        ],
    }


def _corners(provenance: Provenance) -> list[dict[str, Any]]:
    """Two nodes that are not seen. ECharts stretches all between the outermost to the whole chart, the symbols too:
    these hold it to one pixel a pixel."""
    rows = [node.row for node in provenance.nodes]
    height = _row_height(provenance)
    top, bottom = (min(rows, default=0) - 0.5) * height, (max(rows, default=0) + 0.5) * height
    unseen = {"name": "", "symbol": "none", "label": {"show": False}}
    return [
        {"id": "corner-1", "x": 0, "y": top, **unseen},
        {"id": "corner-2", "x": _WIDE, "y": bottom, **unseen},
    ]


def _node_option(node: ProvenanceNode, ink: str) -> dict[str, Any]:
    style = style_of(node)
    return {
        "id": node.key,
        "name": label_of(node),
        "symbol": style.symbol,
        "symbolSize": 24 if style.symbol != "rect" else [30, 18],
        "itemStyle": {
            "color": "rgba(184,134,11,.18)" if style.is_dashed else style.colour,
            "borderColor": style.colour,
            "borderWidth": 2,
            "borderType": "dashed" if style.is_dashed else "solid",
        },
        "label": {
            "show": True,
            "formatter": "{b}",
            "position": "bottom",
            "color": ink,
            "fontSize": 12,
            "lineHeight": 14,
        },
    }


def _edge_option(edge: ProvenanceEdge, index: dict[str, int]) -> dict[str, Any]:
    style = edge_style_of(edge)
    sign = style.meaning[0] if style is not SUPPORTS else ""
    return {
        "source": index[edge.start],
        "target": index[edge.end],
        "lineStyle": {"color": style.colour, "type": style.line, "width": style.width, "curveness": 0.08},
        "label": {"show": bool(sign), "formatter": sign, "color": style.colour, "fontSize": 16, "fontWeight": "bold"},
    }


def label_of(node: ProvenanceNode) -> str:
    """The name in a few short lines."""
    whole = printable(" ".join(node.label.split()))
    short = whole if len(whole) <= _LABEL_CHARACTERS else whole[: _LABEL_CHARACTERS - 2].rstrip() + " …"
    return "\n".join(textwrap.wrap(short, _LINE_CHARACTERS)) or "?"


def legend_html() -> str:
    """What the shapes and lines mean; all of it is ours."""
    pieces = [
        f'<span class="key"><span style="color:{style.colour};font-size:1.15em">{style.sign}</span> '
        f"{style.meaning}</span>"
        for style in NODE_STYLES
    ]
    pieces += [
        f'<span class="key"><span class="line" style="border-top:{style.width + 0.4}px {style.line} {style.colour}">'
        f"</span> {style.meaning}</span>"
        for style in EDGE_STYLES
    ]
    return f'<div class="sayso-legend">{"".join(pieces)}</div>'


def to_svg(provenance: Provenance, title: str) -> str:
    """The picture as a file that stands for itself, on white. All names are escaped."""
    places = {node.key: _svg_place(node, provenance) for node in provenance.nodes}
    width = max((x for x, _ in places.values()), default=0) + 170
    height = max((y for _, y in places.values()), default=0) + 90
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="Helvetica, Arial, sans-serif" font-size="12">',
        f"<title>{_escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        *(_svg_edge(edge, places) for edge in provenance.edges),
        *(_svg_node(node, *places[node.key]) for node in provenance.nodes),
        f'<text x="20" y="{height - 12:.0f}" fill="#666">{_escape(_legend_words())}</text>',
        "</svg>",
    ]
    return "\n".join(lines)


def _legend_words() -> str:
    nodes = " · ".join(f"{style.sign} {style.meaning}" for style in NODE_STYLES)
    return f"{nodes} · dashed line: denies · dotted: doubts, asks or declines"


def _svg_place(node: ProvenanceNode, provenance: Provenance) -> tuple[float, float]:
    top = min(each.row for each in provenance.nodes)
    return 110 + node.layer * _COLUMN, 40 + (node.row - top) * _ROW


def _svg_edge(edge: ProvenanceEdge, places: dict[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[edge.start], places[edge.end]
    style = edge_style_of(edge)
    dashes = {"solid": "", "dashed": ' stroke-dasharray="8 5"', "dotted": ' stroke-dasharray="2 4"'}[style.line]
    line = (
        f'<path d="M{x1:.0f} {y1:.0f} L{x2:.0f} {y2:.0f}" stroke="{style.colour}" stroke-width="{style.width}" '
        f'fill="none"{dashes}/>'
    )
    if style is SUPPORTS:
        return line
    x, y = (x1 + x2) / 2, (y1 + y2) / 2 - 4
    return f'{line}<text x="{x:.0f}" y="{y:.0f}" fill="{style.colour}">{style.meaning[0]}</text>'


def _svg_node(node: ProvenanceNode, x: float, y: float) -> str:
    style = style_of(node)
    lines = label_of(node).split("\n")
    spans = "".join(f'<tspan x="{x:.0f}" dy="14">{_escape(line)}</tspan>' for line in lines)
    at = f'x="{x:.0f}" y="{y + 8:.0f}" text-anchor="middle"'
    return f'<text {at} font-size="26" fill="{style.colour}">{style.sign}</text><text {at} fill="#222">{spans}</text>'


def _escape(text: str) -> str:
    """For XML, which cannot hold control characters at all."""
    return html.escape("".join(c if c >= " " else " " for c in printable(text)))
