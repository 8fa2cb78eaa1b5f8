"""Who cites whom for `st.echarts_chart`: outlets on a circle. Names from outside are values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from app.context import printable
from graph.outlet_figures import Citation

_NAME_CHARACTERS = 28


def to_echarts(citations: Sequence[Citation], *, held: Collection[str], is_dark: bool) -> dict[str, Any]:
    """Return the chart's options: the more a node is cited the larger it is, the more often the thicker the arrow."""
    cited = Counter[str]()
    for each in citations:
        cited[each.cited] += each.times
    names = sorted({name for each in citations for name in (each.citing, each.cited)}, key=lambda name: -cited[name])
    most = max(each.times for each in citations)
    most_cited = max(cited.values())
    ink = "#e8e8e8" if is_dark else "#222222"
    return {
        "animation": False,
        "tooltip": {"show": False},
        "series": [
            {
                "type": "graph",
                "layout": "circular",
                "circular": {"rotateLabel": True},
                "roam": "move",
                "left": 170,
                "right": 170,
                "top": 130,
                "bottom": 130,
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 8,
                "emphasis": {"focus": "adjacency"},
                "label": {"show": True, "formatter": "{b}", "color": ink, "fontSize": 12, "position": "right"},
                "data": [
                    {
                        "id": name,
                        "name": _short(name),
                        "symbol": "rect" if name in held else "triangle",
                        "symbolSize": 8 + 18 * cited[name] / most_cited,
                        "itemStyle": {"color": "#0072B2" if name in held else "#CC79A7"},
                    }
                    for name in names
                ],
                "links": [
                    {
                        "source": names.index(each.citing),
                        "target": names.index(each.cited),
                        "lineStyle": {"width": 1 + 4 * each.times / most, "curveness": 0.25, "opacity": 0.6},
                    }
                    for each in citations
                ],
            }
        ],
    }


def _short(name: str) -> str:
    whole = printable(" ".join(name.split()))
    return whole if len(whole) <= _NAME_CHARACTERS else whole[: _NAME_CHARACTERS - 2] + " …"
