"""`sayso entity` and `sayso attribution`: decisions as a person types them, and the log."""

from __future__ import annotations

from graph.figures import count_changes, refresh_figures
from graph.store import Store
from tests.app.world import check_schema, sayso
from tests.graph.test_identities import INSPECTOR, PLAYER
from tests.graph.test_rejections import PAGES
from tests.graph.test_trace import page
from tests.graph.world import add_page


def test_people_are_merged_split_and_logged_by_commands(db: str) -> None:
    with Store.open(db) as store:
        for page in (INSPECTOR, PLAYER):
            add_page(store, page)
    views = sayso(db, "who", "ada", "brandt", "--json").lines
    for view in views:
        check_schema("who", view)
    assert [view["aliases"] for view in views] == [["Ada Brandt"]] * 2
    left, right = (view["id"] for view in views)
    choices = sayso(db, "who", "Ada Brandt")
    assert left[:10] in choices.out
    assert right[:10] in choices.out
    assert "take an id" in choices.err
    refused = sayso(db, "entity", "merge", "Ada Brandt", "Velde Water")
    assert (refused.code, "2 are called so" in refused.err) == (2, True)
    assert "sayso entity undo 1" in sayso(db, "entity", "merge", left, right, "--why", "I know her").err
    assert len(sayso(db, "who", "Ada Brandt", "--json").lines) == 1
    assert sayso(db, "entity", "split", "Ada Brandt", PLAYER.url).code == 0
    (split, merge) = sayso(db, "entity", "log", "--json").lines
    for line in (split, merge):
        check_schema("decisions", line)
    assert (split["action"], merge["why"]) == ("split", "I know her")
    assert "undone" in sayso(db, "entity", "undo", "2").err
    shown = sayso(db, "entity", "log").out
    assert "I know her" in shown
    assert "undone" in shown


def test_an_attribution_is_rejected_and_comes_back_by_commands(db: str) -> None:
    with Store.open(db) as store:
        add_page(store, PAGES[0])
    (view,) = sayso(db, "who", "Ada Brandt", "--json").lines
    (said,) = view["said"]
    assert "sayso attribution undo 1" in sayso(db, "attribution", "reject", said["id"][:12]).err
    assert sayso(db, "who", "Ada Brandt", "--json").lines[0]["said"] == []
    (line,) = sayso(db, "attribution", "log", "--json").lines
    check_schema("decisions", line)
    assert (line["action"], line["left"]["id"], line["right"]) == ("reject", said["id"], None)
    assert sayso(db, "attribution", "undo", "1").code == 0
    assert sayso(db, "who", "Ada Brandt", "--json").lines[0]["said"] == [said]
    assert sayso(db, "attribution", "reject", "a1").code == 2


def test_an_outlet_s_family_is_counted_at_once(db: str) -> None:
    with Store.open(db) as store:
        for each in (page("Herald", "Ada Brandt"), page("Coast Daily", "Bo Ek", hour=10)):
            add_page(store, each)
        for _ in refresh_figures(store):
            pass
    assert sayso(db, "outlet", "family", "Herald", "Norland Papers").code == 0
    with Store.open(db) as store:
        assert count_changes(store) == 0
