"""The picture of chains: names cannot leave their labels, and a denial is drawn as one."""

from __future__ import annotations

import re

from app.chain_picture import draw_chains
from graph.store import Store
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import page, relayed, trace_of


def test_a_chain_is_drawn_from_source_to_outlet(sqlite_url: str) -> None:
    denial = page("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION)
    with Store.open(sqlite_url) as store:
        picture = draw_chains(trace_of(store, relayed(), denial))
    assert '"Bloomberg News" -> "Reuters";' in picture
    assert '"Reuters" -> "Gadgets 360";' in picture
    assert re.search(r'"Kestrel Power" -> "B News" \[style="dashed"', picture)


def test_a_hostile_name_stays_inside_its_quotes(sqlite_url: str) -> None:
    hostile = 'x" [URL="javascript:alert(1)"]; y \\" ] \\'
    with Store.open(sqlite_url) as store:
        picture = draw_chains(trace_of(store, page("B News", hostile)))
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', picture)
    assert "javascript" not in bare
    assert picture.count("URL=") - bare.count("URL=") == picture.count('URL=\\"')
