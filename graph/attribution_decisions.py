"""What a person decides about attributions: that one is none, since the text does not say so. Undo it with
`graph.decisions.undo`."""

from __future__ import annotations

from datetime import datetime

from graph.browsing import find_id
from graph.decisions import Decision, DecisionAction, DecisionKind, decide
from graph.ids import Kind
from graph.store import Store


def reject_attribution(store: Store, attribution: str, *, who: str, why: str, now: datetime) -> int:
    """Leave an attribution out of all answers, also when its article is read again; return the decision's number.

    Raises:
        NotFound: `attribution`, an id or the beginning of one, means none, or more than one, or it is rejected already.
    """
    with store.reading() as connection:
        key = find_id(connection, Kind.ATTRIBUTION, attribution)
    decision = Decision(
        kind=DecisionKind.ATTRIBUTION, action=DecisionAction.REJECT, left_id=key, right_id=None, who=who, why=why
    )
    return decide(store, decision, now=now)
