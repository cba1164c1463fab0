"""BPMN's own rules: each refuses a model that breaks it, and lets a sound one pass."""

# ruff: noqa: E501 - the models are a table: one line each
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.findings import Severity
from engine.lint import all_rules, lint_bpmn
from engine.rules.registry import BPMN_RULES, bpmn_rule
from engine.trace import TraceStatus, trace

from .builders import END, HEAD, START, bpmn, chain, flow

SIGNAL = '<signal id="sig" name="sig"/>'
MESSAGE = '<message id="msg" name="msg"/>'
XOR = '<exclusiveGateway id="g"{}/><endEvent id="e"/><endEvent id="f"/>'
EVENT_GATEWAY = '<eventBasedGateway id="g"/>'


def event(tag: str, name: str, trigger: str = "", attributes: str = "") -> str:
    return f'<{tag} id="{name}"{attributes}>{trigger}</{tag}>'


TIMER = "<timerEventDefinition><timeDuration xsi:type='tFormalExpression'>PT1H</timeDuration></timerEventDefinition>"
SIGNALLED = '<signalEventDefinition signalRef="sig"/>'
MESSAGED = '<messageEventDefinition messageRef="msg"/>'


def with_event(tag: str, trigger: str, attributes: str = "", roots: str = "") -> bytes:
    """An event on the way, or on a user task."""
    if tag == "boundaryEvent":
        body = START + '<userTask id="u"/>' + event(tag, "x", trigger, f' attachedToRef="u"{attributes}') + END
        return bpmn(body + '<endEvent id="f"/>' + chain("s", "u", "e") + flow("x", "f"), roots)
    if tag == "endEvent":
        return bpmn(START + event(tag, "x", trigger, attributes) + chain("s", "x"), roots)
    if tag == "startEvent":
        return bpmn(event(tag, "x", trigger, attributes) + END + chain("x", "e"), roots)
    return bpmn(START + event(tag, "x", trigger, attributes) + END + chain("s", "x", "e"), roots)


def subprocess(inner: str, attributes: str = "", tag: str = "subProcess") -> str:
    return f'<{tag} id="sub"{attributes}>{inner}</{tag}>'


INSTANCES = '<userTask id="t"><multiInstanceLoopCharacteristics{}><loopCardinality xsi:type="tFormalExpression">2</loopCardinality>{}</multiInstanceLoopCharacteristics></userTask>'  # fmt: skip


LINK = '<linkEventDefinition name="{}"/>'


def linked(throws: str, *catches: str) -> bytes:
    model = START + event("intermediateThrowEvent", "t", LINK.format(throws)) + END + chain("s", "t")
    for number, name in enumerate(catches):
        model += event("intermediateCatchEvent", f"c{number}", LINK.format(name)) + chain(f"c{number}", "e")
    return bpmn(model)


BAD: dict[str, list[bytes]] = {
    "executable-process": [bpmn(START + END + chain("s", "e"), executable=False), f"{HEAD}</definitions>".encode()],
    "unique-id": [bpmn(START + '<task id="t"/><task id="t"/>' + END + chain("s", "t", "e"))],
    "node-id": [bpmn(START + "<task/>" + END + chain("s", "e"))],
    "flow-ends": [bpmn(START + END + chain("s", "e") + flow("s", "nowhere", name="n"))],
    "flow-borders": [
        bpmn(START + subprocess('<startEvent id="i"/><task id="t"/>' + chain("i", "t")) + END + chain("s", "sub") + flow("t", "e"))
    ],
    "flow-start-end": [
        bpmn(START + '<task id="t"/>' + END + chain("s", "t", "e") + flow("e", "t")),
        bpmn(START + '<task id="t"/>' + END + chain("s", "t", "e") + flow("t", "s")),
    ],
    "start-event": [
        bpmn('<task id="t"/>' + END + chain("t", "e")),
        bpmn(START + subprocess('<startEvent id="i"/><startEvent id="i2"/><endEvent id="ie"/>' + chain("i", "ie") + chain("i2", "ie")) + END + chain("s", "sub", "e")),
        bpmn(START + subprocess('<task id="t"/><endEvent id="ie"/>' + chain("t", "ie")) + END + chain("s", "sub", "e")),
    ],
    "reachable": [bpmn(START + END + '<task id="t"/>' + chain("s", "e") + chain("t", "e"))],
    "explicit-end": [bpmn(START + '<task id="t"/>' + chain("s", "t"))],
    "end-reachable": [
        bpmn(START + '<task id="a"/><task id="b"/>' + chain("s", "a", "b", "a")),
    ],
    "lane-nodes": [
        bpmn('<laneSet id="ls"><lane id="l"><flowNodeRef>gone</flowNodeRef></lane></laneSet>' + START + END + chain("s", "e"))
    ],
    "conditional-flow": [
        bpmn(START + '<task id="t"/>' + END + chain("s", "t", "e") + flow("t", "e", " ", name="n")),
        bpmn(START + END + '<endEvent id="f"/>' + chain("s", "e") + flow("s", "f", "1 == 1")),
    ],
    "conditional-flow-alone": [bpmn(START + '<task id="t"/>' + END + chain("s", "t") + flow("t", "e", "1 == 1"))],
    "subprocess-flows": [
        bpmn(START + subprocess("", ' triggeredByEvent="true"') + END + chain("s", "sub", "e")),
    ],
    "gateway-conditions": [
        bpmn(START + XOR.format("") + chain("s", "g", "e") + flow("g", "f", "1 == 1")),
        bpmn(START + XOR.format(' default="g_e"') + chain("s", "g", "e") + flow("g", "f")),
    ],
    "gateway-always-goes-on": [bpmn(START + XOR.format("") + chain("s", "g") + flow("g", "e", "x == 1") + flow("g", "f", "x == 2"))],
    "default-flow": [
        bpmn(START + XOR.format(' default="s_g"') + chain("s", "g") + flow("g", "e", "x == 1") + flow("g", "f", "x == 2")),
        bpmn(START + XOR.format(' default="g_e"') + chain("s", "g") + flow("g", "e", "x == 1") + flow("g", "f", "x == 2")),
        bpmn(START + '<parallelGateway id="g" default="g_e"/>' + END + '<endEvent id="f"/>' + chain("s", "g", "e") + flow("g", "f")),
    ],
    "unconditional-gateway": [
        bpmn(START + '<parallelGateway id="g"/>' + END + '<endEvent id="f"/>' + chain("s", "g", "e") + flow("g", "f", "1 == 1"))
    ],
    "gateway-direction": [
        bpmn(START + '<parallelGateway id="g" gatewayDirection="Converging"/>' + END + '<endEvent id="f"/>' + chain("s", "g", "e") + flow("g", "f"))
    ],
    "gateway-purpose": [bpmn(START + '<parallelGateway id="g"/>' + END + chain("s", "g", "e"))],
    "event-gateway-targets": [
        bpmn(START + EVENT_GATEWAY + '<task id="t"/><task id="u"/>' + END + chain("s", "g", "t", "e") + chain("g", "u", "e")),
        bpmn(START + EVENT_GATEWAY + event("intermediateCatchEvent", "t", TIMER) + END + chain("s", "g", "t", "e")),
        bpmn(START + EVENT_GATEWAY + event("intermediateCatchEvent", "t", MESSAGED) + '<receiveTask id="r" messageRef="msg"/>' + END + chain("s", "g", "t", "e") + chain("g", "r", "e"), MESSAGE),
        bpmn(START + '<parallelGateway id="p2"/>' + EVENT_GATEWAY + event("intermediateCatchEvent", "t", TIMER) + event("intermediateCatchEvent", "u", TIMER) + END + chain("s", "p2", "g", "t", "e") + chain("g", "u", "e") + flow("p2", "t")),
    ],
    "event-trigger": [
        with_event("intermediateCatchEvent", ""),
        with_event("intermediateCatchEvent", "<terminateEventDefinition/>"),
        with_event("boundaryEvent", ""),
        with_event("boundaryEvent", "<terminateEventDefinition/>"),
        with_event("endEvent", TIMER),
        with_event("startEvent", "<errorEventDefinition/>"),
        with_event("intermediateThrowEvent", TIMER),
    ],
    "subprocess-start": [
        bpmn(START + subprocess(event("startEvent", "i", TIMER) + '<endEvent id="ie"/>' + chain("i", "ie")) + END + chain("s", "sub", "e"))
    ],
    "boundary-event": [
        with_event("boundaryEvent", TIMER).replace(b'attachedToRef="u"', b'attachedToRef="gone"'),
        with_event("boundaryEvent", TIMER).replace(b'attachedToRef="u"', b'attachedToRef="e"'),
        with_event("boundaryEvent", TIMER).replace(b'<sequenceFlow id="x_f" sourceRef="x" targetRef="f"></sequenceFlow>', b""),
        with_event("boundaryEvent", '<errorEventDefinition errorRef="err"/>', ' cancelActivity="false"', '<error id="err" errorCode="1"/>'),
    ],
    "cancel-event": [with_event("boundaryEvent", "<cancelEventDefinition/>"), with_event("endEvent", "<cancelEventDefinition/>")],
    "event-reference": [
        with_event("intermediateThrowEvent", '<signalEventDefinition signalRef="gone"/>'),
        with_event("intermediateCatchEvent", "<messageEventDefinition/>"),
        with_event("intermediateCatchEvent", "<eventDefinitionRef>gone</eventDefinitionRef>"),
    ],
    "task-message": [
        bpmn(START + '<receiveTask id="t" messageRef="gone"/>' + END + chain("s", "t", "e")),
        bpmn(START + '<sendTask id="t" messageRef="gone"/>' + END + chain("s", "t", "e")),
    ],
    "timer": [
        with_event("intermediateCatchEvent", "<timerEventDefinition/>"),
        with_event("intermediateCatchEvent", "<timerEventDefinition><timeDate/></timerEventDefinition>"),
        with_event("intermediateCatchEvent", "<timerEventDefinition><timeDate>2026-01-01</timeDate><timeDuration>P1D</timeDuration></timerEventDefinition>"),
    ],
    "timer-literal": [
        with_event("intermediateCatchEvent", "<timerEventDefinition><timeDate>2026-13-41</timeDate></timerEventDefinition>"),
        with_event("intermediateCatchEvent", "<timerEventDefinition><timeDuration>PT</timeDuration></timerEventDefinition>".replace("PT<", "P1X<")),
        with_event("intermediateCatchEvent", "<timerEventDefinition><timeCycle>R3/nothing</timeCycle></timerEventDefinition>"),
    ],
    "conditional-event": [with_event("intermediateCatchEvent", "<conditionalEventDefinition/>")],
    "multi-instance": [
        bpmn(START + '<userTask id="t"><multiInstanceLoopCharacteristics/></userTask>' + END + chain("s", "t", "e")),
    ],
    "standard-loop": [
        bpmn(START + '<task id="t"><standardLoopCharacteristics/></task>' + END + chain("s", "t", "e")),
        bpmn(START + '<task id="t"><standardLoopCharacteristics loopMaximum="-1"/></task>' + END + chain("s", "t", "e")),
    ],
    "call": [bpmn(START + '<callActivity id="t"/>' + END + chain("s", "t", "e"))],
    "script": [bpmn(START + '<scriptTask id="t"><script> </script></scriptTask>' + END + chain("s", "t", "e"))],
    "unsupported": [
        bpmn(START + '<adHocSubProcess id="t" ordering="Sequential"><serviceTask id="i"/></adHocSubProcess>' + END + chain("s", "t", "e")),
        bpmn(START + '<receiveTask id="t" instantiate="true" messageRef="msg"/>' + END + chain("t", "e") + chain("s", "e"), MESSAGE),
    ],
    "quantity": [
        bpmn(START + '<task id="t" startQuantity="0"/>' + END + chain("s", "t", "e")),
        bpmn(START + '<task id="t" completionQuantity="many"/>' + END + chain("s", "t", "e")),
    ],
    "complex-gateway": [
        bpmn(START + '<parallelGateway id="p2"/><task id="t"/><complexGateway id="g"/>' + END + chain("s", "p2", "t", "g", "e") + chain("p2", "g"))
    ],
    "multi-instance-behavior": [
        bpmn(START + INSTANCES.format(' behavior="Some"', "") + END + chain("s", "t", "e")),
        bpmn(START + INSTANCES.format(' behavior="One" oneBehaviorEventRef="gone"', "") + END + chain("s", "t", "e")),
        bpmn(START + INSTANCES.format(' behavior="Complex"', "") + END + chain("s", "t", "e")),
        bpmn(START + INSTANCES.format(' behavior="Complex"', "<complexBehaviorDefinition><event><terminateEventDefinition/></event></complexBehaviorDefinition>") + END + chain("s", "t", "e")),
        bpmn(START + INSTANCES.format(' behavior="Complex"', "<complexBehaviorDefinition><condition>True</condition><event><signalEventDefinition/></event></complexBehaviorDefinition>") + END + chain("s", "t", "e")),
    ],
    "link-event": [
        linked("A", "B"),
        linked("A", ""),
        linked("A", "A", "A"),
        bpmn(START + event("intermediateCatchEvent", "c", LINK.format("A")) + END + chain("s", "c", "e")),
    ],
    "expression": [
        bpmn(START + XOR.format(' default="g_e"') + chain("s", "g", "e") + flow("g", "f", "().__class__")),
        bpmn(START + '<scriptTask id="t"><script>import os</script></scriptTask>' + END + chain("s", "t", "e")),
        with_event("intermediateCatchEvent", "<timerEventDefinition><timeDate>open('x')</timeDate></timerEventDefinition>"),
        with_event("intermediateCatchEvent", "<conditionalEventDefinition><condition>x.y</condition></conditionalEventDefinition>"),
        bpmn(START + '<task id="t"><standardLoopCharacteristics><loopCondition>x ** 2</loopCondition></standardLoopCharacteristics></task>' + END + chain("s", "t", "e")),
    ],
}  # fmt: skip

CASES = [(rule, number, model) for rule, models in BAD.items() for number, model in enumerate(models)]


@pytest.mark.parametrize(("rule", "number", "model"), CASES, ids=[f"{rule}-{number}" for rule, number, _ in CASES])
def test_a_model_that_breaks_a_rule_is_told_so(rule, number, model):
    findings = lint_bpmn(model)
    mine = [finding for finding in findings if finding.rule == rule]
    assert mine, [str(finding) for finding in findings]
    assert all(finding.severity is BPMN_RULES[rule][0].severity and finding.message for finding in mine)


GOOD = [
    bpmn(START + END + chain("s", "e")),
    bpmn(START + XOR.format(' default="g_e"') + chain("s", "g", "e") + flow("g", "f", "x == 1")),
    bpmn(START + '<parallelGateway id="g"/><task id="a"/><task id="b"/><parallelGateway id="j"/>' + END
         + chain("s", "g", "a", "j", "e") + chain("g", "b", "j")),
    with_event("intermediateCatchEvent", TIMER),
    with_event("intermediateCatchEvent", "<timerEventDefinition><timeCycle xsi:type='tFormalExpression'>R3/PT1H</timeCycle></timerEventDefinition>"),
    with_event("boundaryEvent", TIMER, ' cancelActivity="false"'),
    with_event("boundaryEvent", "<errorEventDefinition/>"),
    with_event("endEvent", "<terminateEventDefinition/>"),
    with_event("endEvent", MESSAGED, roots=MESSAGE),
    with_event("startEvent", MESSAGED, roots=MESSAGE),
    with_event("intermediateThrowEvent", SIGNALLED, roots=SIGNAL),
    bpmn(START + EVENT_GATEWAY + event("intermediateCatchEvent", "t", TIMER) + event("intermediateCatchEvent", "m", MESSAGED)
         + END + '<endEvent id="f"/>' + chain("s", "g", "t", "e") + chain("g", "m", "f"), MESSAGE),
    bpmn(START + subprocess('<startEvent id="i"/><endEvent id="ie"/>' + chain("i", "ie")) + END + chain("s", "sub", "e")),
    bpmn(START + END + chain("s", "e") + subprocess(
        event("startEvent", "i", SIGNALLED) + '<endEvent id="ie"/>' + chain("i", "ie"), ' triggeredByEvent="true"'), SIGNAL),
    bpmn(START + '<userTask id="t"><multiInstanceLoopCharacteristics><loopCardinality xsi:type="tFormalExpression">3</loopCardinality>'
         '</multiInstanceLoopCharacteristics></userTask>' + END + chain("s", "t", "e")),
    bpmn(START + '<task id="t"><standardLoopCharacteristics loopMaximum="3"/></task>' + END + chain("s", "t", "e")),
    bpmn(START + '<scriptTask id="t"><script>x = 1</script></scriptTask>' + END + chain("s", "t", "e")),
]  # fmt: skip


@pytest.mark.parametrize("model", GOOD, ids=[str(n) for n in range(len(GOOD))])
def test_a_sound_model_passes(model):
    assert lint_bpmn(model) == []


def test_a_bare_file_needs_no_form_lane_title_or_drawing():
    assert lint_bpmn(bpmn(START + '<userTask id="u"/>' + END + chain("s", "u", "e"))) == []


def test_errors_come_before_warnings():
    model = bpmn(START + '<parallelGateway id="g"/><task id="t"/>' + chain("s", "g", "t"))
    severities = [finding.severity for finding in lint_bpmn(model)]
    assert severities == sorted(severities, key=lambda severity: severity is not Severity.ERROR)


def test_rules_are_documented_and_their_names_are_their_own():
    assert all(rule.description and rule.clause for rule in all_rules())
    with pytest.raises(ValueError, match="two rules"):
        bpmn_rule("unique-id", "x")(lambda _document: iter(()))
    with pytest.raises(ValueError, match="docstring"):
        bpmn_rule("undocumented", "x")(lambda _document: iter(()))


BILLION_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "xml-syntax"),
        (b"not xml", "xml-syntax"),
        (b"<a><b></a>", "xml-syntax"),
        (b"\x00\x01\x02", "xml-syntax"),
        (b"\xff\xfe\x00", "xml-encoding"),
        (b"\xc3\x28", "xml-encoding"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "xml-encoding"),
        (b"<a>" + b"x" * 5_000_000 + b"</a>", "xml-size"),
        (b"<a " + b"".join(b'a%d="" ' % n for n in range(100_000)) + b"/>", "xml-size"),
        (bpmn('<task id="t"/>' * 30_000), "model-size"),
        (b"<a>" * 10_000 + b"</a>" * 10_000, "xml-syntax"),
        (BILLION_LAUGHS, "xml-doctype"),
        (EXTERNAL, "xml-doctype"),
        (BILLION_LAUGHS.decode().replace('<?xml version="1.0"?>', "").encode("utf-16"), "xml-doctype"),
    ],
    ids=[
        "empty",
        "text",
        "torn",
        "nul",
        "odd",
        "latin",
        "utf7",
        "huge",
        "attributes",
        "nodes",
        "deep",
        "laughs",
        "external",
        "utf16-laughs",
    ],
)
def test_hostile_or_broken_xml_is_a_finding(data, rule):
    (finding,) = lint_bpmn(data, "x.bpmn")
    assert (finding.rule, finding.file) == (rule, "x.bpmn")


def test_a_file_in_utf16_or_windows_1251_is_read():
    model = bpmn(START + '<task id="t" name="Өтініш"/>' + END + chain("s", "t", "e")).decode()
    assert lint_bpmn(model.encode("utf-16")) == []
    assert (
        lint_bpmn(
            ('<?xml version="1.0" encoding="windows-1251"?>' + model.replace("Өтініш", "Заявка")).encode("cp1251")
        )
        == []
    )


def test_booleans_may_be_written_as_numbers():
    model = bpmn(START + '<task id="t"/>' + END + chain("s", "t", "e")).replace(b'"true"', b'"1"')
    assert b'isExecutable="1"' in model
    assert lint_bpmn(model) == []
    assert trace(model).status is TraceStatus.COMPLETED


def test_xml_of_another_kind_is_refused_calmly():
    assert {finding.rule for finding in lint_bpmn(b"<html><body/></html>")} == {"executable-process", "root"}


def test_a_big_model_is_linted_in_time():
    names = [f"t{number}" for number in range(3_000)]
    model = bpmn(START + "".join(f'<task id="{name}"/>' for name in names) + END + chain("s", *names, "e"))
    began = time.perf_counter()
    lint_bpmn(model)
    assert time.perf_counter() - began < 20


TAGS = ["startEvent", "endEvent", "task", "userTask", "exclusiveGateway", "subProcess", "boundaryEvent", "sequenceFlow",
        "intermediateCatchEvent", "eventBasedGateway", "laneSet", "lane", "timerEventDefinition", "timeDate",
        "multiInstanceLoopCharacteristics", "conditionExpression", "callActivity", "eventDefinitionRef"]  # fmt: skip
IDS = st.sampled_from(["a", "b", "c", "p", "", "x y"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["id", "sourceRef", "targetRef", "attachedToRef", "default", "calledElement", "triggeredByEvent"]),
    IDS,
)


def element(tag: str, attributes: Mapping[str, str], content: str) -> str:
    told = " ".join(f'{name}="{text}"' for name, text in attributes.items())
    return f"<{tag} {told}>{content}</{tag}>"


LEAVES = st.builds(element, st.sampled_from(TAGS), ATTRIBUTES, st.sampled_from(["", "x", "().__class__", "P1D", "R/P"]))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(element, st.sampled_from(TAGS), ATTRIBUTES, st.lists(inner, max_size=4).map("".join)),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(TREES, max_size=5))
def test_no_model_however_odd_breaks_the_linter(parts):
    assert isinstance(lint_bpmn(bpmn("".join(parts))), list)
