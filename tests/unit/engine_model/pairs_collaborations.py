"""Pools, message flows, lanes, choreographies."""

# ruff: noqa: E501 - the models are a table: one line each
from .builders import chain
from .pairs import END, MESSAGE, MESSAGED, START, TASK, Pair, message_flow, model, pools, process, straight

SENDER = START + TASK + END + chain("s", "t", "e")
RECEIVER = '<startEvent id="s2"/><task id="t2"/><endEvent id="e2"/>' + chain("s2", "t2", "e2")


def sending(event: str, name: str) -> str:
    """The first pool with an event on the way."""
    return START + event + END + chain("s", name, "e")


def receiving(event: str, name: str) -> str:
    """The second pool with an event on the way."""
    return '<startEvent id="s2"/>' + event + '<endEvent id="e2"/>' + chain("s2", name, "e2")


def started(trigger: str) -> str:
    """The second pool begins so."""
    return f'<startEvent id="s2">{trigger}</startEvent><endEvent id="e2"/>' + chain("s2", "e2")


def lanes(*lists: str) -> bytes:
    """Lanes l0, l1 … with these nodes."""
    inner = "".join(
        f'<lane id="l{n}">' + "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in names.split()) + "</lane>"
        for n, names in enumerate(lists)
    )
    return model(process(f'<laneSet id="ls">{inner}</laneSet>', START, TASK, END, chain("s", "t", "e")))


def multiplicity(attributes: str) -> bytes:
    """A pool of many."""
    pool = f'<participant id="A" processRef="p"><participantMultiplicity {attributes}/></participant>'
    return model(f'<collaboration id="c">{pool}</collaboration>', process(SENDER))


CATCH = f'<intermediateCatchEvent id="i">{MESSAGED}</intermediateCatchEvent>'
THROW = f'<intermediateThrowEvent id="i">{MESSAGED}</intermediateThrowEvent>'
FORKING = (
    '<startEvent id="s2"/><parallelGateway id="g"/><task id="x"/><task id="y"/><parallelGateway id="j"/><endEvent id="e2"/>'
    + chain("s2", "g", "x", "j", "e2")
    + chain("g", "y", "j")
)
END_MESSAGE = f'<startEvent id="s"/><endEvent id="e">{MESSAGED}</endEvent>' + chain("s", "e")

PAIRS = [
    Pair("message-flow-pools", "m", pools(SENDER, RECEIVER, message_flow("t", "t")), pools(SENDER, RECEIVER, message_flow("t", "t2"))),
    Pair("message-flow-pools", "m", pools(SENDER, RECEIVER, message_flow("A", "t")), pools(SENDER, RECEIVER, message_flow("A", "t2"))),
    Pair("message-flow-pools", "m", pools(SENDER, RECEIVER, message_flow("t", "A")), pools(SENDER, RECEIVER, message_flow("t", "B"))),
    Pair("message-flow-pools", "m", pools(SENDER, RECEIVER, message_flow("A", "A")), pools(SENDER, RECEIVER, message_flow("A", "B"))),
    Pair("message-flow-ends", "m", pools(SENDER, RECEIVER, message_flow("s", "t2")), pools(SENDER, RECEIVER, message_flow("t", "t2"))),
    Pair("message-flow-ends", "m", pools(SENDER, RECEIVER, message_flow("t", "e2")), pools(SENDER, RECEIVER, message_flow("t", "t2"))),
    Pair("message-flow-ends", "m", pools(SENDER, RECEIVER, message_flow("e", "t2")), pools(END_MESSAGE, RECEIVER, message_flow("e", "t2"), MESSAGE)),
    Pair("message-flow-ends", "m", pools(SENDER, started(""), message_flow("t", "s2")), pools(SENDER, started(MESSAGED), message_flow("t", "s2"), MESSAGE)),
    Pair("message-flow-ends", "m", pools(SENDER, receiving(THROW, "i"), message_flow("t", "i"), MESSAGE), pools(SENDER, receiving(CATCH, "i"), message_flow("t", "i"), MESSAGE)),
    Pair("message-flow-ends", "m", pools(sending(CATCH, "i"), RECEIVER, message_flow("i", "t2"), MESSAGE), pools(sending(THROW, "i"), RECEIVER, message_flow("i", "t2"), MESSAGE)),
    Pair("message-flow-ends", "m", pools(sending('<intermediateThrowEvent id="i"/>', "i"), RECEIVER, message_flow("i", "t2")), pools(sending(THROW, "i"), RECEIVER, message_flow("i", "t2"), MESSAGE)),
    Pair("message-flow-message", "m", pools(END_MESSAGE, RECEIVER, message_flow("e", "t2", ' messageRef="other"'), MESSAGE + '<message id="other"/>'), pools(END_MESSAGE, RECEIVER, message_flow("e", "t2", ' messageRef="msg"'), MESSAGE)),
    Pair("reference", "m", pools(SENDER, RECEIVER, message_flow("t", "gone")), pools(SENDER, RECEIVER, message_flow("t", "t2"))),
    Pair("reference", "m", pools(SENDER, FORKING, message_flow("t", "g")), pools(SENDER, FORKING, message_flow("t", "x"))),
    Pair("participant-multiplicity", "A", multiplicity('minimum="-1" maximum="1"'), multiplicity('minimum="0" maximum="1"')),
    Pair("participant-multiplicity", "A", multiplicity('minimum="0" maximum="0"'), multiplicity('maximum="2"')),
    Pair("participant-multiplicity", "A", multiplicity('minimum="3" maximum="2"'), multiplicity('minimum="2" maximum="3"')),
    Pair("one-pool", "B", pools(SENDER, RECEIVER, "").replace(b'processRef="q"', b'processRef="p"'), pools(SENDER, RECEIVER, "")),
    Pair("reference", "B", pools(SENDER, RECEIVER, "").replace(b'processRef="q"', b'processRef="gone"'), pools(SENDER, RECEIVER, "")),
    Pair("lane-once", "t", lanes("s t", "t e"), lanes("s t", "e")),
    Pair("lane-nodes", "l1", lanes("s t", "e gone"), lanes("s t", "e")),
    Pair("lane-listed-once", "l0", lanes("s t t", "e"), lanes("s t", "e")),
    Pair("choreography", "ct", straight('<choreographyTask id="ct" initiatingParticipantRef="A"><participantRef>A</participantRef><participantRef>B</participantRef><messageFlowRef>m</messageFlowRef></choreographyTask>', roots='<collaboration id="c"><participant id="A"/><participant id="B"/>' + message_flow("A", "B") + "</collaboration>"), straight()),
    Pair("conversation", "cv", straight(roots='<collaboration id="c"><participant id="A"/><participant id="B"/><conversation id="cv"><participantRef>A</participantRef><participantRef>B</participantRef></conversation></collaboration>'), straight()),
]  # fmt: skip
