"""Activities, the events on their borders, compensation, calls, loops."""

# ruff: noqa: E501 - the models are a table: one line each
from .builders import chain, flow
from .pairs import (
    COMPENSATION,
    END,
    ERROR,
    MESSAGE,
    MESSAGED,
    START,
    TASK,
    TIMER,
    Pair,
    boundary,
    event_subprocess,
    model,
    on_the_way,
    process,
    straight,
    subprocess,
)

HANDLER = '<task id="h"{}/>'
UNDONE = '<userTask id="u"/><boundaryEvent id="b" attachedToRef="u">' + COMPENSATION + "</boundaryEvent>"
JOINED = '<association id="as" sourceRef="b" targetRef="h"/>'
MARKED = ' isForCompensation="true"'
CALLEE = process('<startEvent id="s2">{}</startEvent><endEvent id="e2"/>', chain("s2", "e2"), name="q")
ESCALATION = '<escalation id="esc"{}/>'
LOOP = '<task id="t"><multiInstanceLoopCharacteristics>{}</multiInstanceLoopCharacteristics></task>'
EVENT_GATEWAY = '<eventBasedGateway id="g"{}/>'
CATCHES = f'<intermediateCatchEvent id="x">{TIMER}</intermediateCatchEvent><intermediateCatchEvent id="y">{MESSAGED}</intermediateCatchEvent>'
CHOSEN = chain("g", "x", "e") + chain("g", "y", "e")
CANCEL = "<cancelEventDefinition/>"
CANCELLED = subprocess(
    '<startEvent id="i"/>', f'<endEvent id="ie">{CANCEL}</endEvent>', chain("i", "ie"), name="tx", tag="transaction"
)
CANCEL_BORDER = '<boundaryEvent id="{}" attachedToRef="tx">' + CANCEL + "</boundaryEvent>"


def undoing(*parts: str) -> bytes:
    """A task u, its compensation event b, and what else is said of it."""
    return model(process(START, UNDONE, END, chain("s", "u", "e"), *parts))


def compensated(throw: str) -> bytes:
    """A task u that can be undone, and an event that asks for it."""
    return (
        undoing(HANDLER.format(MARKED), JOINED)
        .replace(b'<endEvent id="e"/>', throw.encode() + b'<endEvent id="e"/>')
        .replace(b'sourceRef="u" targetRef="e"', b'sourceRef="u" targetRef="x"')
        .replace(b"<task", flow("x", "e").encode() + b"<task", 1)
    )


def thrown(definition: str, roots: str) -> bytes:
    """An end event that throws."""
    return model(roots, process(START, f'<endEvent id="e">{definition}</endEvent>', chain("s", "e")))


def calling(called: str, trigger: str = "") -> bytes:
    """A call of a process of the file."""
    call = f'<callActivity id="t" calledElement="{called}"/>'
    return model(MESSAGE, process(START, call, END, chain("s", "t", "e")), CALLEE.format(trigger))


def chosen(gateway: str = "", more: str = "", start: str = START, flows: str = CHOSEN + chain("s", "g")) -> bytes:
    """An event-based gateway before a timer and a message."""
    return model(MESSAGE, process(start, EVENT_GATEWAY.format(gateway), CATCHES, more, END, flows))


def ad_hoc(inner: str) -> bytes:
    """An ad-hoc subprocess on the way."""
    return on_the_way(subprocess(inner, name="t", tag="adHocSubProcess"))


def cancelled(inside: str, tag: str = "transaction", around: str = "transaction") -> bytes:
    """A subprocess with a cancel event inside and one on its border."""
    inner = subprocess(
        f'<startEvent id="i"/><endEvent id="ie">{inside}</endEvent>', chain("i", "ie"), name="t", tag=tag
    )
    border = (
        '<boundaryEvent id="b" attachedToRef="t"><cancelEventDefinition/></boundaryEvent><endEvent id="f"/>'
        + flow("b", "f")
        if around
        else ""
    )
    return model(process(START, inner, border, END, chain("s", "t", "e")))


def performed(role: str) -> bytes:
    """A task with a performer."""
    resource = '<resource id="rs" name="r"><resourceParameter id="rp"/></resource>'
    return on_the_way(f'<task id="t"><performer>{role}</performer></task>', "t", resource)


def timed(name: str, text: str) -> bytes:
    """A task with a timer on its border."""
    return boundary(f"<timerEventDefinition><{name}>{text}</{name}></timerEventDefinition>")


THROWN = '<intermediateThrowEvent id="x"><compensateEventDefinition{}/></intermediateThrowEvent>'
CANCEL = "<cancelEventDefinition/>"
RECEIVE = '<receiveTask id="r" messageRef="msg"/>'
TWICE = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"

PAIRS = [
    Pair("resource-role", "t", performed("<resourceRef>rs</resourceRef><resourceAssignmentExpression><formalExpression>x</formalExpression></resourceAssignmentExpression>"), performed("<resourceRef>rs</resourceRef>")),
    Pair("resource-role", "t", performed('<resourceParameterBinding parameterRef="rp"><formalExpression>x</formalExpression></resourceParameterBinding>'), performed('<resourceRef>rs</resourceRef><resourceParameterBinding parameterRef="rp"><formalExpression>x</formalExpression></resourceParameterBinding>')),
    Pair("reference", "t", performed("<resourceRef>gone</resourceRef>"), performed("<resourceRef>rs</resourceRef>")),
    Pair("loop-cardinality", "t", on_the_way(LOOP.format("<loopCardinality>-1</loopCardinality>")), on_the_way(LOOP.format("<loopCardinality>1</loopCardinality>"))),
    Pair("loop-cardinality", "t", on_the_way(LOOP.format("<loopCardinality>2.5</loopCardinality>")), on_the_way(LOOP.format("<loopCardinality>len(xs)</loopCardinality>"))),
    Pair("loop-cardinality", "t", on_the_way(LOOP.format("<loopCardinality>n == 2</loopCardinality>")), on_the_way(LOOP.format("<loopCardinality>n</loopCardinality>"))),
    Pair("condition-constant", "t", on_the_way(LOOP.format("<loopCardinality>3</loopCardinality><completionCondition>23</completionCondition>")), on_the_way(LOOP.format("<loopCardinality>3</loopCardinality><completionCondition>n == 23</completionCondition>"))),
    Pair("timer-literal", "b", timed("timeDuration", "not-a-duration"), timed("timeDuration", "PT1H30M")),
    Pair("timer-literal", "b", timed("timeDuration", "INVALID"), timed("timeDuration", "P1DT2H")),
    Pair("timer-literal", "b", timed("timeDuration", "P1H"), timed("timeDuration", "P2W")),
    Pair("timer-literal", "b", timed("timeDuration", "60"), timed("timeDuration", "waiting")),
    Pair("timer-literal", "b", timed("timeDate", "2026-02-30T10:00:00Z"), timed("timeDate", "2026-02-28T10:00:00Z")),
    Pair("timer-literal", "b", timed("timeDate", "PT5M"), timed("timeDate", "2026-02-28")),
    Pair("timer-literal", "b", timed("timeCycle", "R3"), timed("timeCycle", "R3/PT10H")),
    Pair("timer-literal", "b", timed("timeCycle", "PT10H"), timed("timeCycle", "R/2026-01-01T09:00:00/P1D")),
    Pair("compensation-boundary", "b", undoing(), undoing(HANDLER.format(MARKED), JOINED)),
    Pair("compensation-boundary", "b", undoing(HANDLER.format(MARKED), JOINED, '<task id="h2" isForCompensation="true"/><association id="as2" sourceRef="b" targetRef="h2"/>'), undoing(HANDLER.format(MARKED), JOINED)),
    Pair("compensation-boundary", "b", undoing(HANDLER.format(MARKED), JOINED, flow("b", "e")), undoing(HANDLER.format(MARKED), JOINED)),
    Pair("compensation-handler", "h", undoing(HANDLER.format(MARKED), JOINED, flow("u", "h")).replace(b'<sequenceFlow id="u_e" sourceRef="u" targetRef="e"></sequenceFlow>', b"").replace(b"</process>", flow("h", "e").encode() + b"</process>"), undoing(HANDLER.format(MARKED), JOINED)),
    Pair("compensation-handler", "h", straight(HANDLER.format(MARKED)), undoing(HANDLER.format(MARKED), JOINED)),
    Pair("compensation-once", "b", undoing(HANDLER.format(MARKED), JOINED, '<boundaryEvent id="b2" attachedToRef="u"><compensateEventDefinition/></boundaryEvent><association id="as2" sourceRef="b2" targetRef="h"/>'), undoing(HANDLER.format(MARKED), JOINED)),
    Pair("compensation-subprocess", "es2", straight(event_subprocess(COMPENSATION), event_subprocess(COMPENSATION, name="es2")), straight(event_subprocess(COMPENSATION), event_subprocess(MESSAGED, name="es2"), roots=MESSAGE)),
    Pair("transaction-cancel", "tx", model(process(START, CANCELLED.replace('id="tx">', f'id="tx">{TWICE}', 1), END, chain("s", "tx", "e"))), model(process(START, CANCELLED, CANCEL_BORDER.format("b"), END, '<endEvent id="f"/>', chain("s", "tx", "e"), flow("b", "f")))),
    Pair("transaction-cancel", "b2", model(process(START, CANCELLED, CANCEL_BORDER.format("b"), CANCEL_BORDER.format("b2"), END, '<endEvent id="f"/>', chain("s", "tx", "e"), flow("b", "f"), flow("b2", "f"))), model(process(START, CANCELLED, CANCEL_BORDER.format("b"), END, '<endEvent id="f"/>', chain("s", "tx", "e"), flow("b", "f")))),
    Pair("compensation-target", "x", compensated(THROWN.format(' activityRef="inner"')).replace(b'<endEvent id="e"/>', subprocess('<startEvent id="i"/><task id="inner"/><endEvent id="ie"/>', chain("i", "inner", "ie")).encode() + b'<endEvent id="e"/>').replace(b'sourceRef="x" targetRef="e"', b'sourceRef="x" targetRef="sub"').replace(b"<task", flow("sub", "e").encode() + b"<task", 1), compensated(THROWN.format(' activityRef="u"'))),
    Pair("reference", "x", compensated(THROWN.format(' activityRef="s"')), compensated(THROWN.format(""))),
    Pair("boundary-event", "b", boundary(TIMER).replace(b'attachedToRef="u"', b'attachedToRef="e"'), boundary(TIMER)),
    Pair("boundary-event", "b", boundary(TIMER).replace(flow("b", "f").encode() + b"</process>", b"</process>").replace(b'<endEvent id="f"/>', b""), boundary(TIMER)),
    Pair("schema-attribute", "b", boundary(TIMER).replace(b' attachedToRef="u"', b""), boundary(TIMER)),
    Pair("boundary-event", "b", boundary('<errorEventDefinition errorRef="err"/>', ' cancelActivity="false"', ERROR), boundary('<errorEventDefinition errorRef="err"/>', "", ERROR)),
    Pair("flow-start-end", "b", boundary(TIMER).replace(b"</process>", flow("u", "b").encode() + b"</process>").replace(b'<sequenceFlow id="u_e" sourceRef="u" targetRef="e"></sequenceFlow>', b"").replace(b'<endEvent id="e"/>', b""), boundary(TIMER)),
    Pair("event-trigger", "b", boundary("<terminateEventDefinition/>"), boundary(TIMER)),
    Pair("event-trigger", "b", boundary(""), boundary(TIMER)),
    Pair("called-element", "t", calling("gone"), calling("q")),
    Pair("called-element", "t", calling("e"), calling("q")),
    Pair("called-start", "t", calling("q", MESSAGED), calling("q")),
    Pair("instantiate", "r", model(MESSAGE, process(START, RECEIVE.replace("/>", ' instantiate="true"/>'), END, chain("s", "r", "e"))), model(MESSAGE, process(START, RECEIVE, END, chain("s", "r", "e")))),
    Pair("instantiate", "g", chosen(' instantiate="true"'), chosen()),
    Pair("instantiate", "g", chosen(' eventGatewayType="Parallel"'), chosen(' eventGatewayType="Exclusive"')),
    Pair("event-gateway-targets", "y", chosen(flows=CHOSEN + chain("s", "g") + flow("x", "y", name="xy")).replace(b'<sequenceFlow id="x_e" sourceRef="x" targetRef="e"></sequenceFlow>', b""), chosen()),
    Pair("event-gateway-targets", "t", chosen(more=TASK, flows=CHOSEN + chain("s", "g", "t", "e")), chosen()),
    Pair("event-gateway-targets", "g", chosen(more=RECEIVE, flows=CHOSEN + chain("s", "g", "r", "e")), chosen()),
    Pair("receive-after-gateway", "r", model(MESSAGE, process(START, EVENT_GATEWAY.format(""), RECEIVE, f'<intermediateCatchEvent id="x">{TIMER}</intermediateCatchEvent><boundaryEvent id="b" attachedToRef="r">{TIMER}</boundaryEvent>', END, chain("s", "g", "x", "e"), chain("g", "r", "e"), flow("b", "e"))), model(MESSAGE, process(START, EVENT_GATEWAY.format(""), RECEIVE, f'<intermediateCatchEvent id="x">{TIMER}</intermediateCatchEvent>', END, chain("s", "g", "x", "e"), chain("g", "r", "e")))),
    Pair("ad-hoc", "t", ad_hoc(""), ad_hoc('<task id="i"/>')),
    Pair("ad-hoc", "ie", ad_hoc('<task id="i"/><endEvent id="ie"/>' + chain("i", "ie")), ad_hoc('<task id="i"/><task id="i2"/>' + chain("i", "i2"))),
    Pair("quantity", "t", on_the_way('<task id="t" startQuantity="0"/>'), on_the_way('<task id="t" startQuantity="1"/>')),
    Pair("quantity", "t", on_the_way('<task id="t" completionQuantity="-1"/>'), on_the_way('<task id="t" completionQuantity="1"/>')),
    Pair("thrown-code", "e", thrown('<errorEventDefinition errorRef="err"/>', '<error id="err"/>'), thrown('<errorEventDefinition errorRef="err"/>', ERROR)),
    Pair("thrown-code", "e", thrown('<escalationEventDefinition escalationRef="esc"/>', ESCALATION.format("")), thrown('<escalationEventDefinition escalationRef="esc"/>', ESCALATION.format(' escalationCode="1"'))),
    Pair("event-reference", "e", thrown("<errorEventDefinition/>", ""), thrown('<errorEventDefinition errorRef="err"/>', ERROR)),
    Pair("event-reference", "e", thrown('<errorEventDefinition errorRef="msg"/>', MESSAGE), thrown('<errorEventDefinition errorRef="err"/>', ERROR)),
    Pair("cancel-event", "ie", cancelled(CANCEL, tag="subProcess", around=""), cancelled(CANCEL)),
    Pair("cancel-event", "b", cancelled("", tag="subProcess"), cancelled(CANCEL)),
    Pair("event-subprocess-kind", "t", cancelled(CANCEL).replace(b'<transaction id="t"', b'<transaction id="t" triggeredByEvent="true"'), cancelled(CANCEL).replace(b'<transaction id="t"', b'<transaction id="t" triggeredByEvent="false"')),
    Pair("transaction", "b", cancelled(""), cancelled(CANCEL)),
    Pair("multi-instance", "t", on_the_way(LOOP.format("")), on_the_way(LOOP.format("<loopCardinality>2</loopCardinality>"))),
    Pair("formal-expression", "t", on_the_way(LOOP.format("<loopCardinality>2</loopCardinality>")), on_the_way(LOOP.format('<loopCardinality xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="tFormalExpression">2</loopCardinality>'))),
    Pair("empty-expression", "t", on_the_way(LOOP.format("<loopCardinality> </loopCardinality>")), on_the_way(LOOP.format("<loopCardinality>2</loopCardinality>"))),
    Pair("expression", "t", on_the_way(LOOP.format("<loopCardinality>${n}</loopCardinality>")), on_the_way(LOOP.format("<loopCardinality>n</loopCardinality>"))),
    Pair("subprocess-start", "i", on_the_way(subprocess(f'<startEvent id="i">{TIMER}</startEvent><endEvent id="ie"/>', chain("i", "ie"), name="t")), on_the_way(subprocess('<startEvent id="i"/><endEvent id="ie"/>', chain("i", "ie"), name="t"))),
    Pair("event-trigger", "es0", straight(event_subprocess("")), straight(event_subprocess(TIMER))),
]  # fmt: skip
