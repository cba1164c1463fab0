"""Loop characteristics as the model writes them, read into what loops run by (BPMN 2.0.2, 10.3.8)."""

from collections.abc import Callable, Iterator
from typing import Any

from engine.reading.document import unprefixed
from engine.reading.markup import attribute, bpmn_children, local, text_of
from engine.spiff.ad_hoc import AdHoc
from engine.spiff.behaviors import Behavior
from engine.spiff.loops import Collection, Instances

ReadEvent = Callable[[Any], Any]
"""an event definition's element → the definition"""
TRUE = frozenset({"true", "1"})
"""how XML Schema writes it"""


def text_in(element: Any, name: str) -> str | None:
    """The text of the first child of that name."""
    return next((text_of(child) for child in bpmn_children(element, name)), None)


def standard_loop(loop: Any) -> dict[str, Any]:
    """Of a standardLoopCharacteristics: maximum, condition, test_before."""
    maximum = loop.get("loopMaximum")
    return {
        "maximum": None if maximum is None else int(maximum),
        "condition": text_in(loop, "loopCondition"),
        "test_before": loop.get("testBefore") in TRUE,
    }


def instances(activity: Any, loop: Any, read_event: ReadEvent) -> Instances:
    """Of the multiInstanceLoopCharacteristics of an activity."""
    return Instances(
        sequential=loop.get("isSequential") in TRUE,
        cardinality=text_in(loop, "loopCardinality"),
        source=_collection(activity, text_in(loop, "loopDataInputRef"), "Input"),
        target=_collection(activity, text_in(loop, "loopDataOutputRef"), "Output"),
        input_names=_names(loop, "inputDataItem"),
        output_names=_names(loop, "outputDataItem"),
        condition=text_in(loop, "completionCondition"),
        behavior=_behavior(loop, read_event),
    )


def ad_hoc(container: Any) -> AdHoc | None:
    """How an ad-hoc subprocess ends; None for any other container."""
    if local(container) != "adHocSubProcess":
        return None
    cancels = container.get("cancelRemainingInstances") not in {"false", "0"}
    return AdHoc(condition=text_in(container, "completionCondition"), cancels=cancels)


def quantities(container: Any) -> dict[str, tuple[int, int]]:
    """Of the activities directly in a process or subprocess: startQuantity and completionQuantity."""
    return {
        str(child.get("id")): (int(child.get("startQuantity", 1)), int(child.get("completionQuantity", 1)))
        for child in bpmn_children(container)
        if child.get("startQuantity") or child.get("completionQuantity")
    }


def _names(loop: Any, tag: str) -> tuple[str, ...]:
    """An item goes by its name, and by its id as well."""
    found = [str(item.get(key)) for item in bpmn_children(loop, tag) for key in ("name", "id") if item.get(key)]
    return tuple(dict.fromkeys(found))


def _collection(activity: Any, reference: str | None, direction: str) -> Collection | None:
    """The variable a loopData…Ref means: itself, the data input or output it refers to, or what that is bound to."""
    if not reference:
        return None
    names = [unprefixed(reference)]
    for specification in bpmn_children(activity, "ioSpecification"):
        for data in bpmn_children(specification, f"data{direction}"):
            if data.get("id") == names[0] and data.get("name"):
                names.append(str(data.get("name")))
    for bound in _bound(activity, names[0], direction):
        names += reversed(_data_object(activity, bound))
    return Collection(names=tuple(dict.fromkeys(names)))


def _bound(activity: Any, data: str, direction: str) -> Iterator[str]:
    inner, outer = ("targetRef", "sourceRef") if direction == "Input" else ("sourceRef", "targetRef")
    for association in bpmn_children(activity, f"data{direction}Association"):
        references = {unprefixed(text_of(child) or "") for child in bpmn_children(association, inner)}
        if data in references:
            yield from (unprefixed(text_of(child) or "") for child in bpmn_children(association, outer))


def _data_object(activity: Any, identifier: str) -> list[str]:
    """What a data object reference may be called, the likeliest first: its name, its id, its data object's."""
    names: list[str] = []
    todo = [identifier]
    for reference in todo:
        for element in activity.getroottree().getroot().iter("{*}dataObjectReference", "{*}dataObject", "{*}property"):
            if element.get("id") == reference:
                names += [name for name in (element.get("name"), reference) if name]
                todo += [element.get("dataObjectRef")] if element.get("dataObjectRef") not in {None, *todo} else []
    return list(dict.fromkeys(names))


def _behavior(loop: Any, read_event: ReadEvent) -> Behavior:
    kind = loop.get("behavior", "All")
    root = loop.getroottree().getroot()
    if kind == "None":
        return Behavior(always=_referred(root, loop.get("noneBehaviorEventRef"), read_event))
    if kind == "One":
        return Behavior(first=_referred(root, loop.get("oneBehaviorEventRef"), read_event))
    if kind == "Complex":
        return Behavior(
            when=tuple(
                (text_in(one, "condition") or "", _thrown(root, one, read_event))
                for one in bpmn_children(loop, "complexBehaviorDefinition")
            )
        )
    return Behavior()


def _thrown(root: Any, definition: Any, read_event: ReadEvent) -> tuple[Any, ...]:
    """The event definitions of a complexBehaviorDefinition's implicit throw event."""
    found: list[Any] = []
    for event in bpmn_children(definition, "event"):
        for child in bpmn_children(event):
            if child.tag.endswith("}eventDefinitionRef"):
                found += _referred(root, text_of(child), read_event)
            elif child.tag.endswith("EventDefinition"):
                found.append(read_event(child))
    return tuple(found)


def _referred(root: Any, reference: str | None, read_event: ReadEvent) -> tuple[Any, ...]:
    """The event definition that goes by this id; none is named: a signal nobody can catch, hence nothing."""
    if not reference:
        return ()
    wanted = unprefixed(reference)
    return tuple(read_event(element) for element in root.iter("{*}*") if attribute(element, "id") == wanted)[:1]
