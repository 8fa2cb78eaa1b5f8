"""Where the nodes of a claim's picture stand, and which words each opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.layers import place_in_layers
from graph.memberships import load_memberships
from graph.provenance import lay_out_provenance
from graph.store import Store
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import LEAK, page, relayed, trace_of

NODES = [str(number) for number in range(8)]


def test_a_chain_stands_in_a_row() -> None:
    places = place_in_layers(["c", "b", "a"], [("a", "b"), ("b", "c")])
    assert places == {"a": (0, 0.0), "b": (1, 0.0), "c": (2, 0.0)}


def test_neighbours_do_not_cross() -> None:
    places = place_in_layers(["a", "b", "y", "x"], [("a", "x"), ("b", "y")])
    assert (places["a"][1] < places["b"][1]) == (places["x"][1] < places["y"][1])


def test_a_late_source_stands_before_what_it_leads_to() -> None:
    places = place_in_layers(["a", "b", "c", "late"], [("a", "b"), ("b", "c"), ("late", "c")])
    assert places["late"][0] == 1


@given(st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20))
def test_each_node_has_a_place_of_its_own_also_in_circles(edges: list[tuple[str, str]]) -> None:
    places = place_in_layers(NODES, edges)
    assert len(set(places.values())) == len(NODES)
    assert places == place_in_layers(NODES, edges)


def test_a_relay_is_drawn_from_its_source_to_the_outlet(store: Store) -> None:
    picture = lay_out_provenance(trace_of(store, relayed()))
    by_layer = [node.label for node in sorted(picture.nodes, key=lambda node: node.layer)]
    assert by_layer == ["Researchers at Velde University", "Bloomberg News", "Reuters", "Gadgets 360"]
    words = {node.label: node.steps[0].words for node in picture.nodes}
    assert words["Bloomberg News"] == "Bloomberg News reported"
    assert words["Reuters"] == "(Reporting by Ann Lee; Editing by Bo Ek)"


def test_a_denial_keeps_its_stance_on_each_edge(store: Store) -> None:
    trace = trace_of(store, page("Herald", "Ada Brandt"), page("B News", "Bo Ek", "denied", stance=Stance.DENIES))
    stances = {(edge.start, edge.stance) for edge in lay_out_provenance(trace).edges}
    assert stances == {("Ada Brandt", Stance.ASSERTS), ("Bo Ek", Stance.DENIES)}


def test_many_outlets_with_one_way_are_one_node_until_they_are_asked_for(store: Store) -> None:
    trace = trace_of(store, *(page(f"Paper {number}", "Ada Brandt", hour=number) for number in range(9)))
    folded = lay_out_provenance(trace)
    assert {node.label for node in folded.nodes} == {"Ada Brandt", "9 outlets"}
    assert len(next(node for node in folded.nodes if node.members).steps) == 9
    assert [edge.count for edge in folded.edges] == [9]
    assert len(lay_out_provenance(trace, is_expanded=True).nodes) == 10
    cut = lay_out_provenance(trace, is_expanded=True, most_nodes=4)
    assert cut.drawn < cut.attributions == 9


def test_many_unnamed_sources_of_one_outlet_are_one_node_that_says_how_many(store: Store) -> None:
    official = {"type": SourceType.UNNAMED_PERSON}
    trace = trace_of(store, *(page("Herald", "an official", hour=number, **official) for number in range(9)))
    folded = lay_out_provenance(trace)
    assert {node.label for node in folded.nodes} == {"9 sources without a name", "Herald"}
    assert next(node for node in folded.nodes if node.members).members == ("an official",)
    assert len(lay_out_provenance(trace, is_expanded=True).nodes) == 10


def test_why_an_attribution_belongs_to_its_claim(store: Store) -> None:
    trace = trace_of(store, page("Herald", "Ada Brandt"))
    (membership,) = load_memberships(store, trace.evidence.claim_id).values()
    assert membership.text.lower() == LEAK.lower()
    assert membership.is_own
    assert membership.reasons == ("same words",)


@pytest.mark.parametrize("edges", [[], [("0", "0")]])
def test_nothing_leads_nowhere(edges: list[tuple[str, str]]) -> None:
    assert place_in_layers(["0"], edges) == {"0": (0, 0.0)}
    assert place_in_layers([], []) == {}
