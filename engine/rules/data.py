"""Rules over data: objects and references, what goes into and comes out of activities and events, associations."""

from collections.abc import Iterator
from typing import Any

from engine.reading.document import (
    ACTIVITIES,
    EVENTS,
    SUBPROCESSES,
    BpmnDocument,
    Trigger,
    identifier_of,
    nearest_id,
    unprefixed,
)
from engine.reading.markup import BPMN, bpmn_children, local, text_of
from engine.rules.registry import Found, bpmn_rule

SETS = (
    ("inputSet", "dataInput", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
    ("outputSet", "dataOutput", "dataOutputRefs", ("optionalOutputRefs", "whileExecutingOutputRefs")),
)
CARRIES = {"messageEventDefinition": "messageRef", "signalEventDefinition": "signalRef",
           "errorEventDefinition": "errorRef", "escalationEventDefinition": "escalationRef"}  # fmt: skip
"""event definition → what carries its data"""


def _elements(document: BpmnDocument, *names: str) -> Iterator[Any]:
    yield from document.root.iter(*(f"{{{BPMN}}}{name}" for name in names))


def _named(document: BpmnDocument, reference: str | None) -> Any | None:
    return document.ids.get(unprefixed(reference)) if reference else None


def _refs(element: Any, name: str) -> list[str]:
    return [unprefixed(text_of(child) or "") for child in bpmn_children(element, name)]


@bpmn_rule("data-object", "BPMN 2.0.2, 10.4.1 Data Object")
def data_object(document: BpmnDocument) -> Iterator[Found]:
    """A data object reference names its data object, which stands on its level or around it."""
    for one in _elements(document, "dataObjectReference"):
        named = _named(document, one.get("dataObjectRef"))
        if one.get("dataObjectRef") is None:
            yield Found(identifier_of(one), "it refers to no data object: set dataObjectRef")
        elif named is not None and local(named) == "dataObject" and named.getparent() not in one.iterancestors():
            yield Found(identifier_of(one), f"the data object {identifier_of(named)!r} cannot be seen from here")


@bpmn_rule("data-collection", "BPMN 2.0.2, 10.4.1 Item-Aware Elements")
def data_collection(document: BpmnDocument) -> Iterator[Found]:
    """The attribute isCollection says the same on data as on its item definition."""
    for one in _elements(document, "dataObject", "dataInput", "dataOutput"):
        item = _named(document, one.get("itemSubjectRef"))
        if item is not None and local(item) == "itemDefinition" and _collection(item) is not _collection(one):
            message = f"isCollection of {identifier_of(one)!r} differs from that of its item {identifier_of(item)!r}"
            yield Found(identifier_of(one), message)


def _collection(element: Any) -> bool:
    return element.get("isCollection") in {"true", "1"}


@bpmn_rule("io-place", "BPMN 2.0.2, 10.4.2 Data Inputs and Outputs")
def io_place(document: BpmnDocument) -> Iterator[Found]:
    """Subprocesses have no input and output specification of their own; they see the data around them."""
    for one in _elements(document, "ioSpecification"):
        owner = one.getparent()
        if local(owner) in SUBPROCESSES:
            yield Found(nearest_id(one), f"the {local(owner)} {nearest_id(owner)!r} cannot have an ioSpecification")


@bpmn_rule("io-sets", "BPMN 2.0.2, 10.4.2 Input Sets and Output Sets")
def io_sets(document: BpmnDocument) -> Iterator[Found]:
    """Each data input and output stands in a set of its own activity; optional ones stand in the set as well."""
    for io in _elements(document, "ioSpecification"):
        for set_name, data, refs, others in SETS:
            own = {identifier_of(one) for one in bpmn_children(io, data)}
            listed = [(one, _refs(one, refs)) for one in bpmn_children(io, set_name)]
            for name in sorted(own - {name for _, names in listed for name in names}):
                yield Found(name, f"the {data} {name!r} stands in no {set_name}")
            for one, names in listed:
                for name in sorted((set(names) - own) & document.ids.keys()):
                    yield Found(nearest_id(one), f"the {set_name} names {name!r}, which is no {data} beside it")
                for name in sorted({name for other in others for name in _refs(one, other)} - set(names)):
                    yield Found(nearest_id(one), f"the {set_name} has {name!r} as optional, but not in its {refs}")


@bpmn_rule("io-rules", "BPMN 2.0.2, 10.4.2 Input Sets and Output Sets")
def io_rules(document: BpmnDocument) -> Iterator[Found]:
    """An input set and an output set that are tied name each other."""
    for one, back in (("inputSet", "outputSet"), ("outputSet", "inputSet")):
        for element in _elements(document, one):
            for name in _refs(element, f"{back}Refs"):
                other = document.ids.get(name)
                if other is not None and element.get("id") not in _refs(other, f"{one}Refs"):
                    yield Found(nearest_id(element), f"it names the {back} {name!r}, which does not name it back")


@bpmn_rule("data-association", "BPMN 2.0.2, 10.4.2 Data Associations")
def data_association(document: BpmnDocument) -> Iterator[Found]:
    """Data goes into an input of the activity itself, or comes from one of its outputs, from one source."""
    for one in _elements(document, "dataInputAssociation", "dataOutputAssociation"):
        inward = local(one) == "dataInputAssociation"
        name = "targetRef" if inward else "sourceRef"
        owner = one.getparent()
        for end in _refs(one, name):
            if end in document.ids and owner not in document.ids[end].iterancestors():
                told = f"the {name} {end!r} of {identifier_of(one)!r} lies outside {nearest_id(owner)!r}"
                yield Found(identifier_of(one), f"{told}: an {'input' if inward else 'output'} of its own is asked for")
        if len(_refs(one, "sourceRef")) > 1 and not bpmn_children(one, "transformation"):
            yield Found(identifier_of(one), "several sources need a transformation")


@bpmn_rule("data-types", "BPMN 2.0.2, 10.4.2 Data Associations")
def data_types(document: BpmnDocument) -> Iterator[Found]:
    """Both ends of a data association have the same item definition, unless it transforms or assigns."""
    for one in _elements(document, "dataInputAssociation", "dataOutputAssociation"):
        if bpmn_children(one, "transformation", "assignment"):
            continue
        ends = [_item(document, _named(document, name)) for name in _refs(one, "sourceRef") + _refs(one, "targetRef")]
        if len(ends) == 2 and not same_item(*ends):  # noqa: PLR2004 - a source and a target
            message = "its two ends have different item definitions: give it a transformation, or the same item"
            yield Found(identifier_of(one), message)


def _item(document: BpmnDocument, data: Any | None) -> Any | None:
    """The item definition of data; of a reference, that of what it refers to."""
    if data is None:
        return None
    behind = _named(document, data.get("dataObjectRef") or data.get("dataStoreRef"))
    item = data.get("itemSubjectRef") or (behind.get("itemSubjectRef") if behind is not None else None)
    return _named(document, item)


def same_item(one: Any | None, other: Any | None) -> bool:
    """Whether two item definitions are one, or of one structure; data without an item definition takes any."""
    if one is None or other is None or one is other:
        return True
    structure = one.get("structureRef")
    return structure is not None and structure == other.get("structureRef")


def _carries(document: BpmnDocument, message: Any, data: Any) -> bool:
    """Whether the data is of the message's item; a message without one says nothing of it."""
    item, own = _named(document, message.get("itemRef")), _item(document, data)
    return item is None or (own is not None and same_item(item, own))


@bpmn_rule("event-data", "BPMN 2.0.2, 10.5.1 Data Modeling and Events")
def event_data(document: BpmnDocument) -> Iterator[Found]:
    """An event with definitions and data has one input or output for each definition, of the definition's item."""
    for node in document.nodes():
        if node.kind not in EVENTS:
            continue
        data = bpmn_children(node.element, "dataInput", "dataOutput")
        if data and node.triggers and len(data) != len(node.triggers):
            yield Found(
                node.id, f"it has {len(node.triggers)} event definitions and {len(data)} data inputs or outputs"
            )
            continue
        for trigger, one in zip(node.triggers, data, strict=False):
            item = _carried(document, trigger)
            if not same_item(item, _item(document, one)):
                told = f"{identifier_of(one)!r} has another item than what the {trigger.kind} carries"
                yield Found(node.id, told)


def _carried(document: BpmnDocument, trigger: Trigger) -> Any | None:
    """The item definition of the message, signal, error or escalation of an event definition."""
    reference = trigger.element.get(CARRIES.get(trigger.kind, "")) if trigger.element is not None else None
    carrier = _named(document, reference)
    return _named(document, carrier.get("itemRef") or carrier.get("structureRef")) if carrier is not None else None


@bpmn_rule("task-data", "BPMN 2.0.2, 10.3.3 Service, Send and Receive Task")
def task_data(document: BpmnDocument) -> Iterator[Found]:
    """A service, send or receive task with data has one input and one output at most, of its message's item."""
    for node in document.nodes():
        io = next(iter(bpmn_children(node.element, "ioSpecification")), None)
        if io is None:
            continue
        for data, message, exactly in _exchanged(document, node):
            sets = bpmn_children(io, "inputSet" if data == "dataInput" else "outputSet")
            found = bpmn_children(io, data)
            if len(sets) > 1 or len(found) > 1 or (exactly and not sets):
                yield Found(node.id, f"its message takes one {data} in one set, not {len(found)} in {len(sets)}")
            elif found and message is not None and not _carries(document, message, found[0]):
                yield Found(node.id, f"{identifier_of(found[0])!r} has another item than {identifier_of(message)!r}")


def _exchanged(document: BpmnDocument, node: Any) -> Iterator[tuple[str, Any | None, bool]]:
    """(data input or output, the message it goes with, whether it must be there)."""
    operation = _named(document, node.element.get("operationRef"))
    message = _named(document, node.element.get("messageRef"))
    if node.kind == "serviceTask" and operation is not None:
        incoming, outgoing = (_refs(operation, name)[:1] for name in ("inMessageRef", "outMessageRef"))
        yield "dataInput", _named(document, incoming[0] if incoming else None), True
        yield "dataOutput", _named(document, outgoing[0] if outgoing else None), False
    elif node.kind == "sendTask" and message is not None:
        yield "dataInput", message, False
    elif node.kind == "receiveTask" and message is not None:
        yield "dataOutput", message, False


@bpmn_rule("call-data", "BPMN 2.0.2, 10.3.6 Call Activity")
def call_data(document: BpmnDocument) -> Iterator[Found]:
    """A call activity hands over exactly the data that the called process of the file asks for and gives."""
    for node in document.nodes():
        called = _named(document, node.element.get("calledElement")) if node.kind == "callActivity" else None
        if called is None:
            continue
        for data in ("dataInput", "dataOutput"):
            mine, asked = _data_of(node.element, data), _data_of(called, data)
            if len(mine) != len(asked):
                yield Found(node.id, f"it has {len(mine)} of {data}, {identifier_of(called)!r} asks for {len(asked)}")
            elif not _matching(document, mine, asked):
                yield Found(node.id, f"the items of its {data}s are not those of {identifier_of(called)!r}")


def _data_of(owner: Any, name: str) -> list[Any]:
    return [one for io in bpmn_children(owner, "ioSpecification") for one in bpmn_children(io, name)]


def _matching(document: BpmnDocument, mine: list[Any], asked: list[Any]) -> bool:
    left = [_item(document, one) for one in asked]
    for one in mine:
        fit = next((index for index, item in enumerate(left) if same_item(item, _item(document, one))), None)
        if fit is None:
            return False
        left.pop(fit)
    return True


@bpmn_rule("io-binding", "BPMN 2.0.2, 10.4.2 Service Data")
def io_binding(document: BpmnDocument) -> Iterator[Found]:
    """A process offered as a service binds its data to the operations of its interface."""
    for process in _elements(document, "process", "globalTask", "globalUserTask", "globalManualTask",
                             "globalScriptTask", "globalBusinessRuleTask"):  # fmt: skip
        bindings = bpmn_children(process, "ioBinding")
        if bpmn_children(process, "supportedInterfaceRef") and not bindings:
            yield Found(identifier_of(process), "it offers an interface, but has no ioBinding to an operation")
        for one in bindings:
            yield from _bound(document, process, one)


def _bound(document: BpmnDocument, owner: Any, binding: Any) -> Iterator[Found]:
    operation = _named(document, binding.get("operationRef"))
    pairs = (("inputDataRef", "dataInput", "inMessageRef"), ("outputDataRef", "dataOutput", "outMessageRef"))
    for name, data, reference in pairs if operation is not None else ():
        bound = _named(document, binding.get(name))
        messages = _refs(operation, reference)
        message = _named(document, messages[0]) if messages else None
        if bound is not None and bound.getparent() is not None and owner not in bound.iterancestors():
            yield Found(identifier_of(owner), f"{name} {identifier_of(bound)!r} is no data of {identifier_of(owner)!r}")
        elif (
            bound is not None
            and local(bound) == data
            and message is not None
            and not _carries(document, message, bound)
        ):
            yield Found(identifier_of(owner), f"{identifier_of(bound)!r} has another item than the operation's message")


@bpmn_rule("loop-data", "BPMN 2.0.2, 10.3.8 Multi-Instance Characteristics")
def loop_data(document: BpmnDocument) -> Iterator[Found]:
    """The item of a multi-instance activity is one element of the collection it runs over or fills."""
    for loop in _elements(document, "multiInstanceLoopCharacteristics"):
        for reference, item_name in (("loopDataInputRef", "inputDataItem"), ("loopDataOutputRef", "outputDataItem")):
            names, items = _refs(loop, reference), bpmn_children(loop, item_name)
            data = document.ids.get(names[0]) if names else None
            collection, item = _item(document, data), _item(document, items[0]) if items else None
            if collection is None or item is None:
                continue
            owner = nearest_id(loop.getparent())
            if not _collection(collection) or _collection(item):
                yield Found(owner, f"{names[0]!r} must be a collection, and its {item_name} one element of it")
            elif collection.get("structureRef") != item.get("structureRef"):
                yield Found(owner, f"the {item_name} has another structure than the elements of {names[0]!r}")


@bpmn_rule("loop-data-place", "BPMN 2.0.2, 10.3.8 Multi-Instance Characteristics")
def loop_data_place(document: BpmnDocument) -> Iterator[Found]:
    """The collection of a multi-instance task is one of its own inputs or outputs, where it is data at all."""
    for loop in _elements(document, "multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        for reference in ("loopDataInputRef", "loopDataOutputRef"):
            for name in _refs(loop, reference) if local(owner) in ACTIVITIES - SUBPROCESSES else ():
                data = document.ids.get(name)
                if (
                    data is not None
                    and local(data) in {"dataInput", "dataOutput"}
                    and owner not in data.iterancestors()
                ):
                    yield Found(nearest_id(owner), f"{reference} {name!r} is data of another element")
