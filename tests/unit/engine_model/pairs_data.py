"""Data objects, inputs and outputs, associations, items, what a called process asks for."""

# ruff: noqa: E501 - the models are a table: one line each
from .builders import chain, flow
from .pairs import END, START, TASK, Pair, model, on_the_way, process, straight, subprocess

ITEMS = '<itemDefinition id="one" structureRef="x:one"/><itemDefinition id="two" structureRef="x:two"/><itemDefinition id="many" structureRef="x:one" isCollection="true"/>'
OBJECT = '<dataObject id="do" itemSubjectRef="{}"{}/><dataObjectReference id="ref" dataObjectRef="do"/>'
INPUT = '<dataInput id="in" itemSubjectRef="{}"{}/>'
OUTPUT = '<dataOutput id="out" itemSubjectRef="{}"/>'
SET = "<inputSet><dataInputRefs>in</dataInputRefs></inputSet>"
EMPTY = "<inputSet/>"
OUT_SET = "<outputSet><dataOutputRefs>out</dataOutputRefs></outputSet>"
INTO = '<dataInputAssociation id="as"><sourceRef>{}</sourceRef><targetRef>{}</targetRef>{}</dataInputAssociation>'
MESSAGES = '<message id="msg" name="msg" itemRef="one"/>'
OPERATION = (
    '<interface id="if" name="i"><operation id="op" name="o"><inMessageRef>msg</inMessageRef></operation></interface>'
)


def io(*parts: str, outputs: str = "<outputSet/>") -> str:
    """What goes in and comes out."""
    return f"<ioSpecification>{''.join(parts)}{outputs}</ioSpecification>"


def task(*parts: str, tag: str = "task", attributes: str = "", roots: str = ITEMS, beside: str = "") -> bytes:
    """A task with data."""
    return straight(beside, roots=roots).replace(
        TASK.encode(), f'<{tag} id="t"{attributes}>{"".join(parts)}</{tag}>'.encode()
    )


def moved(source: str, target: str = "in", item: str = "one", more: str = "") -> bytes:
    """Data of an object that goes into the task."""
    return task(
        io(INPUT.format(item, ""), SET),
        INTO.format(source, target, more),
        beside=OBJECT.format("one", "") + '<dataObject id="do2" itemSubjectRef="one"/>',
    )


def caught(data: str, more: str = "") -> bytes:
    """A message event whose message carries the item one."""
    event = f'<intermediateCatchEvent id="t">{data}<messageEventDefinition messageRef="msg"/>{more}</intermediateCatchEvent>'
    return model(ITEMS, MESSAGES, '<signal id="sig" name="sig"/>', process(START, event, END, chain("s", "t", "e")))


def calling(*mine: str) -> bytes:
    """A call of a process that asks for the item one."""
    call = f'<callActivity id="t" calledElement="q">{io(*mine) if mine else ""}</callActivity>'
    called = process(
        io('<dataInput id="asked" itemSubjectRef="one"/>', "<inputSet><dataInputRefs>asked</dataInputRefs></inputSet>"),
        '<startEvent id="s2"/><endEvent id="e2"/>',
        flow("s2", "e2"),
        name="q",
    )
    return model(ITEMS, process(START, call, END, chain("s", "t", "e")), called)


def offered(binding: str) -> bytes:
    """A process that offers an interface."""
    offer = "<supportedInterfaceRef>if</supportedInterfaceRef>" + io(
        '<dataInput id="pin" itemSubjectRef="one"/><dataInput id="pin2" itemSubjectRef="two"/>',
        '<dataOutput id="pout" itemSubjectRef="one"/>',
        '<inputSet id="is"><dataInputRefs>pin</dataInputRefs><dataInputRefs>pin2</dataInputRefs></inputSet>',
        outputs='<outputSet id="os"><dataOutputRefs>pout</dataOutputRefs></outputSet>',
    )
    return model(ITEMS, MESSAGES, OPERATION, process(offer, binding, START, END, flow("s", "e")))


def repeated(data: str, item: str) -> bytes:
    """A task for each element of a collection."""
    loop = f'<multiInstanceLoopCharacteristics><loopDataInputRef>in</loopDataInputRef><inputDataItem id="each" itemSubjectRef="{item}"/></multiInstanceLoopCharacteristics>'
    return task(io(data, SET), loop)


BINDING = '<ioBinding operationRef="op" inputDataRef="{}" outputDataRef="pout"/>'
TRANSFORMED = "<transformation>x</transformation>"
COLLECTION = ' isCollection="true"'

PAIRS = [
    Pair("data-object", "ref", straight('<dataObjectReference id="ref"/>'), straight(OBJECT.format("one", ""), roots=ITEMS)),
    Pair("reference", "ref", straight('<dataObjectReference id="ref" dataObjectRef="gone"/>'), straight(OBJECT.format("one", ""), roots=ITEMS)),
    Pair("reference", "ref", straight('<dataObjectReference id="ref" dataObjectRef="t"/>'), straight(OBJECT.format("one", ""), roots=ITEMS)),
    Pair("data-object", "ref", model(process(START, subprocess('<startEvent id="i"/><endEvent id="ie"/><dataObject id="do"/>', chain("i", "ie"), name="t"), END, chain("s", "t", "e"), '<dataObjectReference id="ref" dataObjectRef="do"/>')), model(process(START, subprocess('<startEvent id="i"/><endEvent id="ie"/><dataObjectReference id="ref" dataObjectRef="do"/>', chain("i", "ie"), name="t"), END, chain("s", "t", "e"), '<dataObject id="do"/>'))),
    Pair("reference", "do", straight('<dataObject id="do" itemSubjectRef="gone"/>'), straight('<dataObject id="do" itemSubjectRef="one"/>', roots=ITEMS)),
    Pair("reference", "dsr", straight('<dataStoreReference id="dsr" dataStoreRef="gone"/>'), straight('<dataStoreReference id="dsr" dataStoreRef="ds"/>', roots='<dataStore id="ds"/>')),
    Pair("data-collection", "do", straight(OBJECT.format("many", ""), roots=ITEMS), straight(OBJECT.format("many", COLLECTION), roots=ITEMS)),
    Pair("io-place", "t", on_the_way(subprocess(io(EMPTY), '<startEvent id="i"/><endEvent id="ie"/>', chain("i", "ie"), name="t")), on_the_way(subprocess('<startEvent id="i"/><endEvent id="ie"/>', chain("i", "ie"), name="t"))),
    Pair("io-sets", "in", task(io(INPUT.format("one", ""), EMPTY)), task(io(INPUT.format("one", ""), SET))),
    Pair("io-sets", "out", task(io(OUTPUT.format("one"), EMPTY)), task(io(OUTPUT.format("one"), EMPTY, outputs=OUT_SET))),
    Pair("io-sets", "t", task(io(INPUT.format("one", ""), '<dataInput id="in2"/>', SET, "<inputSet><dataInputRefs>in2</dataInputRefs><optionalInputRefs>in</optionalInputRefs></inputSet>")), task(io(INPUT.format("one", ""), "<inputSet><dataInputRefs>in</dataInputRefs><optionalInputRefs>in</optionalInputRefs></inputSet>"))),
    Pair("reference", "t", task(io("<inputSet><dataInputRefs>gone</dataInputRefs></inputSet>")).replace(b"gone", b"do"), task(io(EMPTY))),
    Pair("io-rules", "is", task(io('<inputSet id="is"><outputSetRefs>os</outputSetRefs></inputSet>', outputs='<outputSet id="os"/>')), task(io('<inputSet id="is"><outputSetRefs>os</outputSetRefs></inputSet>', outputs='<outputSet id="os"><inputSetRefs>is</inputSetRefs></outputSet>'))),
    Pair("schema-element", "t", task("<ioSpecification><inputSet/></ioSpecification>"), task(io(EMPTY))),
    Pair("data-association", "as", moved("ref", "do2"), moved("ref")),
    Pair("data-association", "as", moved("ref</sourceRef><sourceRef>do2"), moved("ref</sourceRef><sourceRef>do2", more=TRANSFORMED)),
    Pair("data-types", "as", moved("ref", item="two"), moved("ref", item="two", more=TRANSFORMED)),
    Pair("reference", "as", moved("gone"), moved("ref")),
    Pair("reference", "as", moved("s"), moved("do")),
    Pair("event-data", "t", caught('<dataOutput id="out" itemSubjectRef="two"/>' + OUT_SET), caught('<dataOutput id="out" itemSubjectRef="one"/>' + OUT_SET)),
    Pair("event-data", "t", caught('<dataOutput id="out" itemSubjectRef="one"/>' + OUT_SET, '<signalEventDefinition signalRef="sig"/>'), caught('<dataOutput id="out" itemSubjectRef="one"/>' + OUT_SET)),
    Pair("task-data", "t", task(io(INPUT.format("two", ""), SET), tag="sendTask", attributes=' messageRef="msg"', roots=ITEMS + MESSAGES), task(io(INPUT.format("one", ""), SET), tag="sendTask", attributes=' messageRef="msg"', roots=ITEMS + MESSAGES)),
    Pair("task-data", "t", task(io(INPUT.format("one", ""), SET, EMPTY), tag="sendTask", attributes=' messageRef="msg"', roots=ITEMS + MESSAGES), task(io(INPUT.format("one", ""), SET), tag="sendTask", attributes=' messageRef="msg"', roots=ITEMS + MESSAGES)),
    Pair("task-data", "t", task(io(INPUT.format("two", ""), SET), tag="serviceTask", attributes=' operationRef="op"', roots=ITEMS + MESSAGES + OPERATION), task(io(INPUT.format("one", ""), SET), tag="serviceTask", attributes=' operationRef="op"', roots=ITEMS + MESSAGES + OPERATION)),
    Pair("task-data", "t", task(io(OUTPUT.format("two"), EMPTY, outputs=OUT_SET), tag="receiveTask", attributes=' messageRef="msg"', roots=ITEMS + MESSAGES), task(io(OUTPUT.format("one"), EMPTY, outputs=OUT_SET), tag="receiveTask", attributes=' messageRef="msg"', roots=ITEMS + MESSAGES)),
    Pair("reference", "t", task(tag="serviceTask", attributes=' operationRef="gone"', roots=ITEMS + MESSAGES + OPERATION), task(tag="serviceTask", attributes=' operationRef="op"', roots=ITEMS + MESSAGES + OPERATION)),
    Pair("call-data", "t", calling(), calling(INPUT.format("one", ""), SET)),
    Pair("call-data", "t", calling(INPUT.format("two", ""), SET), calling(INPUT.format("one", ""), SET)),
    Pair("io-binding", "p", offered(""), offered(BINDING.format("pin"))),
    Pair("io-binding", "p", offered(BINDING.format("pin2")), offered(BINDING.format("pin"))),
    Pair("loop-data", "t", repeated(INPUT.format("many", COLLECTION), "two"), repeated(INPUT.format("many", COLLECTION), "one")),
    Pair("loop-data", "t", repeated(INPUT.format("one", ""), "one"), repeated(INPUT.format("many", COLLECTION), "one")),
    Pair("loop-data-place", "t", straight('<task id="t2">' + io(INPUT.format("many", COLLECTION), SET) + "</task>", flow("t", "t2"), flow("t2", "e"), roots=ITEMS).replace(TASK.encode(), b'<task id="t"><multiInstanceLoopCharacteristics><loopDataInputRef>in</loopDataInputRef><inputDataItem id="each" itemSubjectRef="one"/></multiInstanceLoopCharacteristics></task>').replace(b'<sequenceFlow id="t_e" sourceRef="t" targetRef="e"></sequenceFlow>', b""), repeated(INPUT.format("many", COLLECTION), "one")),
]  # fmt: skip
