"""What commands print for people: tables and trees. Text from outside is shown as it is and never obeyed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from app.context import count, printable
from graph.browsing import EntityView, Status
from graph.chains import Chain, Hop
from graph.decision_log import LoggedDecision
from graph.evidence import AttributionEvidence
from graph.failures import Failure
from graph.families import FamilyChange, OutletSummary
from graph.following import ItemCounts
from graph.ids import Kind, show_id
from graph.origins import Origins
from graph.polls import PollRecord
from graph.trace import ClaimSummary, Trace
from ingest.feed import FeedState

_SHORT_ID = 10
_FAILURES_SHOWN = 20
_CHAINS_SHOWN = 200
_ROWS_SHOWN = 40
_ALIASES_SHOWN = 20
_STANCE_STYLES = {"denies": "red", "doubts": "yellow", "declines": "dim", "relays": "cyan"}


def show_claims(found: Sequence[ClaimSummary]) -> None:
    table = Table(box=None, pad_edge=False, show_edge=False, expand=True)
    table.add_column("claim", no_wrap=True, style="bold cyan")
    table.add_column("text", ratio=1, min_width=36, overflow="fold")
    table.add_column("origins", justify="right", no_wrap=True)
    table.add_column("outlets", justify="right", no_wrap=True)
    table.add_column("stances", max_width=20)
    for claim in found:
        stances = ", ".join(f"{count} {stance}" for stance, count in claim.stances.items())
        table.add_row(
            show_id(Kind.CLAIM, claim.claim_id)[:_SHORT_ID],
            _text(claim.text),
            interval(*claim.origins),
            str(claim.outlets),
            stances,
        )
    _console().print(table)


def show_trace(trace: Trace) -> None:
    console = _console()
    evidence, earliest = trace.evidence, trace.earliest_held.version
    console.print(_text(evidence.text, style="bold"), soft_wrap=False)
    console.print(f"claim {show_id(Kind.CLAIM, evidence.claim_id)}", style="dim")
    where = f"{earliest.outlet or 'unknown outlet'}, {_time(earliest.at)}, {earliest.url}"
    console.print(_text(f"earliest held: {where}"), soft_wrap=True)
    if trace.oldest_named:
        on = f", {trace.oldest_named.on:%Y-%m-%d}" if trace.oldest_named.on else ""
        console.print(_text(f"oldest named, not held: {trace.oldest_named.name}{on}"))
    console.print(f"origins: {interval(trace.origins.at_least, trace.origins.at_most)}")
    _show_origins(console, trace.origins)
    if trace.denials:
        denied = trace.denial_origins
        console.print(f"denied, origins: {interval(denied.at_least, denied.at_most)}")
        _show_origins(console, denied)
    _show_beside(console, trace)
    for item in (*evidence.members, *evidence.declines)[:_CHAINS_SHOWN]:
        console.print(_chain_tree(item, trace.chains[item.attribution_id], trace.retracted.get(item.attribution_id)))
    left = len(evidence.members) + len(evidence.declines) - _CHAINS_SHOWN
    if left > 0:
        console.print(f"and {count(left, 'chain')} more: sayso trace --json has all")


def _show_beside(console: Console, trace: Trace) -> None:
    """What was made from what, what stands beside the claim, and how it changed."""
    urls = {item.version.version_id: item.version.url for item in trace.evidence.members}
    for row in trace.derivations[:_ROWS_SHOWN]:
        made_from = f"{row.kind.replace('_', ' ')} of {row.from_url or row.from_name}"
        console.print(_text(f"  {urls[row.version_id]}: {made_from} “{' '.join(row.evidence.split())[:120]}”"))
    for claim in trace.related:
        line = f"  {claim.kind}: {claim.text} ({claim.reason}), claim {show_id(Kind.CLAIM, claim.claim_id)[:_SHORT_ID]}"
        console.print(_text(line, style="yellow"))
    if len(trace.days) > 1:
        for day in trace.days[:_ROWS_SHOWN]:
            new = ", ".join(name or "one without lineage" for name in day.new_origins)
            denied = f", {count(day.denials, 'denial')}" if day.denials else ""
            console.print(
                _text(
                    f"  {day.on}: {count(day.attributions, 'attribution')}{denied}" + (f"; new: {new}" if new else "")
                )
            )
    for change in trace.version_changes[:_ROWS_SHOWN]:
        what = "says it since" if change.is_added else "no longer says it since"
        console.print(_text(f"  {change.url} {what} {_time(change.at)}", style="yellow"))


def show_outlets(found: Sequence[OutletSummary]) -> None:
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("outlet", overflow="fold")
    table.add_column("family", overflow="fold")
    table.add_column("articles", justify="right")
    for outlet in found:
        table.add_row(_text(outlet.name), _text(outlet.family or ""), str(outlet.articles))
    _console().print(table)


def show_family_changes(changes: Sequence[FamilyChange]) -> None:
    console = _console()
    for change in changes:
        where = f"into {change.family}" if change.family else "out of its family"
        why = f": {change.why}" if change.why else ""
        console.print(_text(f"{_time(change.decided_at)}  {change.who} put {change.outlet} {where}{why}"))


def show_entity(view: EntityView) -> None:
    console = _console()
    console.print(_text(f"{view.name} ({view.type}), in {view.articles} articles", style="bold"))
    console.print(f"entity {show_id(Kind.ENTITY, view.entity_id)}", style="dim")
    others = [name for name in view.aliases if name != view.name]
    if others:
        console.print(
            _text(f"also called: {', '.join(others[:_ALIASES_SHOWN])}{' ...' * (len(others) > _ALIASES_SHOWN)}")
        )
    for heading, items in (("said", view.said), ("said about it", view.about)):
        tree = Tree(f"{heading}: {len(items)}" if items else f"{heading}: nothing that is held")
        for item in items:
            tree.add(_attribution_line(item))
        console.print(tree)


def show_choices(views: Sequence[EntityView]) -> None:
    """Several who are called alike, each with what tells it from the others."""
    table = Table(box=None, pad_edge=False, show_edge=False, expand=True)
    table.add_column("entity", no_wrap=True, style="bold cyan")
    table.add_column("name", max_width=30)
    table.add_column("articles", justify="right", no_wrap=True)
    table.add_column("latest", ratio=1, min_width=30, overflow="fold")
    for view in views:
        items = sorted((*view.said, *view.about), key=lambda item: item.version.at, reverse=True)
        latest = f"{items[0].version.outlet or 'unknown outlet'}: {items[0].words}" if items else ""
        shown = show_id(Kind.ENTITY, view.entity_id)[:_SHORT_ID]
        table.add_row(shown, _text(f"{view.name} ({view.type})"), str(view.articles), _text(latest[:200]))
    _console().print(table)


def show_decisions(found: Sequence[LoggedDecision]) -> None:
    console = _console()
    for each in found:
        names = [each.left_name] if each.right_id is None else [each.left_name, each.right_name]
        sides = [name or "(no longer held)" for name in names]
        line = _text(f"{each.number}. {each.action}: {' | '.join(sides)}", style="dim" if each.undone_at else "bold")
        console.print(line, soft_wrap=True)
        score = "" if each.score is None else f", score {each.score:.1f}"
        console.print(_text(f"    {_time(each.decided_at)} by {each.who}{score}: {each.why or 'no reason given'}"))
        if each.undone_at is not None:
            console.print(_text(f"    undone {_time(each.undone_at)} by {each.undone_by}"))


def show_feeds(states: Sequence[FeedState], *, now: datetime) -> None:
    console = _console()
    for state in states:
        console.print(_text(state.outlet or state.title or "(no name)", style="bold"), _text(state.url), soft_wrap=True)
        console.print(_text(f"    {feed_condition(state)}", style="red" if state.error_streak else "green"))
        facts = [f"last success {ago(state.last_success_at, now)}", f"last new item {ago(state.last_new_at, now)}"]
        if state.health == "active":
            facts.append(f"next poll {ago(state.next_due_at, now)} ({state.due_reason})")
        facts += feed_remarks(state, now=now)
        console.print(_text(f"    {'; '.join(facts)}"))


def show_feed(state: FeedState, items: ItemCounts, polls: Sequence[PollRecord], *, now: datetime) -> None:
    """One feed with its history, the latest poll first."""
    show_feeds([state], now=now)
    console = _console()
    changes = "" if not items.changes else f", changed {count(items.changes, 'time')}"
    console.print(f"    {count(items.items, 'item')} so far{changes}")
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("poll", no_wrap=True)
    table.add_column("answer", justify="right")
    table.add_column("outcome", overflow="fold")
    for poll in polls:
        gap = "; nothing of what it showed before: items may be lost" if poll.is_gap else ""
        answer = "" if poll.status is None else str(poll.status)
        table.add_row(
            "" if poll.at is None else _time(poll.at), answer, _text(poll.outcome + gap, style="red" if gap else "")
        )
    console.print(table)


def feed_remarks(state: FeedState, *, now: datetime) -> list[str]:
    """What a person should know of a feed besides how it is doing."""
    remarks = []
    if state.gaps:
        times = "once" if state.gaps == 1 else f"{state.gaps} times"
        remarks.append(f"{times} all it showed was new, so items may be lost (last {ago(state.last_gap_at, now)})")
    if state.has_lying_validator:
        remarks.append("it has said unchanged when it was not, so it is always fetched whole")
    if state.moved_to:
        remarks.append(f"it has moved to {state.moved_to}")
    return remarks


def show_status(status: Status, failures: Sequence[Failure], *, now: datetime) -> None:
    console = _console()
    for name, number in status.counts.items():
        console.print(f"{number:>9,} {name.replace('_', ' ')}")
    console.print(f"{status.pending_entries:>9,} entries whose page is still to be fetched")
    console.print(f"{status.unread_versions:>9,} versions not read yet")
    console.print(f"{status.feeds_in_error:>9,} feeds in error")
    if status.next_due_at is not None:
        console.print(f"next poll due {ago(status.next_due_at, now)}")
    if not failures:
        return
    console.print(f"{len(failures)} failures" + ("" if len(failures) < 100 else " or more") + ", the latest first:")
    for failure in failures[:_FAILURES_SHOWN]:
        again = "not again by itself" if failure.next_try_at is None else f"again {ago(failure.next_try_at, now)}"
        console.print(_text(f"  {failure.stage}: {failure.message} ({failure.attempts} times; {again})"))


def feed_condition(state: FeedState) -> str:
    """How a feed is doing, in plain words."""
    if state.health != "active":
        return {"paused": "paused", "gone": "gone: the server says that it is there no more"}[state.health]
    if state.error_streak:
        times = "once" if state.error_streak == 1 else f"{state.error_streak} times in a row"
        return f"failed {times}: {state.last_error}"
    return "well" if state.last_success_at else "not polled yet"


def interval(at_least: int, at_most: int) -> str:
    return str(at_least) if at_least == at_most else f"{at_least} to {at_most}"


def ago(at: datetime | None, now: datetime) -> str:
    """A time beside now, in words: "5 min ago", "in 2 h", "never" for `None`."""
    if at is None:
        return "never"
    distance = abs(at - now)
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if distance >= unit:
            words = f"{distance // unit} {name}"
            break
    else:
        return "now"
    return f"in {words}" if at > now else f"{words} ago"


def _chain_tree(item: AttributionEvidence, chain: Chain, notice: str | None) -> Tree:
    tree = Tree(_attribution_line(item))
    branch = tree
    for hop in chain.hops:
        branch = branch.add(_hop_line(hop))
    if chain.is_circular:
        branch.add("goes round in a circle: its origin cannot be told")
    if notice is not None:
        tree.add(_text(f"taken back by its outlet: “{' '.join(notice.split())}”", style="red"))
    return tree


def _attribution_line(item: AttributionEvidence) -> Text:
    line = Text()
    line.append(f"{item.stance} ", style=_STANCE_STYLES.get(str(item.stance), "green"))
    line.append(printable(item.source_name or "(source not named)"), style="bold")
    line.append(f", in {printable(item.version.outlet or 'unknown outlet')}, {_time(item.version.at)}: ")
    line.append(printable(" ".join(item.words.split())), style="italic")
    return line


def _hop_line(hop: Hop) -> Text:
    line = Text(f"{hop.kind}: ", style="dim")
    line.append(printable(hop.name or "not named"), style="bold")
    line.append(f" [{hop.resolution}]", style="dim")
    if hop.words:
        line.append(f" “{printable(' '.join(hop.words.split()))}”")
    if hop.article:
        line.append(f" {printable(hop.article)}", style="blue")
    return line


def _show_origins(console: Console, origins: Origins) -> None:
    for found in origins.classes:
        why = "; ".join(found.reasons)
        name = found.origin or "no lineage recorded"
        count = len(found.attribution_ids)
        words = f"  {name} ({found.kind.replace('_', ' ')}), {count} attribution{'s' if count > 1 else ''}"
        console.print(_text(words + (f": {why}" if why else "")), soft_wrap=True)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)


def _console() -> Console:
    return Console(highlight=False)
