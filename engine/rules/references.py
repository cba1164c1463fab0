"""Rules over references: whatever a model names exists in the file and is of the kind that is asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.reading.document import ACTIVITIES, NODES, BpmnDocument, identifier_of, nearest_id, unprefixed
from engine.reading.markup import BPMN, bpmn_children, local, text_of
from engine.rules.registry import Found, bpmn_rule

ITEM_AWARE = frozenset(
    {"dataObject", "dataObjectReference", "dataStoreReference", "property", "dataInput", "dataOutput"}
    | {"inputDataItem", "outputDataItem"}
)
INTERACTING = ACTIVITIES | {"participant", "startEvent", "intermediateCatchEvent", "intermediateThrowEvent"} | {
    "boundaryEvent", "endEvent", "conversation", "subConversation", "callConversation"
}  # fmt: skip
ITEM = frozenset({"itemDefinition"})
REFERENCES: Mapping[str, frozenset[str]] = {
    "itemSubjectRef": ITEM,
    "itemRef": ITEM,
    "dataObjectRef": frozenset({"dataObject"}),
    "dataStoreRef": frozenset({"dataStore"}),
    "operationRef": frozenset({"operation"}),
    "supportedInterfaceRef": frozenset({"interface"}),
    "interfaceRef": frozenset({"interface"}),
    "inMessageRef": frozenset({"message"}),
    "outMessageRef": frozenset({"message"}),
    "dataInputRefs": frozenset({"dataInput"}),
    "optionalInputRefs": frozenset({"dataInput"}),
    "whileExecutingInputRefs": frozenset({"dataInput"}),
    "dataOutputRefs": frozenset({"dataOutput"}),
    "optionalOutputRefs": frozenset({"dataOutput"}),
    "whileExecutingOutputRefs": frozenset({"dataOutput"}),
    "inputSetRefs": frozenset({"inputSet"}),
    "outputSetRefs": frozenset({"outputSet"}),
    "inputDataRef": frozenset({"dataInput", "inputSet"}),
    "outputDataRef": frozenset({"dataOutput", "outputSet"}),
    "processRef": frozenset({"process"}),
    "definitionalCollaborationRef": frozenset({"collaboration", "choreography", "globalConversation"}),
    "participantRef": frozenset({"participant"}),
    "innerParticipantRef": frozenset({"participant"}),
    "outerParticipantRef": frozenset({"participant"}),
    "correlationPropertyRef": frozenset({"correlationProperty"}),
    "correlationKeyRef": frozenset({"correlationKey"}),
    "categoryValueRef": frozenset({"categoryValue"}),
    "resourceRef": frozenset({"resource"}),
    "parameterRef": frozenset({"resourceParameter"}),
    "activityRef": ACTIVITIES,
    "messageFlowRef": frozenset({"messageFlow"}),
    "activationConditionRef": frozenset({"sequenceFlow"}),
    "loopDataInputRef": ITEM_AWARE,
    "loopDataOutputRef": ITEM_AWARE,
}
"""attribute or child element → what it may name. What events, tasks, flows and lanes name is told by their rules."""
OF_ONE: Mapping[tuple[str, str], frozenset[str]] = {
    ("messageFlow", "sourceRef"): INTERACTING,
    ("messageFlow", "targetRef"): INTERACTING,
    ("messageFlow", "messageRef"): frozenset({"message"}),
    ("dataInputAssociation", "sourceRef"): ITEM_AWARE - {"dataOutput"},
    ("dataInputAssociation", "targetRef"): ITEM_AWARE - {"dataOutput"},
    ("dataOutputAssociation", "sourceRef"): ITEM_AWARE - {"dataInput"},
    ("dataOutputAssociation", "targetRef"): ITEM_AWARE - {"dataInput"},
    ("correlationPropertyRetrievalExpression", "messageRef"): frozenset({"message"}),
    ("signal", "structureRef"): ITEM,
    ("error", "structureRef"): ITEM,
    ("escalation", "structureRef"): ITEM,
    ("operation", "errorRef"): frozenset({"error"}),
}
"""(element, attribute or child) → what it may name"""
AT_BORDERS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("dataOutputAssociation", "targetRef"): ("startEvent", "dataInput"),
    ("dataInputAssociation", "sourceRef"): ("endEvent", "dataOutput"),
}
"""(element, attribute or child) → (event it stands in, what it may name there as well)"""
ANYTHING = frozenset({"association"})
"""an association may join any two elements"""
BY_NAME = frozenset({"loopDataInputRef", "loopDataOutputRef"})
"""what may also name a variable: variables belong to the process, declared in its package"""


def _written(element: Any) -> Iterator[tuple[str, str]]:
    """Each reference on an element: its name and what it says."""
    for key, value in element.attrib.items():
        if str(key).endswith(("Ref", "Refs")):
            yield str(key), str(value)
    for child in bpmn_children(element):
        if local(child).endswith(("Ref", "Refs")) and not child.attrib:
            yield local(child), text_of(child) or ""


def _asked(element: Any, name: str) -> frozenset[str] | None:
    """What may be named; a start event fills inputs of its process, an end event takes outputs from it (10.5.1)."""
    asked = OF_ONE.get((local(element), name)) or REFERENCES.get(name)
    through = AT_BORDERS.get((local(element), name))
    if through is None or asked is None or local(element.getparent()) != through[0]:
        return asked
    return asked | {through[1]}


def _outside(document: BpmnDocument, element: Any, value: str) -> bool:
    """Whether the prefix of a name is that of another namespace: what it leads to cannot be seen here."""
    uri = element.nsmap.get(value.partition(":")[0]) if ":" in value else None
    return uri is not None and uri not in {document.root.get("targetNamespace"), BPMN}


@bpmn_rule("reference", "BPMN 2.0.2, 8.1.1 and 15.3.2 References")
def reference(document: BpmnDocument) -> Iterator[Found]:
    """What an element names exists in the file and is of the kind asked for."""
    for element in document.root.iter(f"{{{BPMN}}}*"):
        for name, value in _written(element):
            asked = _asked(element, name)
            if asked is None or _outside(document, element, value):
                continue
            if not (name in BY_NAME and unprefixed(value) not in document.ids):
                yield from _resolved(document, element, (name, value), asked)


def _resolved(document: BpmnDocument, element: Any, said: tuple[str, str], asked: frozenset[str]) -> Iterator[Found]:
    name, value = said
    found = document.ids.get(unprefixed(value))
    told = " or ".join(sorted(asked)) if len(asked) < 4 else "an element of that kind"  # noqa: PLR2004 - a long list
    where = f"<{local(element)}> {identifier_of(element)!r}"
    if found is None:
        yield Found(nearest_id(element), f"{where}: {name} {value!r} names nothing in the file; it must name {told}")
    elif local(found) not in asked:
        yield Found(nearest_id(element), f"{where}: {name} {value!r} is a {local(found)}; it must name {told}")


@bpmn_rule("association", "BPMN 2.0.2, 8.4.1 Artifacts")
def association(document: BpmnDocument) -> Iterator[Found]:
    """An association joins two elements of the file, one of which is an artifact, data or a compensation."""
    for element in document.root.iter(f"{{{BPMN}}}association"):
        for name in ("sourceRef", "targetRef"):
            end = unprefixed(element.get(name, ""))
            if end not in document.ids:
                yield Found(identifier_of(element), f"its {name} {end!r} names nothing in the file: connect it anew")


@bpmn_rule("event-definition-owner", "BPMN 2.0.2, 10.5.1 Concepts")
def event_definition_owner(document: BpmnDocument) -> Iterator[Found]:
    """An event definition that stands within an event is that event's own; only those at the top may be shared."""
    for element in document.root.iter(f"{{{BPMN}}}eventDefinitionRef"):
        named = document.ids.get(unprefixed(text_of(element) or ""))
        owner = named.getparent() if named is not None else None
        if owner is not None and local(owner) in NODES:
            message = f"eventDefinitionRef {text_of(element)!r} stands within the event {identifier_of(owner)!r}"
            yield Found(nearest_id(element), f"{message}: move the definition to the top of the file to share it")


@bpmn_rule("import", "BPMN 2.0.2, 8.2.2 Import")
def imports(document: BpmnDocument) -> Iterator[Found]:
    """The BPMN files a bare file imports lie in its folder; a package has one diagram and imports none."""
    for element in document.root.iter(f"{{{BPMN}}}import"):
        if element.get("importType") == BPMN:
            location = element.get("location", "")
            yield Found(
                None, f"no BPMN file {location!r} is imported here: put it beside this one, or its processes into it"
            )
