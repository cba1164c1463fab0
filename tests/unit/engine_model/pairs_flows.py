"""Sequence flows, gateways, links, references of the whole file."""

# ruff: noqa: E501 - the models are a table: one line each
from .builders import chain, flow
from .pairs import (
    END,
    MESSAGE,
    MESSAGED,
    START,
    TASK,
    TIMER,
    Pair,
    event_subprocess,
    model,
    on_the_way,
    process,
    straight,
    subprocess,
)

FORK = '<parallelGateway id="g"{}/><task id="a"/><task id="b"/><parallelGateway id="j"/>'
FORKED = chain("s", "g", "a", "j", "e") + chain("g", "b", "j")
LISTED = '<startEvent id="s"><outgoing>s_t</outgoing></startEvent><task id="t"><incoming>{}</incoming><outgoing>t_e</outgoing></task><endEvent id="e"><incoming>t_e</incoming></endEvent>'
PARTLY = '<startEvent id="s"><outgoing>s_g</outgoing></startEvent><parallelGateway id="g"><incoming>s_g</incoming><outgoing>g_a</outgoing>{}</parallelGateway><task id="a"/><task id="b"/><parallelGateway id="j"/>'


def fork(attributes: str = "", flows: str = FORKED) -> bytes:
    """A parallel gateway, two tasks, a join."""
    return model(process(START, FORK.format(attributes), END, flows))


def choice(gateway: str, first: str | None, second: str | None) -> bytes:
    """A gateway with two ways on."""
    ends = '<endEvent id="e"/><endEvent id="f"/>'
    return model(process(START, gateway, ends, chain("s", "g"), flow("g", "e", first), flow("g", "f", second)))


def links(*events: tuple[str, str, str], roots: str = "") -> str:
    """Link events: (Throw or Catch, id, link name)."""
    return roots + "".join(
        f'<intermediate{kind}Event id="{name}"><linkEventDefinition name="{link}"/></intermediate{kind}Event>'
        for kind, name, link in events
    )


def linked(*events: tuple[str, str, str], flows: str) -> bytes:
    """Start to a link, the link to the end."""
    return model(process(START, links(*events), END, flows))


THROW, CATCH = ("Throw", "x", "L"), ("Catch", "y", "L")
LINKED = chain("s", "x") + chain("y", "e")

PAIRS = [
    Pair("conditional-flow", "s_t", on_the_way(TASK).replace(b'sourceRef="s" targetRef="t">', b'sourceRef="s" targetRef="t"><conditionExpression>1 == 1</conditionExpression>'), on_the_way(TASK)),
    Pair("conditional-flow-only", "t_e", model(process(START, TASK, END, chain("s", "t"), flow("t", "e", "1 == 1"))), on_the_way(TASK)),
    Pair("gateway-conditions", "g_e", choice('<exclusiveGateway id="g" default="g_f"/>', " ", None), choice('<exclusiveGateway id="g" default="g_f"/>', "1 == 1", None)),
    Pair("flow-immediate", "s_t", on_the_way(TASK).replace(b'targetRef="t"', b'targetRef="t" isImmediate="false"'), on_the_way(TASK).replace(b'targetRef="t"', b'targetRef="t" isImmediate="true"')),
    Pair("flow-lists", "t", model(process(LISTED.format("t_e"), chain("s", "t", "e"))), model(process(LISTED.format("s_t"), chain("s", "t", "e")))),
    Pair("flow-lists", "t", model(process(LISTED.format("gone"), chain("s", "t", "e"))), model(process(LISTED.format("s_t"), chain("s", "t", "e")))),
    Pair("flow-lists-whole", "g", model(process(PARTLY.format(""), END, FORKED)), model(process(PARTLY.format("<outgoing>g_b</outgoing>"), END, FORKED))),
    Pair("flow-ends", "x", straight('<sequenceFlow id="x" sourceRef="t" targetRef="note"/><textAnnotation id="note"><text>n</text></textAnnotation>'), straight('<association id="x" sourceRef="t" targetRef="note"/><textAnnotation id="note"><text>n</text></textAnnotation>')),
    Pair("flow-ends", "x", straight('<dataObject id="do"/><sequenceFlow id="x" sourceRef="do" targetRef="t"/>'), straight('<dataObject id="do"/>')),
    Pair("flow-ends", "s_t2", model(process(START, END, chain("s", "e"), flow("s", "t2")), process('<startEvent id="s2"/><task id="t2"/><endEvent id="e2"/>', chain("s2", "t2", "e2"), name="q")), model(process(START, END, chain("s", "e")), process('<startEvent id="s2"/><task id="t2"/><endEvent id="e2"/>', chain("s2", "t2", "e2"), name="q"))),
    Pair("flow-borders", "t_i2", model(process(START, subprocess('<startEvent id="i"/><task id="i2"/><endEvent id="ie"/>', chain("i", "i2", "ie")), TASK, END, chain("s", "sub", "t", "e"), flow("t", "i2"))), model(process(START, subprocess('<startEvent id="i"/><task id="i2"/><endEvent id="ie"/>', chain("i", "i2", "ie")), TASK, END, chain("s", "sub", "t", "e")))),
    Pair("flow-start-end", "s", straight(flow("t", "s")), straight()),
    Pair("flow-start-end", "e", straight(flow("e", "t")), straight()),
    Pair("reachable", "t2", straight('<task id="t2"/>', flow("t2", "t")), straight()),
    Pair("reachable", "e2", straight('<endEvent id="e2"/>'), straight()),
    Pair("explicit-end", "t", model(process(START, FORK.format(""), TASK, END, FORKED.replace(flow("j", "e"), flow("j", "t")))), fork()),
    Pair("end-reachable", "a", model(process(START, '<task id="a"/><task id="b"/>', chain("s", "a", "b", "a"))), model(process(START, '<task id="a"/><task id="b"/>', END, chain("s", "a", "b", "e")))),
    Pair("gateway-purpose", "g", on_the_way('<parallelGateway id="g"/>', "g"), fork()),
    Pair("gateway-purpose", "g", on_the_way('<exclusiveGateway id="g"/>', "g"), choice('<exclusiveGateway id="g" default="g_e"/>', None, "1 == 1")),
    Pair("gateway-direction", "g", fork(' gatewayDirection="Converging"'), fork(' gatewayDirection="Diverging"')),
    Pair("gateway-direction", "g", fork(' gatewayDirection="Mixed"'), fork(' gatewayDirection="Unspecified"')),
    Pair("schema-attribute", "g", fork(' gatewayDirection="Sideways"'), fork()),
    Pair("unconditional-gateway", "g_a", fork(flows=FORKED.replace('targetRef="a">', 'targetRef="a"><conditionExpression>1 == 1</conditionExpression>')), fork()),
    Pair("gateway-conditions", "g_f", choice('<exclusiveGateway id="g" default="g_e"/>', None, None), choice('<exclusiveGateway id="g" default="g_e"/>', None, "1 == 1")),
    Pair("gateway-conditions", "g_f", choice('<exclusiveGateway id="g" default="g_e"/>', None, None), choice('<inclusiveGateway id="g" default="g_e"/>', None, None)),
    Pair("gateway-always-goes-on", "g", choice('<inclusiveGateway id="g"/>', "x == 1", "x == 2"), choice('<inclusiveGateway id="g"/>', "x == 1", None)),
    Pair("default-flow", "g_e", choice('<exclusiveGateway id="g" default="g_e"/>', "1 == 1", "2 == 2"), choice('<exclusiveGateway id="g" default="g_e"/>', None, "2 == 2")),
    Pair("default-flow", "g", choice('<exclusiveGateway id="g" default="s_g"/>', "1 == 1", "2 == 2"), choice('<exclusiveGateway id="g" default="g_e"/>', None, "2 == 2")),
    Pair("default-flow", "g", choice('<exclusiveGateway id="g" default="gone"/>', "1 == 1", "2 == 2"), choice('<exclusiveGateway id="g" default="g_e"/>', None, "2 == 2")),
    Pair("link-event", "x", linked(THROW, ("Catch", "y", "M"), flows=LINKED), linked(THROW, CATCH, flows=LINKED)),
    Pair("link-event", "x", linked(THROW, CATCH, ("Catch", "z", "L"), flows=LINKED + flow("z", "e")), linked(("Throw", "z", "L"), THROW, CATCH, flows=LINKED.replace("<sequenceFlow", "<sequenceFlow", 1) + flow("s", "z"))),
    Pair("link-event", "y", linked(THROW, CATCH, flows=LINKED + flow("s", "y")), linked(THROW, CATCH, flows=LINKED)),
    Pair("link-event", "x", linked(THROW, CATCH, flows=LINKED + flow("x", "e")), linked(THROW, CATCH, flows=LINKED)),
    Pair("event-flow", "x", model(process(TASK, '<intermediateThrowEvent id="x"/>', flow("x", "t"))), model(process('<task id="u"/>', TASK, '<intermediateThrowEvent id="x"/>', chain("u", "x", "t")))),
    Pair("event-flow", "x", model(process(TASK, f'<intermediateCatchEvent id="x">{TIMER}</intermediateCatchEvent>', flow("t", "x"))), model(process('<task id="u"/>', TASK, f'<intermediateCatchEvent id="x">{TIMER}</intermediateCatchEvent>', chain("u", "x", "t")))),
    Pair("condition-constant", "g_e", choice('<exclusiveGateway id="g" default="g_f"/>', "23", None), choice('<exclusiveGateway id="g" default="g_f"/>', "True", None)),
    Pair("condition-constant", "g_e", choice('<exclusiveGateway id="g" default="g_f"/>', "'yes'", None), choice('<exclusiveGateway id="g" default="g_f"/>', "x == 'yes'", None)),
    Pair("import", None, on_the_way(TASK).replace(b"<process", b'<import namespace="urn:o" location="o.bpmn" importType="http://www.omg.org/spec/BPMN/20100524/MODEL"/><process', 1), on_the_way(TASK).replace(b"<process", b'<import namespace="urn:o" location="o.xsd" importType="http://www.w3.org/2001/XMLSchema"/><process', 1)),
    Pair("association", "x", straight('<association id="x" sourceRef="t" targetRef="gone"/>'), straight('<association id="x" sourceRef="t" targetRef="note"/><textAnnotation id="note"><text>n</text></textAnnotation>')),
    Pair("process-type", "p", model(process(START, TASK, END, chain("s", "t", "e"), attributes=' isExecutable="true" processType="Public"')), model(process(START, TASK, END, chain("s", "t", "e"), attributes=' isExecutable="true" processType="Private"'))),
    Pair("unique-id", "t", on_the_way(TASK, "t", '<message id="t"/>'), on_the_way(TASK, "t", '<message id="m"/>')),
    Pair("subprocess-flows", "es", model(MESSAGE, process(START, event_subprocess(MESSAGED), END, chain("s", "es", "e"), flow("s", "e"))), straight(event_subprocess(MESSAGED), roots=MESSAGE)),
    Pair("event-subprocess-once", "es2", straight(event_subprocess(MESSAGED), event_subprocess(MESSAGED, name="es2"), roots=MESSAGE), straight(event_subprocess(MESSAGED), event_subprocess(MESSAGED, ' isInterrupting="false"', name="es2"), roots=MESSAGE)),
    Pair("event-subprocess-interrupts", "es0", straight(event_subprocess('<errorEventDefinition errorRef="err"/>', ' isInterrupting="false"'), roots='<error id="err" errorCode="1"/>'), straight(event_subprocess('<errorEventDefinition errorRef="err"/>'), roots='<error id="err" errorCode="1"/>')),
    Pair("event-definition-owner", "y", model(process(START, f'<intermediateCatchEvent id="x">{TIMER.replace("Definition>", "Definition id=@d@>", 1).replace("@", chr(34))}</intermediateCatchEvent><intermediateCatchEvent id="y"><eventDefinitionRef>d</eventDefinitionRef></intermediateCatchEvent>', END, chain("s", "x", "y", "e"))), model('<signalEventDefinition id="d" signalRef="sig"/><signal id="sig" name="sig"/>', process(START, '<intermediateCatchEvent id="x"><eventDefinitionRef>d</eventDefinitionRef></intermediateCatchEvent><intermediateCatchEvent id="y"><eventDefinitionRef>d</eventDefinitionRef></intermediateCatchEvent>', END, chain("s", "x", "y", "e")))),
]  # fmt: skip
