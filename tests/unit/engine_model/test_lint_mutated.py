"""Models torn, swapped and bent at random: the linter answers with findings, the trace with a status."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.lint import lint_bpmn
from engine.trace import TraceStatus, trace

from . import pairs_activities, pairs_collaborations, pairs_data, pairs_flows, pairs_schema

MODULES = (pairs_activities, pairs_collaborations, pairs_data, pairs_flows, pairs_schema)
MODELS = sorted({model for module in MODULES for pair in module.PAIRS for model in (pair.good, pair.bad)})
VALUES = st.sampled_from(
    ["", "s", "t", "e", "p", "gone", "a b", "1", "true", "-1", "9" * 40, "\u2028", "x:y", "${x}", "R/P", "x == 1"]
)
Mutation = tuple[int, str, int, str]
MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(["remove", "double", "move", "rename", "text", "attribute", "wrap", "swap"]),
        st.integers(0, 60),
        VALUES,
    ),
    min_size=1,
    max_size=6,
)
TAGS = ("task", "startEvent", "endEvent", "subProcess", "boundaryEvent", "exclusiveGateway", "messageFlow", "process",
        "multiInstanceLoopCharacteristics", "eventDefinitionRef", "lane", "complexGateway", "transaction")  # fmt: skip


def mutated(model: bytes, mutations: list[Mutation]) -> bytes:
    """The model after these changes to its tree."""
    root = etree.fromstring(model)
    for first, kind, second, value in mutations:
        elements = list(root.iter())
        one, other = elements[first % len(elements)], elements[second % len(elements)]
        if one is not root:
            _change(kind, one, other, value)
    return etree.tostring(root)


def _change(kind: str, one: Any, other: Any, value: str) -> None:
    parent = one.getparent()
    if kind == "remove":
        parent.remove(one)
    elif kind == "double":
        parent.append(etree.fromstring(etree.tostring(one)))
    elif kind == "move" and one not in {other, *other.iterancestors()}:
        other.append(one)
    elif kind == "rename":
        one.tag = f"{{{etree.QName(one).namespace}}}{TAGS[len(value) % len(TAGS)]}"
    elif kind == "text":
        one.text = value
    elif kind == "attribute" and one.attrib:
        one.set(sorted(one.attrib)[len(value) % len(one.attrib)], value)
    elif kind == "wrap":
        parent.replace(one, wrapper := etree.Element(one.tag))
        wrapper.append(one)
    elif kind == "swap":
        for name in set(one.attrib) & set(other.attrib):
            one.set(name, other.get(name))


def judge(model: bytes) -> None:
    findings = lint_bpmn(model)
    assert not [finding for finding in findings if "cannot be understood" in finding.message], findings
    result = trace(model, data={"x": 1, "xs": [1], "n": 2}, skip_timers=True)
    refused = any(finding.severity == "error" for finding in findings)
    assert (result.status is TraceStatus.REFUSED) is refused


@given(st.sampled_from(MODELS), MUTATIONS)
@settings(max_examples=80)
@example(MODELS[0], [(1, "remove", 0, "")])
def test_a_mutated_model_is_judged_calmly(model, mutations):
    judge(mutated(model, mutations))


@pytest.mark.long
@given(st.sampled_from(MODELS), MUTATIONS)
@settings(max_examples=1_500)
def test_many_mutated_models_are_judged_calmly(model, mutations):
    judge(mutated(model, mutations))


@given(
    st.sampled_from(MODELS), st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=4)), min_size=1, max_size=5)
)
@settings(max_examples=60)
def test_bytes_overwritten_at_random_are_judged_calmly(model, edits):
    torn = bytearray(model)
    for at, piece in edits:
        start = at % len(torn)
        torn[start : start + len(piece)] = piece
    judge(bytes(torn))
