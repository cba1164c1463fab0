"""Messages between participants, and the conversations they belong to (BPMN 2.0.2, 8.4.2 Correlation).

A correlation key is a set of properties; each property tells how its value is found in each message. A conversation is
recognised by the values of a key: the first message a process sends or receives fills the key, and from then on only a
message with the same values belongs to it. A correlation subscription takes the values from the process's own data
instead. What a process throws leaves the case: who gets it is decided outside (`engine.delivery`, `engine.trace`),
unless something in the case itself waits for it and no message flow leads elsewhere.
"""

# ruff: noqa: D102 - SpiffWorkflow's own kind: the methods keep its meanings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

from engine.errors import ExpressionError
from engine.expressions import compile_expression
from engine.reading.markup import bpmn_children, local, text_of
from engine.spiff.occurrences import PAYLOAD, Occurrence, deliver, keep_payload
from engine.spiff.scopes import assign, scope_of, visible
from engine.spiff.tokens import Beginning, Carried, KeyValues, Receiver, Thrown, ThrownKind
from engine.spiff.values import normalised

Expressions = Mapping[str, Mapping[str, str]]
"""key → property → expression"""


LOOP_COUNTER = "loopCounter"
"""it counts the sender's instances and says nothing to others"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlations:
    """What one file says about correlation."""

    of_message: Mapping[str, Expressions]
    """message id → the keys it carries, with the expressions that find their properties in its payload"""
    of_process: Mapping[str, Expressions]
    """process id → the keys it subscribes to, with the expressions that find their properties in its own data"""
    flows: Mapping[str, tuple[Receiver, ...]]
    """flow node → where message flows lead to from it"""


def read_correlations(root: Any) -> Correlations:
    """The correlation keys, properties and subscriptions of a document, and where its message flows lead."""
    keys, properties, subscriptions = _keys(root), _properties(root), _subscriptions(root)
    messages = {message for found in properties.values() for message in found}
    return Correlations(
        of_message={
            message: {
                name: {one: properties[one][message] for one in members}
                for name, members in keys.values()
                if members and all(message in properties.get(one, {}) for one in members)
            }
            for message in messages
        },
        of_process={
            process: {keys[key][0]: bindings for key, bindings in found if key in keys}
            for process, found in subscriptions.items()
        },
        flows=_flows(root),
    )


def _flows(root: Any) -> dict[str, tuple[Receiver, ...]]:
    pools = {reference(one.get("id")): reference(one.get("processRef")) for one in root.iter("{*}participant")}
    inside = {node.get("id"): process.get("id") for process in root.iter("{*}process") for node in process.iter("{*}*")}
    found: dict[str, tuple[Receiver, ...]] = {}
    for flow in root.iter("{*}messageFlow"):
        source, target = reference(flow.get("sourceRef")), reference(flow.get("targetRef"))
        element = target if target in inside and target not in pools else None
        receiver = Receiver(process=inside[target] if element else pools.get(target) or None, element=element)
        found[source] = (*found.get(source, ()), receiver)
    return found


def reference(text: str | None) -> str:
    """A QName's local part."""
    return (text or "").rsplit(":", 1)[-1].strip()


def _keys(root: Any) -> dict[str, tuple[str, list[str]]]:
    """Key id → name (in other files the key is known by it) and properties."""
    return {
        reference(key.get("id")): (
            key.get("name") or key.get("id") or "",
            [reference(text_of(child)) for child in bpmn_children(key, "correlationPropertyRef")],
        )
        for key in root.iter("{*}correlationKey")
    }


def _properties(root: Any) -> dict[str, dict[str, str]]:
    """By property: message → expression."""
    return {
        reference(one.get("id")): {
            reference(retrieval.get("messageRef")): text_of(path) or ""
            for retrieval in bpmn_children(one, "correlationPropertyRetrievalExpression")
            for path in retrieval
            if local(path) == "messagePath"
        }
        for one in root.iter("{*}correlationProperty")
    }


def _subscriptions(root: Any) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """By process: key id and property → expression."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for one in root.iter("{*}correlationSubscription"):
        bindings = {
            reference(binding.get("correlationPropertyRef")): text_of(path) or ""
            for binding in bpmn_children(one, "correlationPropertyBinding")
            for path in bpmn_children(binding, "dataPath")
        }
        found.setdefault(one.getparent().get("id"), []).append((reference(one.get("correlationKeyRef")), bindings))
    return found


def key_values(expressions: Expressions, names: Mapping[str, Any], engine: Any, process: str) -> KeyValues:
    """The keys that have all their properties in these names; one that lacks a property is not filled at all."""
    found: KeyValues = {}
    for key, properties in expressions.items():
        values = {name: _value(text, names, engine, process) for name, text in properties.items()}
        if values and all(value is not None for value in values.values()):
            found[key] = values
    return found


def _value(expression: str, names: Mapping[str, Any], engine: Any, process: str) -> Any:
    try:
        return normalised(compile_expression(expression).evaluate(names, engine.context(names, process)))
    except ExpressionError:
        return None  # the message does not hold the property, so it does not carry the key


def fits(expected: KeyValues, carried: Carried, keys: Iterable[str]) -> bool:
    """Whether a message with these values belongs to the conversation. `keys`: those this kind of message can carry."""
    relevant = [key for key in keys if key in expected]
    return not relevant or any(expected[key] == carried.get(key) for key in relevant)


class MessageEvent(BpmnEvent):
    """A message on its way into a case."""

    def __init__(
        self,
        definition: Any,
        payload: Mapping[str, Any],
        carried: Carried | None = None,
        *,
        element: str | None = None,
        addressed: bool = False,
    ) -> None:
        super().__init__(definition, payload=payload, correlations=carried)
        self.element = element
        """the node a message flow leads to, if it leads to one"""
        self.addressed = addressed
        """somebody handed it to this very case: it needs no correlation"""


class Message(Occurrence, MessageEventDefinition):
    """A message, matched by name and correlation; from outside it brings variables."""

    keys: Expressions

    def __init__(self, name: str, keys: Expressions | None = None, element: str | None = None) -> None:
        super().__init__(name, [])
        self.keys = keys or {}
        self.element = element
        """the node it stands on"""

    def carried(self, my_task: Any, payload: Mapping[str, Any]) -> KeyValues:
        """The values of its keys in a payload."""
        return key_values(self.keys, payload, my_task.workflow.script_engine, my_task.workflow.spec.process)

    def expected(self, my_task: Any) -> KeyValues:
        """What a message must carry to be for this task: its conversation's values, or its subscription's."""
        known: KeyValues = {}
        for workflow in _outward(my_task.workflow):
            known = {**workflow.correlations, **known}
        scope = scope_of(my_task)
        subscribed = getattr(scope.spec, "subscriptions", {})
        engine = my_task.workflow.script_engine
        known |= key_values(subscribed, visible(my_task), engine, scope.spec.process)
        return {key: known[key] for key in self.keys if key in known}

    def catches(self, my_task: Any, event: Any) -> bool:
        """By its name, and by the conversation it belongs to; one addressed to this very case needs no match."""
        if self != event.event_definition or event.element not in {None, self.element}:
            return False
        if event.addressed:
            return True
        carried = {**self.carried(my_task, event.payload or {}), **event.correlations}
        return fits(self.expected(my_task), carried, self.keys)

    def catch(self, my_task: Any, event: Any = None) -> None:
        if event is not None:
            keep_payload(my_task, event)
            self._join(my_task, event.payload or {}, event.correlations)
        EventDefinition.catch(self, my_task, event)

    def begin(self, my_task: Any, beginning: Beginning) -> None:
        """The message has begun the case: it opens the conversation, and its variables are the first."""
        payload = normalised(beginning.variables, name=self.name)
        self._join(my_task, payload, beginning.correlations)
        assign(my_task, payload)

    def _join(self, my_task: Any, payload: Mapping[str, Any], carried: Carried) -> None:
        """Fill those keys of the conversation that are still empty."""
        conversation = _conversation(my_task.workflow)
        for key, values in {**self.carried(my_task, payload), **carried}.items():
            if key in self.keys:
                conversation.setdefault(key, dict(values))

    def throw(self, my_task: Any) -> None:
        seen = {name: value for name, value in visible(my_task).items() if name != LOOP_COUNTER}
        payload = normalised(seen, name=self.name)
        correlations = self.carried(my_task, payload)
        _conversation(my_task.workflow).update(correlations)
        spec = my_task.task_spec
        if spec.sends_to:
            for receiver in spec.sends_to:
                self._leave(my_task, payload, correlations, receiver, caught=False)
        else:
            event = MessageEvent(self, payload, correlations)
            caught = deliver(my_task.workflow.top_workflow, event)
            self._leave(my_task, payload, correlations, None, caught=caught)

    def _leave(
        self, my_task: Any, payload: Mapping[str, Any], carried: Carried, to: Receiver | None, *, caught: bool
    ) -> None:
        my_task.workflow.top_workflow.thrown.append(
            Thrown(
                kind=ThrownKind.MESSAGE,
                name=self.name,
                process=my_task.task_spec.process,
                element=my_task.task_spec.bpmn_id,
                variables=payload,
                correlations=carried,
                receiver=to,
                caught=caught,
            )
        )

    def update_task_data(self, my_task: Any) -> None:
        assign(my_task, my_task.internal_data.pop(PAYLOAD, {}))


def _outward(workflow: Any) -> Iterable[Any]:
    """The workflow and those around it that share its variables, innermost first."""
    yield workflow
    while not workflow.has_own_scope:
        workflow = workflow.parent_workflow
        yield workflow


def _conversation(workflow: Any) -> KeyValues:
    """Where the keys of a conversation are kept: the process; each instance of a repeated subprocess has its own."""
    while not (workflow.has_own_scope or workflow.parent_task.data):
        workflow = workflow.parent_workflow
    kept: KeyValues = workflow.correlations
    return kept
