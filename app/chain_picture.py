"""The chains of a claim as a picture in Graphviz's language: origins on the left, outlets on the right."""

from __future__ import annotations

import textwrap
from itertools import pairwise

from app.context import printable
from graph.chains import Chain, Hop, Resolution
from graph.ids import Kind, show_id
from graph.trace import Trace
from nlp.annotation import Stance

ATTRIBUTIONS_DRAWN = 40
_LABEL_CHARACTERS = 60
# Form as well as colour tells the kinds apart.
_SHAPES = {"outlet": ("box", "#2f6db5"), "agency": ("hexagon", "#7a4fb0"), "publication": ("folder", "#7a4fb0")}
_SOURCE_SHAPES = {
    Resolution.NAMED: ("ellipse", "#2a8a57"),
    Resolution.UNNAMED: ("ellipse", "#8a6d1c"),
    Resolution.NONE: ("plaintext", "#777777"),
}


def draw_chains(trace: Trace) -> str:
    """Return the picture in the DOT language. Names from outside are quoted and cannot leave their labels."""
    lines = [
        "digraph {",
        'rankdir=LR; bgcolor="transparent"; nodesep=0.25; ranksep=0.5;',
        'node [fontname="Helvetica", fontsize=11, fontcolor="#888888", penwidth=1.5];',
        'edge [color="#999999", arrowsize=0.7];',
    ]
    seen: set[str] = set()
    for item in trace.evidence.members[:ATTRIBUTIONS_DRAWN]:
        chain = trace.chains[item.attribution_id]
        keys = [_key(hop, chain) for hop in chain.hops]
        links = [show_id(Kind.ARTICLE, item.version.article_id)] + [""] * len(keys)
        for hop, key, link in zip(chain.hops, keys, links, strict=False):
            _add(lines, seen, _node(hop, key, link), key)
        for outer, inner in pairwise(keys):
            denied = item.stance is Stance.DENIES and inner == keys[-1]
            style = ' [style="dashed", color="#c0392b"]' if denied else ""
            _add(lines, seen, f"{_quote(inner)} -> {_quote(outer)}{style};", f"{inner}->{outer}{denied}")
    lines.append("}")
    return "\n".join(lines)


def _add(lines: list[str], seen: set[str], line: str, key: str) -> None:
    if key not in seen:
        seen.add(key)
        lines.append(line)


def _key(hop: Hop, chain: Chain) -> str:
    """One node a name and kind, one an attribution where there is no name or the source is unnamed."""
    if hop.name is None or hop.resolution is Resolution.UNNAMED:
        return f"{hop.kind}|{hop.name}|{chain.innermost.attribution_id}"
    return f"{'source' if hop.kind == 'source' else 'outlet'}|{hop.name}"


def _node(hop: Hop, key: str, article: str) -> str:
    shape, colour = _SHAPES.get(hop.kind) or _SOURCE_SHAPES.get(hop.resolution, ("ellipse", "#2a8a57"))
    style = "dashed" if hop.resolution in (Resolution.UNNAMED, Resolution.NONE) else "solid"
    url = f', URL="/article?id={article}", target="_self"' if article else ""
    label = _label(hop.name or "not named")
    return f'{_quote(key)} [label={label}, shape={shape}, color="{colour}", style={style}{url}];'


def _label(name: str) -> str:
    short = textwrap.shorten(printable(" ".join(name.split())), _LABEL_CHARACTERS, placeholder=" …") or name[:20]
    return "\\n".join(_quote(line)[1:-1] for line in textwrap.wrap(short, 22)).join('""')


def _quote(text: str) -> str:
    """A quoted string of DOT, in which only backslashes and quotation marks mean anything."""
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
