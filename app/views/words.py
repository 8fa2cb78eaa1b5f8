"""An attribution with its words, as several pages show it."""

from __future__ import annotations

from app.highlight import Mark, escape, highlight
from app.views.common import show_time
from graph.chains import Chain, Hop
from graph.evidence import AttributionEvidence

STANCE_SIGNS = {"denies": "✗", "doubts": "?", "declines": "–", "relays": "→", "asks": "?"}


def facts_html(item: AttributionEvidence) -> str:
    """Stance, outlet, date, and the source as it is resolved."""
    version = item.version
    stance = str(item.stance)
    kind = item.source_type.replace("_", " ")
    return (
        f'<div class="sayso-fact"><span class="stance {escape(stance)}">{STANCE_SIGNS.get(stance, "✓")} '
        f"{escape(stance)}</span><b>{escape(version.outlet or 'unknown outlet')}</b>, {show_time(version.at)} · "
        f"{escape(item.source_name or 'source not named')} "
        f'<span class="why">({escape(kind)}) · {escape(version.title)}</span></div>'
    )


def words_html(item: AttributionEvidence) -> str:
    """The exact sentence, with source, cue, content, addressee and channel in it."""
    marks = [Mark(span=span, role=role) for role, spans in item.spans.items() for span in spans]
    return highlight(item.words, marks, offset=item.sentence.start)


def chain_html(chain: Chain) -> str:
    steps = " ← ".join(_hop_html(hop) for hop in chain.hops)
    circle = " ⟲ goes round in a circle" if chain.is_circular else ""
    return f'<div class="sayso-chain">{steps}{circle}</div>'


def _hop_html(hop: Hop) -> str:
    words = f' <span class="words">“{escape(" ".join(hop.words.split()))}”</span>' if hop.words else ""
    return f'<b>{escape(hop.name or "not named")}</b> <span class="how">{escape(hop.resolution)}</span>{words}'
